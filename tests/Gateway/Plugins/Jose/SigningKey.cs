using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Tests.Plugins.Jose;

/// <summary>A private key that signs tokens, and the public one as RFC 7517 writes it.</summary>
internal sealed class SigningKey
{
    private readonly Func<byte[], byte[]> sign;

    private SigningKey(string id, string algorithm, string json, Func<byte[], byte[]> sign)
    {
        Id = id;
        Algorithm = algorithm;
        Json = json;
        this.sign = sign;
    }

    public string Id { get; }

    public string Algorithm { get; }

    /// <summary>The public key.</summary>
    public string Json { get; }

    /// <summary>A set of keys.</summary>
    public static string Set(params SigningKey[] keys) => $$"""{"keys":[{{string.Join(',', keys.Select(k => k.Json))}}]}""";

    public static SigningKey New(string algorithm, string id)
    {
        var hash = algorithm[2..] switch { "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        if (algorithm[0] is 'E')
        {
            var (curve, name) = algorithm switch
            {
                "ES256" => (ECCurve.NamedCurves.nistP256, "P-256"),
                "ES384" => (ECCurve.NamedCurves.nistP384, "P-384"),
                _ => (ECCurve.NamedCurves.nistP521, "P-521"),
            };
            var ecdsa = ECDsa.Create(curve);
            var point = ecdsa.ExportParameters(false).Q;
            return new SigningKey(id, algorithm, $$"""{"kty":"EC","kid":"{{id}}","crv":"{{name}}","x":"{{Text(point.X!)}}","y":"{{Text(point.Y!)}}"}""", i => ecdsa.SignData(i, hash));
        }

        var rsa = RSA.Create(2048);
        var key = rsa.ExportParameters(false);
        var padding = algorithm[0] is 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return new SigningKey(id, algorithm, $$"""{"kty":"RSA","kid":"{{id}}","use":"sig","n":"{{Text(key.Modulus!)}}","e":"AQAB"}""", i => rsa.SignData(i, hash, padding));
    }

    /// <param name="claims">JSON.</param>
    /// <param name="header">JSON; names algorithm and key when absent.</param>
    public string Token(string claims, string? header = null)
    {
        header ??= $$"""{"alg":"{{Algorithm}}","kid":"{{Id}}"}""";
        var signed = $"{Text(Encoding.UTF8.GetBytes(header))}.{Text(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Text(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
