using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>Where a request may carry what a caller shows.</summary>
internal sealed class CredentialSources(OpenIdConnectConfig config)
{
    private readonly bool bearers = config.Has("bearer") || config.Has("introspection");
    private readonly bool header = config.BearerTokenParamType.Contains("header", StringComparer.Ordinal);
    private readonly bool query = config.BearerTokenParamType.Contains("query", StringComparer.Ordinal);
    private readonly string? cookie = config.BearerTokenParamType.Contains("cookie", StringComparer.Ordinal) ? config.BearerTokenCookieName : null;
    private readonly string? refreshField = config.Has("refresh_token") ? config.RefreshTokenParamName : null;

    /// <summary>The first token that is found (RFC 6750); null when there is none.</summary>
    public string? Bearer(Exchange exchange)
    {
        if (!bearers) return null;
        if (header && BearerToken.InHeader(exchange) is { } shown) return shown;
        if (query && BearerToken.InQuery(exchange) is { } argument) return argument;
        return cookie is not null && exchange.Request.Cookies[cookie] is { Length: > 0 } kept ? kept : null;
    }

    public BasicCredentials? Basic(Exchange exchange) => exchange.Request.Headers.Authorization is [{ } value] ? BasicCredentials.Read(value) : null;

    public string? RefreshToken(Exchange exchange) =>
        refreshField is not null && KongHeaders.Find(exchange.Request.Headers, refreshField) is [{ Length: > 0 and <= 8192 } token] ? token : null;

    /// <summary>Takes all of it out of what the upstream gets.</summary>
    public void Hide(Exchange exchange)
    {
        BearerToken.Hide(exchange);
        if (refreshField is not null) KongHeaders.Remove(exchange.Request.Headers, refreshField);
    }
}
