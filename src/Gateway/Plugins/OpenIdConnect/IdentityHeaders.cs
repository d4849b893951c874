using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>What the upstream and the client are told of a caller. Whatever clients send under these names is removed.</summary>
internal sealed class IdentityHeaders
{
    private readonly (string Claim, string Field)[] upstream;
    private readonly (string Claim, string Field)[] downstream;
    private readonly string? accessField;
    private readonly string accessPrefix;
    private readonly string? idField;

    public IdentityHeaders(OpenIdConnectConfig config)
    {
        upstream = [.. config.UpstreamHeadersClaims.Zip(config.UpstreamHeadersNames)];
        downstream = [.. config.DownstreamHeadersClaims.Zip(config.DownstreamHeadersNames)];
        var parts = config.UpstreamAccessTokenHeader.Split(':', 2);
        accessField = parts[0].Length > 0 ? parts[0] : null;
        accessPrefix = parts is [_, "bearer"] ? "Bearer " : "";
        idField = config.UpstreamIdTokenHeader;
    }

    public bool TellsClient => downstream.Length > 0;

    /// <summary>Nobody but the plugin may say these things.</summary>
    public void Forget(IHeaderDictionary headers)
    {
        foreach (var (_, field) in upstream) headers.Remove(field);
        if (idField is not null) headers.Remove(idField);
    }

    public void TellUpstream(IHeaderDictionary headers, CallerClaims claims)
    {
        foreach (var (claim, field) in upstream)
            if (claims.Field(claim) is { } value) headers[field] = value;
        if (accessField is not null && FieldText.OfForeign(claims.AccessToken) is { } token) headers[accessField] = accessPrefix + token;
        if (idField is not null && claims.IdToken is { } id) headers[idField] = id;
    }

    public void TellClient(IHeaderDictionary headers, CallerClaims claims)
    {
        foreach (var (claim, field) in downstream)
            if (claims.Field(claim) is { } value) headers[field] = value;
    }
}
