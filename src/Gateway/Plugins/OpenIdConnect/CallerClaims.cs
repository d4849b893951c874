using System.Text.Json;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>What is claimed of a caller: by the access token or its introspection first, then by the ID token.</summary>
/// <param name="Access">The access token's claims; null when it is opaque.</param>
/// <param name="Id">The ID token's claims.</param>
/// <param name="Scope">What was granted, where only the token endpoint says so.</param>
/// <param name="AccessToken">The access token itself.</param>
/// <param name="IdToken">The ID token itself.</param>
internal sealed record CallerClaims(JsonElement? Access, JsonElement? Id, string? Scope, string AccessToken, string? IdToken)
{
    public override string ToString() => nameof(CallerClaims);

    public JsonElement? Find(IReadOnlyList<string> path) =>
        (Access is { } access ? TokenClaims.At(access, path) : null) ?? (Id is { } id ? TokenClaims.At(id, path) : null);

    /// <summary>A claim as a text; null when there is none or it is no text or number.</summary>
    public string? Text(IReadOnlyList<string> path) => Find(path) is { } claim
        ? claim.ValueKind switch { JsonValueKind.String => claim.GetString(), JsonValueKind.Number => claim.GetRawText(), _ => null }
        : null;

    /// <summary>A claim for a header field; null when there is nothing to be sent.</summary>
    public string? Field(string name) => (Access is { } access ? TokenClaims.Field(access, name) : null) ?? (Id is { } id ? TokenClaims.Field(id, name) : null);

    /// <summary>Whether the claim has all parts of one of <paramref name="required"/>.</summary>
    public bool Meets(IReadOnlyList<string> required, IReadOnlyList<string> path)
    {
        if (required.Count == 0) return true;
        var has = new HashSet<string>(StringComparer.Ordinal);
        if (Find(path) is not { } claim)
        {
            if (path is ["scope"] && Scope is not null) has.UnionWith(Scope.Split(' '));
        }
        else if (claim.ValueKind == JsonValueKind.String)
        {
            has.UnionWith(claim.GetString()!.Split(' '));
            has.Add(claim.GetString()!);
        }
        else if (claim.ValueKind == JsonValueKind.Array)
        {
            has.UnionWith(claim.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!));
        }

        return required.Any(one => one.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(has.Contains));
    }
}
