using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.Acme;

/// <summary>The key of an account (P-256), and what is signed with it (RFC 7515, ES256).</summary>
internal sealed class AcmeAccountKey : IDisposable
{
    private readonly ECDsa key;

    public AcmeAccountKey(string? pem)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (pem is not null) key.ImportFromPem(pem);
        var point = key.ExportParameters(includePrivateParameters: false).Q;

        // In the order that the thumbprint is made of (RFC 7638).
        Jwk = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["crv"] = "P-256", ["kty"] = "EC", ["x"] = Encode(point.X!), ["y"] = Encode(point.Y!) };
        Thumbprint = Encode(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Jwk)));
    }

    public IReadOnlyDictionary<string, string> Jwk { get; }

    public string Thumbprint { get; }

    public string Pem => key.ExportPkcs8PrivateKeyPem();

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>A request's body: the flattened JWS of <paramref name="payload"/>; null for a request that only reads.</summary>
    /// <param name="account">The account's URL; null to show the key itself.</param>
    public byte[] Sign(Uri url, string nonce, string? account, object? payload)
    {
        var head = new Dictionary<string, object> { ["alg"] = "ES256", ["nonce"] = nonce, ["url"] = url.OriginalString };
        if (account is null) head["jwk"] = Jwk;
        else head["kid"] = account;
        return Flatten(head, payload is null ? [] : JsonSerializer.SerializeToUtf8Bytes(payload), data => key.SignData(data, HashAlgorithmName.SHA256));
    }

    /// <summary>The proof that the owner of an account known elsewhere wants this key (RFC 8555, section 7.3.4).</summary>
    public JsonElement BindTo(string keyId, string hmacKey, Uri url)
    {
        var head = new Dictionary<string, object> { ["alg"] = "HS256", ["kid"] = keyId, ["url"] = url.OriginalString };
        using var document = JsonDocument.Parse(Flatten(head, JsonSerializer.SerializeToUtf8Bytes(Jwk), data => HMACSHA256.HashData(Base64Url.DecodeFromChars(hmacKey.TrimEnd('=')), data)));
        return document.RootElement.Clone();
    }

    public void Dispose() => key.Dispose();

    private static byte[] Flatten(Dictionary<string, object> head, byte[] payload, Func<byte[], byte[]> sign)
    {
        var (first, second) = (Encode(JsonSerializer.SerializeToUtf8Bytes(head)), Encode(payload));
        var signature = sign(Encoding.ASCII.GetBytes($"{first}.{second}"));
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["protected"] = first, ["payload"] = second, ["signature"] = Encode(signature) });
    }
}
