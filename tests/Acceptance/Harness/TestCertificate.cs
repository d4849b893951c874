using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Acceptance.Harness;

/// <summary>A self-signed certificate for some names, as PEM for configurations and as an object for servers in the test.</summary>
internal sealed class TestCertificate
{
    public TestCertificate(params string[] names)
        : this(isAuthority: false, names)
    {
    }

    /// <param name="isAuthority">It may issue others, as those that a configuration trusts must.</param>
    /// <param name="names">Whose it is.</param>
    public TestCertificate(bool isAuthority, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        if (isAuthority) request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        CertificatePem = made.ExportCertificatePem();
        KeyPem = key.ExportPkcs8PrivateKeyPem();
        Certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public string CertificatePem { get; }

    public string KeyPem { get; }

    public X509Certificate2 Certificate { get; }

    /// <summary>As an entry of a configuration's <c>certificates</c>.</summary>
    public string Yaml(params string[] snis) =>
        $"- cert: {Quoted(CertificatePem)}\n  key: {Quoted(KeyPem)}\n  snis: [{string.Join(", ", snis.Select(s => $"{{name: \"{s}\"}}"))}]\n";

    private static string Quoted(string pem) => $"\"{pem.ReplaceLineEndings("\\n")}\"";
}
