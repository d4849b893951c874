using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Plugins.Jose;

/// <summary>Verifies signatures with one key for one algorithm of RFC 7518 or RFC 8037. Used by many requests at once.</summary>
internal abstract class SignatureVerifier
{
    /// <summary>Every algorithm that a key may be for; the values are the same texts, so that looking one up gives it without a copy.</summary>
    public static readonly FrozenDictionary<string, string> Algorithms = FrozenDictionary.ToFrozenDictionary(
        ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"], a => a, StringComparer.Ordinal);

    /// <summary>Whether a verification takes long enough (tens of microseconds) that it must not run on an event loop.</summary>
    public virtual bool IsSlow => true;

    /// <summary>Whether <paramref name="signature"/> is this key's for <paramref name="input"/>.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature);

    /// <summary>The verifier for a credential; null when its key cannot be read or is not one for its algorithm.</summary>
    public static SignatureVerifier? For(JwtCredential credential, bool secretIsBase64)
    {
        var hash = HashOf(credential.Algorithm);
        var family = credential.Algorithm[..2];
        if (family is "HS") return SecretOf(credential.Secret, secretIsBase64) is { } secret ? new Hmac(secret, hash) : null;
        if (credential.RsaPublicKey is not { } pem) return null;
        try
        {
            return family switch
            {
                "RS" => Rsa.Read(pem, hash, RSASignaturePadding.Pkcs1),
                "PS" => Rsa.Read(pem, hash, RSASignaturePadding.Pss),
                "ES" => Ecdsa.Read(pem, hash),
                _ => EdwardsVerifier.Read(pem),
            };
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The verifier for an RSA key; null when <paramref name="algorithm"/> is none for such keys.</summary>
    public static SignatureVerifier? For(RSAParameters key, string algorithm) => algorithm[..2] switch
    {
        "RS" => new Rsa(RSA.Create(key), HashOf(algorithm), RSASignaturePadding.Pkcs1),
        "PS" => new Rsa(RSA.Create(key), HashOf(algorithm), RSASignaturePadding.Pss),
        _ => null,
    };

    /// <summary>The verifier for a key on the curve of <paramref name="algorithm"/>.</summary>
    public static SignatureVerifier For(ECParameters key, string algorithm) => new Ecdsa(ECDsa.Create(key), HashOf(algorithm));

    private static HashAlgorithmName HashOf(string algorithm) =>
        algorithm[^3..] switch { "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };

    private static byte[]? SecretOf(string? secret, bool isBase64)
    {
        if (secret is null) return null;
        if (!isBase64) return Encoding.UTF8.GetBytes(secret);
        var standard = secret.Replace('-', '+').Replace('_', '/');
        var bytes = new byte[standard.Length];
        return Convert.TryFromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '='), bytes, out var written) ? bytes[..written] : null;
    }

    private sealed class Hmac(byte[] secret, HashAlgorithmName hash) : SignatureVerifier
    {
        public override bool IsSlow => false;

        public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
        {
            Span<byte> expected = stackalloc byte[HMACSHA512.HashSizeInBytes];
            var length = CryptographicOperations.HmacData(hash, secret, input, expected);
            return CryptographicOperations.FixedTimeEquals(expected[..length], signature);
        }
    }

    /// <summary>The framework does not promise that one key object may verify on several threads, hence the lock.</summary>
    private sealed class Rsa(RSA key, HashAlgorithmName hash, RSASignaturePadding padding) : SignatureVerifier
    {
        private readonly Lock gate = new();

        public static Rsa Read(string pem, HashAlgorithmName hash, RSASignaturePadding padding)
        {
            var key = RSA.Create();
            key.ImportFromPem(pem);
            return new Rsa(key, hash, padding);
        }

        public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
        {
            lock (gate) return key.VerifyData(input, signature, hash, padding);
        }
    }

    private sealed class Ecdsa(ECDsa key, HashAlgorithmName hash) : SignatureVerifier
    {
        private readonly Lock gate = new();
        private readonly int signatureLength = (key.KeySize + 7) / 8 * 2;

        public static Ecdsa? Read(string pem, HashAlgorithmName hash)
        {
            var key = ECDsa.Create();
            key.ImportFromPem(pem);

            // RFC 7518 section 3.4 ties each algorithm to one curve.
            var curve = hash == HashAlgorithmName.SHA256 ? "1.2.840.10045.3.1.7" : hash == HashAlgorithmName.SHA384 ? "1.3.132.0.34" : "1.3.132.0.35";
            return string.Equals(key.ExportParameters(false).Curve.Oid.Value, curve, StringComparison.Ordinal) ? new Ecdsa(key, hash) : null;
        }

        public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
        {
            if (signature.Length != signatureLength) return false;
            lock (gate) return key.VerifyData(input, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }
}
