using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequestTransformer;

internal static class RequestTransformerErrors
{
    /// <summary>A template could not be evaluated; the log says which and why.</summary>
    public static readonly GatewayError Failed =
        new(500, "TRANSFORMATION_FAILED", "An unexpected error occurred", Fault.Gateway);
}
