using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Listeners;

/// <summary>What one certificate is shown with, for listeners with and without HTTP/2.</summary>
internal sealed class HandshakeOptions(X509Certificate2 leaf, X509Certificate2Collection chain, SslProtocols protocols)
{
    private readonly SslStreamCertificateContext certificate = SslStreamCertificateContext.Create(leaf, chain, offline: true);

    public SslServerAuthenticationOptions Both => field ??= Offer(SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);

    public SslServerAuthenticationOptions Http1 => field ??= Offer(SslApplicationProtocol.Http11);

    /// <summary>As <see cref="Both"/>, and clients are asked for a certificate of theirs.</summary>
    public SslServerAuthenticationOptions BothAsking => field ??= Ask(Offer(SslApplicationProtocol.Http2, SslApplicationProtocol.Http11));

    /// <summary>As <see cref="Http1"/>, and clients are asked for a certificate of theirs.</summary>
    public SslServerAuthenticationOptions Http1Asking => field ??= Ask(Offer(SslApplicationProtocol.Http11));

    /// <summary>For a certificate that is shown to nobody but an authority.</summary>
    public SslServerAuthenticationOptions Challenge => field ??= Offer(AcmeTls);

    /// <summary>The protocol that an authority asks for when it comes to look (RFC 8737).</summary>
    public static SslApplicationProtocol AcmeTls { get; } = new("acme-tls/1");

    /// <exception cref="CryptographicException">The certificate and its key do not fit together.</exception>
    public static HandshakeOptions Load(CertificateConfig config, SslProtocols protocols)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(config.Cert);
        using var pem = X509Certificate2.CreateFromPem(config.Cert, config.Key);

        // SChannel and some key kinds want the key in a PKCS#12 round trip; OpenSSL does not mind.
        var leaf = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        return new HandshakeOptions(leaf, [.. chain.Skip(1)], protocols);
    }

    /// <summary>Clients may come without, and whatever they show is only believed by the plugin that verifies it.</summary>
    private static SslServerAuthenticationOptions Ask(SslServerAuthenticationOptions options)
    {
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        options.AllowTlsResume = false;
        return options;
    }

    private SslServerAuthenticationOptions Offer(params List<SslApplicationProtocol> applicationProtocols) => new()
    {
        ServerCertificateContext = certificate,
        EnabledSslProtocols = protocols,
        ApplicationProtocols = applicationProtocols,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };
}
