using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>What every authentication plugin can answer.</summary>
internal static class AuthenticationErrors
{
    /// <summary>The configured <c>anonymous</c> names nobody. Found per request, as in Kong, because other callers are still served.</summary>
    public static readonly GatewayError AnonymousConsumerMissing =
        new(500, "ANONYMOUS_CONSUMER_NOT_FOUND", "An unexpected error occurred", Fault.Gateway);
}
