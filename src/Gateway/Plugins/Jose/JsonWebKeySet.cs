using System.Text;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.Jose;

/// <summary>The keys of an issuer (RFC 7517 section 5).</summary>
internal sealed class JsonWebKeySet
{
    private const int MaxKeys = 200;

    /// <summary>How many keys are tried for a token that does not name one.</summary>
    private const int MaxTries = 8;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly JsonWebKey[] keys;
    private readonly byte[] written;

    private JsonWebKeySet(JsonWebKey[] keys, byte[] written)
    {
        this.keys = keys;
        this.written = written;
    }

    /// <summary>How many keys can be used.</summary>
    public int Count => keys.Length;

    /// <summary>Reads a set; null when <paramref name="json"/> is none. Keys that cannot be used are left out.</summary>
    public static JsonWebKeySet? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array) return null;
            if (list.GetArrayLength() > MaxKeys) return null;
            return new JsonWebKeySet([.. list.EnumerateArray().Select(JsonWebKey.Read).OfType<JsonWebKey>()], json.ToArray());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is half a surrogate pair.
            return null;
        }
    }

    /// <summary>Whether <paramref name="json"/> is what this set was read from.</summary>
    public bool IsFrom(ReadOnlySpan<byte> json) => json.SequenceEqual(written);

    /// <summary>Whether one of the keys made the token's signature. Slow: not for an event loop.</summary>
    public KeyMatch Verify(string text, JsonWebToken token)
    {
        var id = TokenClaims.Text(token.Header, "kid");
        var match = KeyMatch.NoKey;
        var tries = 0;
        byte[]? input = null;
        foreach (var key in keys)
        {
            if (id is not null && !string.Equals(key.Id, id, StringComparison.Ordinal)) continue;
            if (!key.IsFor(token.Algorithm) || key.Verifier(token.Algorithm) is not { } verifier) continue;
            if (tries++ == MaxTries) break;
            input ??= Encoding.ASCII.GetBytes(text, 0, token.SignedLength);
            if (verifier.Verify(input, token.Signature)) return KeyMatch.Good;
            match = KeyMatch.BadSignature;
        }

        return match;
    }
}

/// <summary>What a set of keys says of a token.</summary>
internal enum KeyMatch
{
    /// <summary>None of them is the one that the token names, or for its algorithm.</summary>
    NoKey,

    /// <summary>The key is there and has not made this signature.</summary>
    BadSignature,

    Good,
}
