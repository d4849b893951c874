using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Upstreams;

/// <summary>
/// How a service's endpoints are spoken to through TLS: whether and against what they are verified, and what is shown to them. TLS 1.2 and 1.3 only.
/// </summary>
internal sealed class UpstreamTls
{
    /// <summary>nginx's default for the certificates between an endpoint's own and a root.</summary>
    private const int UsualDepth = 1;

    private readonly bool verify;
    private readonly int depth;
    private readonly X509Certificate2Collection? roots;
    private readonly SslStreamCertificateContext? own;

    /// <param name="verify">Whether certificates are verified.</param>
    /// <param name="depth">Most certificates between the endpoint's own and a root; null for the usual one.</param>
    /// <param name="authorities">PEM of the roots that count; empty for the system's.</param>
    /// <param name="certificate">What is shown to the endpoint; null for nothing.</param>
    /// <exception cref="CryptographicException">A PEM text is not one. The reader has checked them before.</exception>
    public UpstreamTls(bool verify, int? depth, IReadOnlyList<string> authorities, CertificateConfig? certificate)
    {
        this.verify = verify;
        this.depth = depth ?? UsualDepth;
        if (verify && authorities.Count > 0)
        {
            roots = [];
            foreach (var pem in authorities) roots.ImportFromPem(pem);
        }

        if (certificate is not null)
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate.Cert);
            own = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificate.Cert, certificate.Key), chain, offline: true);
        }

        Identity = new TlsIdentity(
            verify,
            verify ? this.depth : 0,
            roots is null ? "" : string.Join(',', roots.Select(root => root.GetCertHashString(HashAlgorithmName.SHA256)).Order(StringComparer.Ordinal)),
            own?.TargetCertificate.GetCertHashString(HashAlgorithmName.SHA256) ?? "");
    }

    /// <summary>Connections made under one identity are never used under another.</summary>
    public TlsIdentity Identity { get; }

    /// <summary>The name that the handshake asks for: the Host sent upstream without its port, as in Kong.</summary>
    public static string ServerName(string host)
    {
        if (host.StartsWith('[') && host.IndexOf(']') is > 0 and var bracket) return host[1..bracket];
        var colon = host.LastIndexOf(':');
        return colon >= 0 && host.IndexOf(':') == colon ? host[..colon] : host;
    }

    /// <summary>Options for a handshake that asks for <paramref name="serverName"/>.</summary>
    public SslClientAuthenticationOptions OptionsFor(string serverName) => new()
    {
        TargetHost = serverName,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateContext = own,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = verify ? IsTrusted : static (_, _, _, _) => true,
    };

    /// <summary>Without verification too: the framework builds the chain all the same, and would fetch what is missing from where the certificate says.</summary>
    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (roots is null) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None && (chain is null || chain.ChainElements.Count - 2 <= depth);
}

/// <summary>What makes two TLS settings the same.</summary>
internal sealed record TlsIdentity(bool Verify, int Depth, string Roots, string Certificate);
