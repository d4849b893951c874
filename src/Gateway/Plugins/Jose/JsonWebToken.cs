using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sluice.Gateway.Plugins.Jose;

/// <summary>
/// A token in the compact form of RFC 7515, taken apart but not verified. Read strictly: base64url without padding and without stray bits, JSON
/// objects without repeated members, nothing beyond the third part.
/// </summary>
internal sealed class JsonWebToken
{
    /// <summary>More characters than fit into the header fields that the gateway accepts.</summary>
    private const int MaxLength = 32 * 1024;

    private const string InvalidJson = "invalid JSON";

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private JsonWebToken(JsonElement header, JsonElement claims, string algorithm, int signedLength, byte[] signature)
    {
        Header = header;
        Claims = claims;
        Algorithm = algorithm;
        SignedLength = signedLength;
        Signature = signature;
    }

    public JsonElement Header { get; }

    public JsonElement Claims { get; }

    /// <summary>The header's <c>alg</c>: one of <see cref="SignatureVerifier.Algorithms"/>.</summary>
    public string Algorithm { get; }

    /// <summary>How many of the token's first characters are signed.</summary>
    public int SignedLength { get; }

    public byte[] Signature { get; }

    /// <summary>Takes a token apart.</summary>
    /// <param name="token">As it came.</param>
    /// <param name="problem">What is wrong, in Kong's words; empty when nothing is.</param>
    public static JsonWebToken? Parse(string token, out string problem)
    {
        var text = token.AsSpan();
        var headerEnd = text.IndexOf('.');
        var claimsLength = headerEnd < 0 ? -1 : text[(headerEnd + 1)..].IndexOf('.');
        problem = InvalidJson;
        if (text.Length > MaxLength || claimsLength < 0) return null;
        var signed = headerEnd + 1 + claimsLength;
        if (Json(text[..headerEnd]) is not { } header || Json(text[(headerEnd + 1)..signed]) is not { } claims) return null;

        problem = "invalid alg";
        if (header.ValueKind != JsonValueKind.Object || !header.TryGetProperty("alg", out var alg) || alg.ValueKind != JsonValueKind.String) return null;
        if (!SignatureVerifier.Algorithms.TryGetValue(alg.GetString()!, out var algorithm)) return null;

        problem = "invalid claims";
        if (claims.ValueKind != JsonValueKind.Object) return null;

        // A signature with the padding of plain base64 is no signature, but Kong calls it wrong rather than malformed.
        problem = "invalid signature";
        var last = text[(signed + 1)..];
        if (header.TryGetProperty("crit", out _) || Bytes(last.EndsWith('=') ? [] : last) is not { } signature) return null;

        problem = "";
        return new JsonWebToken(header, claims, algorithm, signed, signature);
    }

    /// <summary>The bytes that <paramref name="part"/> writes in base64url; null when it is not written properly.</summary>
    internal static byte[]? Bytes(ReadOnlySpan<char> part)
    {
        // The decoder would skip white space and take padding; it refuses stray bits in the last character itself.
        if (part.ContainsAnyExcept(Alphabet)) return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        if (Base64Url.DecodeFromChars(part, bytes, out _, out var written) != OperationStatus.Done) return null;
        return written == bytes.Length ? bytes : bytes[..written];
    }

    private static JsonElement? Json(ReadOnlySpan<char> part)
    {
        if (Bytes(part) is not { } bytes || !Utf8.IsValid(bytes)) return null;
        try
        {
            if (bytes.AsSpan().IndexOf("\\u"u8) >= 0) ReadTexts(bytes);
            using var document = JsonDocument.Parse(bytes, Strict);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Half a surrogate pair is well-formed JSON but no text, and would be found out only when it is used.</summary>
    private static void ReadTexts(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                reader.GetString();
    }
}
