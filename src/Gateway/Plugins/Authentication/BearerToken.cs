using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>Where RFC 6750 lets a request carry a token.</summary>
internal static class BearerToken
{
    public const string Argument = "access_token";

    /// <summary>What stands behind <c>Bearer</c> in the only <c>Authorization</c> field.</summary>
    public static string? InHeader(Exchange exchange) =>
        exchange.Request.Headers.Authorization is [{ Length: > 7 } value] && value.StartsWith("bearer ", StringComparison.OrdinalIgnoreCase) ? value[7..].Trim() : null;

    public static string? InQuery(Exchange exchange) =>
        exchange.Query.Length > 1 && QueryArguments.Find(exchange.Query, Argument).First is { Length: > 0 } token ? token : null;

    /// <summary>Takes both out of what the upstream gets.</summary>
    public static void Hide(Exchange exchange)
    {
        exchange.Request.Headers.Remove("Authorization");
        exchange.Upstream.Query = QueryArguments.Remove(exchange.Upstream.Query, Argument);
    }
}
