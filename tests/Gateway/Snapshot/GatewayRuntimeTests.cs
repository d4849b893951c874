using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Snapshot;

public sealed class GatewayRuntimeTests
{
    [Fact]
    public async Task What_cannot_be_built_leaves_snapshot_and_settings_as_they_are()
    {
        await using var transport = Transports.Create(TransportKind.Sockets, 0, NullLoggerFactory.Instance);
        await using var runtime = new GatewayRuntime(transport, new GatewaySettings(), NullLoggerFactory.Instance, TimeProvider.System);
        var served = runtime.Load(new GatewayDocument());
        var document = new GatewayDocument { Services = [new ServiceConfig { Id = Guid.NewGuid(), Host = "a.test", Protocol = "https", TlsVerify = true }] };

        var refusal = Should.Throw<SnapshotException>(() => runtime.Load(document, runtime.Settings with { TrustedCertificates = "/nowhere/ca.pem" }));

        refusal.Message.ShouldContain("/nowhere/ca.pem");
        runtime.Current.ShouldBeSameAs(served);
        runtime.Settings.TrustedCertificates.ShouldBeNull();
        runtime.Generation.ShouldBe(1);
    }
}
