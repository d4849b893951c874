using System.Collections.Frozen;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// The certificates of one snapshot by server name: the exact name, then <c>*.example.com</c> or <c>example.*</c> for one label, then <c>*</c>,
/// then the default. What a handshake needs is made when the snapshot is built.
/// </summary>
public sealed class ServerCertificates
{
    private readonly FrozenDictionary<string, HandshakeOptions> byName;
    private readonly FrozenDictionary<string, HandshakeOptions>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly HandshakeOptions? fallback;

    private ServerCertificates(FrozenDictionary<string, HandshakeOptions> byName, HandshakeOptions? fallback)
    {
        this.byName = byName;
        this.fallback = fallback;
        lookup = byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Who has certificates for further names; null for nobody. Set while the snapshot is built.</summary>
    internal CertificateIssuer? Issuer { get; set; }

    /// <summary>Which clients are asked for a certificate of theirs.</summary>
    internal ClientCertificateDemand Demand { get; init; } = ClientCertificateDemand.None;

    /// <exception cref="SnapshotException">A certificate and its key do not fit together.</exception>
    public static ServerCertificates Build(GatewayDocument document, GatewaySettings settings)
    {
        var byId = document.Certificates.ToDictionary(c => c.Id, c => new Lazy<HandshakeOptions>(() => Load(c, settings.TlsProtocols)));
        var names = new Dictionary<string, HandshakeOptions>(StringComparer.OrdinalIgnoreCase);
        foreach (var sni in document.Snis)
            if (sni.Certificate is { } reference && byId.TryGetValue(reference.Id, out var certificate))
                names[sni.Name] = certificate.Value;
        return new ServerCertificates(
            names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            names.GetValueOrDefault("*") ?? (settings.DefaultCertificate is { } own ? new HandshakeOptions(own, [], settings.TlsProtocols) : null))
        {
            Demand = ClientCertificateDemand.Of(document),
        };
    }

    /// <summary>What to shake hands with for <paramref name="serverName"/>; null when there is no certificate at all.</summary>
    /// <param name="http2">Whether the listener speaks HTTP/2, so that it is offered.</param>
    public SslServerAuthenticationOptions? Find(string? serverName, bool http2 = true)
    {
        var found = Named(serverName);
        if (Issuer is not null && ReferenceEquals(found, fallback) && !string.IsNullOrEmpty(serverName)) found = Issuer.Find(serverName) ?? found;
        if (Demand.IsFor(serverName)) return http2 ? found?.BothAsking : found?.Http1Asking;
        return http2 ? found?.Both : found?.Http1;
    }

    private HandshakeOptions? Named(string? serverName)
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

    private static HandshakeOptions Load(CertificateConfig config, SslProtocols protocols)
    {
        try
        {
            return HandshakeOptions.Load(config, protocols);
        }
        catch (CryptographicException e)
        {
            throw new SnapshotException($"{config.Place}: certificate {config.Id}: {e.Message}", e);
        }
    }
}
