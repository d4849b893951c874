using System.Text;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.Jose;

/// <summary>Reads what tokens claim; whatever is of another type than expected is as good as absent.</summary>
internal static class TokenClaims
{
    public static string? Text(JsonElement claims, string name) =>
        claims.ValueKind == JsonValueKind.Object && claims.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.String ? claim.GetString() : null;

    /// <summary>A time or another number.</summary>
    public static double? Number(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.Number && claim.TryGetDouble(out var number) ? number : null;

    /// <summary>What stands under a path of names, one inside the other; null when there is nothing.</summary>
    public static JsonElement? At(JsonElement claims, IReadOnlyList<string> path)
    {
        foreach (var name in path)
            if (claims.ValueKind != JsonValueKind.Object || !claims.TryGetProperty(name, out claims)) return null;
        return claims.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : claims;
    }

    /// <summary>Whether a claim that is a text or a list of texts (as <c>aud</c>) has <paramref name="value"/>.</summary>
    public static bool Has(JsonElement claim, string value) => claim.ValueKind switch
    {
        JsonValueKind.String => claim.ValueEquals(value),
        JsonValueKind.Array => claim.EnumerateArray().Any(e => e.ValueKind == JsonValueKind.String && e.ValueEquals(value)),
        _ => false,
    };

    /// <summary>Whether the claim <paramref name="name"/> has one of the values.</summary>
    public static bool HasAny(JsonElement claims, string name, IReadOnlyList<string> values) =>
        claims.TryGetProperty(name, out var claim) && values.Any(v => Has(claim, v));

    /// <summary>A claim for a header field: texts of a list with commas between them, objects in base64. Null when there is nothing that can be sent.</summary>
    public static string? Field(JsonElement claims, string name)
    {
        if (At(claims, [name]) is not { } claim) return null;
        return FieldText.OfForeign(claim.ValueKind switch
        {
            JsonValueKind.String => claim.GetString()!,
            JsonValueKind.Array when claim.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String) => string.Join(", ", claim.EnumerateArray().Select(e => e.GetString())),
            JsonValueKind.Object or JsonValueKind.Array => Convert.ToBase64String(Encoding.UTF8.GetBytes(claim.GetRawText())),
            _ => claim.GetRawText(),
        });
    }
}
