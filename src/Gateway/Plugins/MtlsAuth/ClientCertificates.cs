using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.MtlsAuth;

/// <summary>Finds out which certificates were issued by the authorities of one middleware, and whom they name. Remembers the good ones.</summary>
internal sealed class ClientCertificates(IReadOnlyList<X509Certificate2> authorities, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string CommonName = "2.5.4.3";

    private readonly RecentTokens<VerifiedCertificate> verified = new(capacity: 4096);

    /// <summary>A certificate that was found good and is still in time; null when that must be found out.</summary>
    public VerifiedCertificate? Find(TokenHash hash) =>
        verified.Find(hash) is { } known && time.GetUtcNow() is var now && now >= known.NotBefore && now <= known.NotAfter ? known : null;

    /// <summary>Verifies a certificate; null when it is not good. Slow: not for an event loop.</summary>
    public VerifiedCertificate? Verify(TokenHash hash, X509Certificate2 certificate)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                VerificationTime = time.GetUtcNow().UtcDateTime,
            },
        };
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        foreach (var authority in authorities) chain.ChainPolicy.CustomTrustStore.Add(authority);
        try
        {
            if (!chain.Build(certificate)) return null;
            var found = new VerifiedCertificate(
                [.. Names(certificate)], certificate.Thumbprint,
                chain.ChainElements.Max(e => new DateTimeOffset(e.Certificate.NotBefore)), chain.ChainElements.Min(e => new DateTimeOffset(e.Certificate.NotAfter)));
            verified.Remove(hash);
            verified.Add(hash, found);
            return found;
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        }
    }

    private static IEnumerable<string> Names(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } alternatives)
            foreach (var name in alternatives.EnumerateDnsNames()) yield return name;
        if (certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false) is { Length: > 0 } email) yield return email;
        if (certificate.GetNameInfo(X509NameType.UrlName, forIssuer: false) is { Length: > 0 } url) yield return url;
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == CommonName && part.GetSingleElementValue() is { } common) yield return common;
    }
}

/// <summary>A certificate of a trusted authority.</summary>
/// <param name="Names">Whom it names: alternative names first, then the common name.</param>
/// <param name="Thumbprint">Its SHA-1 fingerprint, by which people know it.</param>
/// <param name="NotBefore">From when it and those above it are all good.</param>
/// <param name="NotAfter">Until when they are.</param>
internal sealed record VerifiedCertificate(string[] Names, string Thumbprint, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
