using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Acme;

/// <summary>What acme answers.</summary>
internal static class AcmeErrors
{
    /// <summary>A challenge that nobody here has asked for.</summary>
    public static GatewayError UnknownToken { get; } = new(404, "ACME_CHALLENGE_NOT_FOUND", "Not found", Fault.Client);
}
