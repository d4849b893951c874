using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Rules;

/// <summary>A certificate in PEM, with others after it or not.</summary>
public sealed class CertificatePemAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(value);
            return null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return "invalid certificate: expected PEM that begins with -----BEGIN CERTIFICATE-----";
        }
    }
}

/// <summary>A private key in PEM.</summary>
public sealed class PrivateKeyPemAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        PemEncoding.TryFind(value, out var fields) && value[fields.Label].EndsWith("PRIVATE KEY", StringComparison.Ordinal)
            ? null
            : "invalid key: expected PEM that begins with -----BEGIN PRIVATE KEY-----";
}

/// <summary>A public key in PEM, bare or in a certificate.</summary>
public sealed class PublicKeyPemAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        const string refusal = "invalid key: expected a public key in PEM";
        if (!PemEncoding.TryFind(value, out var fields))
            return refusal;
        var label = value[fields.Label];
        return label is "PUBLIC KEY" or "RSA PUBLIC KEY" or "CERTIFICATE" || label.EndsWith("PRIVATE KEY", StringComparison.Ordinal) ? null : refusal;
    }
}

/// <summary>Whether a certificate and a private key belong together.</summary>
internal static class KeyPair
{
    /// <summary>False when they can be compared and differ.</summary>
    public static bool Matches(string certificatePem, string keyPem)
    {
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        var stated = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return PublicKeyOf(keyPem) is not { } owned || owned.AsSpan().SequenceEqual(stated);
    }

    /// <summary>Null when the key can't be read, with the reason.</summary>
    public static byte[]? PublicKeyOf(string keyPem)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(keyPem);
            return rsa.ExportSubjectPublicKeyInfo();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Not RSA.
        }
        try
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(keyPem);
            return ecdsa.ExportSubjectPublicKeyInfo();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Neither: Ed25519, which the framework can't read, or damaged.
            return null;
        }
    }
}
