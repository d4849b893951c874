using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Host.Commands;
using Sluice.Host.Settings;

namespace Sluice.Host.Running;

/// <summary>The certificate for server names that the configuration has none for: the one of the settings, or one made at the start.</summary>
internal static class DefaultCertificate
{
    /// <exception cref="UsageException">The files cannot be read or do not fit together.</exception>
    public static X509Certificate2 For(TlsSettings settings, TimeProvider time)
    {
        if (settings.Certificates.Count == 0) return SelfSigned(time);
        try
        {
            return X509Certificate2.CreateFromPemFile(settings.Certificates[0], settings.Keys[0]);
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the certificate {settings.Certificates[0]} with the key {settings.Keys[0]}: {problem.Message}");
        }
    }

    /// <summary>It lives in memory only; for localhost and the loopback addresses, one year.</summary>
    private static X509Certificate2 SelfSigned(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddYears(1));
    }
}
