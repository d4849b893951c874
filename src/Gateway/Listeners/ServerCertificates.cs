using System.Collections.Frozen;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// The certificates of one snapshot by server name: the exact name, then <c>*.example.com</c> or <c>example.*</c> for one label, then <c>*</c>,
/// then the default. What a handshake needs is made when the snapshot is built.
/// </summary>
public sealed class ServerCertificates
{
    private static readonly List<SslApplicationProtocol> Alpn = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly FrozenDictionary<string, SslServerAuthenticationOptions> byName;
    private readonly FrozenDictionary<string, SslServerAuthenticationOptions>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly SslServerAuthenticationOptions? fallback;

    private ServerCertificates(FrozenDictionary<string, SslServerAuthenticationOptions> byName, SslServerAuthenticationOptions? fallback)
    {
        this.byName = byName;
        this.fallback = fallback;
        lookup = byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <exception cref="SnapshotException">A certificate and its key do not fit together.</exception>
    public static ServerCertificates Build(GatewayDocument document, X509Certificate2? defaultCertificate)
    {
        var byId = document.Certificates.ToDictionary(c => c.Id, c => new Lazy<SslServerAuthenticationOptions>(() => Load(c)));
        var names = new Dictionary<string, SslServerAuthenticationOptions>(StringComparer.OrdinalIgnoreCase);
        foreach (var sni in document.Snis)
            if (sni.Certificate is { } reference && byId.TryGetValue(reference.Id, out var certificate))
                names[sni.Name] = certificate.Value;
        return new ServerCertificates(
            names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            names.GetValueOrDefault("*") ?? (defaultCertificate is null ? null : OptionsFor(defaultCertificate, [])));
    }

    /// <summary>What to shake hands with for <paramref name="serverName"/>; null when there is no certificate at all.</summary>
    public SslServerAuthenticationOptions? Find(string? serverName)
    {
        if (string.IsNullOrEmpty(serverName)) return fallback;
        if (byName.TryGetValue(serverName, out var exact)) return exact;
        var dot = serverName.IndexOf('.');
        if (dot > 0)
        {
            Span<char> pattern = stackalloc char[serverName.Length + 1];
            pattern[0] = '*';
            serverName.AsSpan(dot).CopyTo(pattern[1..]);
            if (lookup.TryGetValue(pattern[..(1 + serverName.Length - dot)], out var left)) return left;
            var last = serverName.LastIndexOf('.') + 1;
            serverName.AsSpan(0, last).CopyTo(pattern);
            pattern[last] = '*';
            if (lookup.TryGetValue(pattern[..(last + 1)], out var right)) return right;
        }

        return fallback;
    }

    private static SslServerAuthenticationOptions Load(CertificateConfig config)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(config.Cert);
            using var pem = X509Certificate2.CreateFromPem(config.Cert, config.Key);

            // SChannel and some key kinds want the key in a PKCS#12 round trip; OpenSSL does not mind.
            var leaf = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            return OptionsFor(leaf, [.. chain.Skip(1)]);
        }
        catch (CryptographicException e)
        {
            throw new SnapshotException($"{config.Place}: certificate {config.Id}: {e.Message}", e);
        }
    }

    private static SslServerAuthenticationOptions OptionsFor(X509Certificate2 leaf, X509Certificate2Collection chain) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = Alpn,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };
}
