using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Plugins.JwtSigner;

/// <summary>A private key for one algorithm of RFC 7518. Used by many requests at once.</summary>
internal sealed class TokenSigner
{
    private const int MinRsaBits = 2048;

    private readonly Lock gate = new();
    private readonly AsymmetricAlgorithm key;
    private readonly string algorithm;
    private readonly HashAlgorithmName hash;
    private readonly string header;

    private TokenSigner(AsymmetricAlgorithm key, string algorithm, string? id)
    {
        this.key = key;
        this.algorithm = algorithm;
        hash = algorithm[^3..] switch { "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        var members = Members(key);
        Id = id ?? Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{{{members}}}")));
        PublicKey = $$"""{"kid":{{System.Text.Json.JsonSerializer.Serialize(Id)}},"use":"sig","alg":"{{algorithm}}",{{members}}}""";
        header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":{{System.Text.Json.JsonSerializer.Serialize(Id)}}}"""));
    }

    /// <summary>Its <c>kid</c>.</summary>
    public string Id { get; }

    /// <summary>The public half as RFC 7517 writes it.</summary>
    public string PublicKey { get; }

    public static TokenSigner Create(string algorithm) =>
        new(algorithm[0] == 'E' ? ECDsa.Create(CurveOf(algorithm).Curve) : RSA.Create(MinRsaBits), algorithm, id: null);

    /// <summary>The key, for <paramref name="algorithm"/>; null when it cannot be read or is not one for it.</summary>
    public static TokenSigner? TryRead(SigningKey written, string algorithm)
    {
        AsymmetricAlgorithm read = algorithm[0] == 'E' ? ECDsa.Create() : RSA.Create();
        try
        {
            read.ImportFromPem(written.PrivateKey);
            var fits = read is ECDsa curve
                ? string.Equals(curve.ExportParameters(false).Curve.Oid.Value, CurveOf(algorithm).Oid, StringComparison.Ordinal)
                : read.KeySize >= MinRsaBits;
            if (fits) return new TokenSigner(read, algorithm, written.Id);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Another kind of key.
        }

        read.Dispose();
        return null;
    }

    /// <summary>The token with these claims. Slow with RSA: not for an event loop.</summary>
    public string Sign(ReadOnlySpan<byte> claims)
    {
        var signed = $"{header}.{Base64Url.EncodeToString(claims)}";
        var input = Encoding.ASCII.GetBytes(signed);
        byte[] signature;
        lock (gate)
        {
            signature = key is RSA rsa
                ? rsa.SignData(input, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
                : ((ECDsa)key).SignData(input, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>The members that make the key, in the order in which RFC 7638 has them.</summary>
    private static string Members(AsymmetricAlgorithm key)
    {
        if (key is RSA rsa)
        {
            var numbers = rsa.ExportParameters(false);
            return $"\"e\":\"{Base64Url.EncodeToString(numbers.Exponent)}\",\"kty\":\"RSA\",\"n\":\"{Base64Url.EncodeToString(numbers.Modulus)}\"";
        }

        var point = ((ECDsa)key).ExportParameters(false);
        var curve = key.KeySize switch { 256 => "P-256", 384 => "P-384", _ => "P-521" };
        return $"\"crv\":\"{curve}\",\"kty\":\"EC\",\"x\":\"{Base64Url.EncodeToString(point.Q.X)}\",\"y\":\"{Base64Url.EncodeToString(point.Q.Y)}\"";
    }

    private static (ECCurve Curve, string Oid) CurveOf(string algorithm) => algorithm switch
    {
        "ES384" => (ECCurve.NamedCurves.nistP384, "1.3.132.0.34"),
        "ES512" => (ECCurve.NamedCurves.nistP521, "1.3.132.0.35"),
        _ => (ECCurve.NamedCurves.nistP256, "1.2.840.10045.3.1.7"),
    };
}
