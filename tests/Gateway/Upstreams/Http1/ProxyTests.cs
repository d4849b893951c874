using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Tests of forwarding on one kind of transport.</summary>
public abstract class ProxyTests(TransportKind kind)
{
    private protected Task<ProxyUnderTest> StartAsync(
        IPEndPoint upstream,
        Func<ServiceConfig, ServiceConfig>? service = null,
        GatewaySettings? settings = null,
        Action<Exchange>? prepare = null,
        Plugin? plugin = null,
        HttpProtocols protocols = HttpProtocols.Http1,
        CertificateConfig? clientCertificate = null,
        IReadOnlyList<CaCertificateConfig>? authorities = null) =>
        ProxyUnderTest.StartAsync(
            Transports.Create(kind, 1, NullLoggerFactory.Instance), upstream, service, settings, prepare, plugin, protocols, clientCertificate, authorities);
}
