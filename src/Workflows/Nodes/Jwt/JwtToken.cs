using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Jwt;

/// <summary>A JSON Web Token taken apart; nothing of it counts before it is verified.</summary>
internal sealed record JwtToken(string Signed, JsObject Head, JsValue Claims, byte[] Signature)
{
    /// <exception cref="NodeException">It is none.</exception>
    public static JwtToken Read(string text, int index)
    {
        var parts = text.Trim().Split('.');
        if (parts.Length != 3) throw Refuse("jwt malformed", index);
        try
        {
            return new($"{parts[0]}.{parts[1]}", JsJson.Parse(Base64Url.DecodeFromChars(parts[0])).AsObject ?? throw Refuse("jwt malformed", index), JsJson.Parse(Base64Url.DecodeFromChars(parts[1])), Base64Url.DecodeFromChars(parts[2]));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw Refuse("jwt malformed", index);
        }
    }

    /// <summary>The text of a new one.</summary>
    public static string Sign(JwtKey key, JsObject head, JsObject claims)
    {
        var text = $"{Base64Url.EncodeToString(JsJson.WriteUtf8(head))}.{Base64Url.EncodeToString(JsJson.WriteUtf8(claims))}";
        return $"{text}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(text)))}";
    }

    /// <exception cref="NodeException">It was not signed with that key.</exception>
    public void Verify(JwtKey key, int index)
    {
        // The algorithm is the one that was chosen here; what the token says only has to be the same.
        if (!string.Equals(Head["alg"].AsString, key.Algorithm, StringComparison.Ordinal)) throw Refuse("invalid algorithm", index);
        if (!key.Verify(Encoding.ASCII.GetBytes(Signed), Signature)) throw Refuse("The JWT token can't be verified", index);
    }

    /// <param name="tolerance">Seconds that clocks may differ by.</param>
    /// <exception cref="NodeException">It is too old, or not good yet.</exception>
    public void VerifyTimes(DateTimeOffset at, int index, double tolerance = 0, bool expiration = true, bool notBefore = true)
    {
        if (Claims.AsObject is not { } claims) return;
        var now = at.ToUnixTimeMilliseconds() / 1000.0;
        if (expiration && Time(claims, "exp", index) is { } end && now >= end + tolerance) throw Refuse("jwt expired", index);
        if (notBefore && Time(claims, "nbf", index) is { } start && now < start - tolerance) throw Refuse("jwt not active", index);
    }

    private static double? Time(JsObject claims, string name, int index) =>
        claims.TryGet(name, out var value) ? value.IsNumber ? value.AsNumber : throw Refuse($"invalid {name} value", index) : null;

    private static NodeException Refuse(string message, int index) => new(message) { ItemIndex = index, Retryable = false };
}
