using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams.Framework;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Upstreams;

/// <summary>What the client of a service is made from. Filled when the snapshot is built.</summary>
internal sealed record UpstreamClientSetup
{
    public required ServiceConfig Service { get; init; }

    /// <summary>The certificate shown to endpoints: the service's, or else its upstream's; null for none.</summary>
    public CertificateConfig? ClientCertificate { get; init; }

    /// <summary>The service's <c>ca_certificates</c> that exist.</summary>
    public IReadOnlyList<CaCertificateConfig> CaCertificates { get; init; } = [];

    public required GatewaySettings Settings { get; init; }

    public required Transport.Transport Transport { get; init; }

    public required SharedResources Shared { get; init; }

    public required SnapshotLease Lease { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Makes the client of each service. HTTP/1.1, plain or through TLS, is our own; gRPC goes through the framework's HTTP/2.</summary>
internal static class UpstreamClients
{
    public static UpstreamClient Create(UpstreamClientSetup setup)
    {
        var service = setup.Service;
        var forwarding = ForwardingSettings.For(service, setup.Settings);
        var tls = service.Protocol is "https" or "grpcs" ? TlsFor(setup) : null;
        if (service.Protocol is "grpc" or "grpcs")
        {
            var handler = setup.Shared.Get(
                (typeof(Http2Handler), tls?.Identity, forwarding.ConnectTimeout),
                setup.Lease,
                () => new Http2Handler(tls, forwarding.ConnectTimeout));
            return new FrameworkUpstreamClient(handler, forwarding, tls is null ? "http" : "https");
        }

        var keepAlive = new KeepAliveSettings(
            setup.Settings.UpstreamKeepAlivePoolSize,
            setup.Settings.UpstreamKeepAliveMaxRequests,
            TimeSpan.FromMilliseconds(setup.Settings.UpstreamKeepAliveIdleTimeout));
        var pool = setup.Shared.Get(
            (typeof(ConnectionPool), tls?.Identity, keepAlive),
            setup.Lease,
            () => new ConnectionPool(keepAlive, setup.Transport.Loops, setup.Time));
        return new Http1UpstreamClient(forwarding, pool, new Connector(setup.Transport, forwarding.ConnectTimeout, tls));
    }

    private static UpstreamTls TlsFor(UpstreamClientSetup setup)
    {
        var service = setup.Service;
        var verify = service.TlsVerify ?? setup.Settings.TlsVerify;
        IReadOnlyList<string> authorities = !verify ? []
            : setup.CaCertificates.Count > 0 ? [.. setup.CaCertificates.Select(authority => authority.Cert)]
            : setup.Settings.TrustedCertificates is { } file ? [File.ReadAllText(file)]
            : [];
        return new UpstreamTls(verify, service.TlsVerifyDepth, authorities, setup.ClientCertificate);
    }
}
