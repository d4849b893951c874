using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.Jose;

/// <summary>A public key for signatures as RFC 7517 writes it: RSA, a NIST curve, or (where the system has OpenSSL 3) an Edwards curve.</summary>
internal sealed class JsonWebKey
{
    /// <summary>In bytes; smaller RSA keys can be broken, larger ones only cost time.</summary>
    private const int MinModulus = 2048 / 8, MaxModulus = 16384 / 8;

    private static readonly Dictionary<string, (string Algorithm, ECCurve Curve, int Size)> Curves = new(StringComparer.Ordinal)
    {
        ["P-256"] = ("ES256", ECCurve.NamedCurves.nistP256, 32),
        ["P-384"] = ("ES384", ECCurve.NamedCurves.nistP384, 48),
        ["P-521"] = ("ES512", ECCurve.NamedCurves.nistP521, 66),
    };

    private static readonly string[] RsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    private readonly ConcurrentDictionary<string, SignatureVerifier?> verifiers = new(StringComparer.Ordinal);
    private readonly string[] algorithms;
    private readonly Func<string, SignatureVerifier?> make;

    private JsonWebKey(string? id, string[] algorithms, Func<string, SignatureVerifier?> make)
    {
        Id = id;
        this.algorithms = algorithms;
        this.make = make;
    }

    /// <summary>Its <c>kid</c>.</summary>
    public string? Id { get; }

    /// <summary>Whether a signature by <paramref name="algorithm"/> may be this key's.</summary>
    public bool IsFor(string algorithm) => algorithms.Contains(algorithm, StringComparer.Ordinal);

    /// <summary>The verifier for one of its algorithms; null when the key is not usable after all.</summary>
    public SignatureVerifier? Verifier(string algorithm) => verifiers.GetOrAdd(algorithm, MakeVerifier);

    /// <summary>Reads one key; null for those that are not understood, are for something else than signatures, or are secret, which RFC 7517 has us ignore.</summary>
    public static JsonWebKey? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || TokenClaims.Text(json, "kty") is not { } type) return null;
        if (json.TryGetProperty("use", out var use) && !use.ValueEquals("sig")) return null;
        if (json.TryGetProperty("key_ops", out var operations) && !TokenClaims.Has(operations, "verify")) return null;
        var read = type switch { "RSA" => Rsa(json), "EC" => Curve(json), "OKP" => Edwards(json), _ => null };
        if (read is not var (algorithms, make)) return null;
        if (json.TryGetProperty("alg", out var only)) algorithms = [.. algorithms.Where(a => only.ValueKind == JsonValueKind.String && only.ValueEquals(a))];
        return algorithms.Length == 0 ? null : new JsonWebKey(TokenClaims.Text(json, "kid"), algorithms, make);
    }

    private static (string[] Algorithms, Func<string, SignatureVerifier?> Make)? Rsa(JsonElement json)
    {
        if (Bytes(json, "n") is not { } n || Bytes(json, "e") is not { Length: > 0 and <= 8 } e) return null;
        n = n.AsSpan().TrimStart((byte)0).ToArray();
        if (n.Length is < MinModulus or > MaxModulus) return null;
        return (RsaAlgorithms, algorithm => SignatureVerifier.For(new RSAParameters { Modulus = n, Exponent = e }, algorithm));
    }

    private static (string[] Algorithms, Func<string, SignatureVerifier?> Make)? Curve(JsonElement json)
    {
        if (TokenClaims.Text(json, "crv") is not { } name || !Curves.TryGetValue(name, out var curve)) return null;
        if (Bytes(json, "x") is not { } x || Bytes(json, "y") is not { } y || x.Length != curve.Size || y.Length != curve.Size) return null;
        return ([curve.Algorithm], a => SignatureVerifier.For(new ECParameters { Curve = curve.Curve, Q = new ECPoint { X = x, Y = y } }, a));
    }

    private static (string[] Algorithms, Func<string, SignatureVerifier?> Make)? Edwards(JsonElement json)
    {
        var size = TokenClaims.Text(json, "crv") switch { "Ed25519" => 32, "Ed448" => 57, _ => -1 };
        return Bytes(json, "x") is { } x && x.Length == size ? (["EdDSA"], _ => EdwardsVerifier.Read(x)) : null;
    }

    private static byte[]? Bytes(JsonElement json, string name) =>
        TokenClaims.Text(json, name) is { Length: <= 4096 } text ? JsonWebToken.Bytes(text) : null;

    private SignatureVerifier? MakeVerifier(string algorithm)
    {
        try
        {
            return make(algorithm);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            // A point that is not on its curve, for instance.
            return null;
        }
    }
}
