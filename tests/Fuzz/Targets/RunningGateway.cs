using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;

namespace Sluice.Fuzz.Targets;

/// <summary>A gateway on a free port with one route, to an upstream on <c>127.0.0.1</c>.</summary>
internal sealed class RunningGateway(Gateway.Transport.Transport transport, GatewayRuntime runtime, GatewayServer server) : IAsyncDisposable
{
    public int Port => new Uri(server.Addresses[0]).Port;

    /// <summary>Waits until no exchange is under way: none may outlive its client and its upstream.</summary>
    public Task IdleAsync() => Acceptance.Harness.Eventually.HoldsAsync(() => runtime.Current.Exchanges.Count == 0, "the exchange has ended");

    public static async Task<RunningGateway> StartAsync(TransportKind kind, int upstream)
    {
        var read = DocumentReader.Read(Encoding.UTF8.GetBytes($$"""
            _format_version: "3.0"
            services:
            - {name: s, url: "http://127.0.0.1:{{upstream}}", retries: 0, routes: [{name: r, paths: [/], strip_path: false}]}
            """));
        var moving = Transports.Create(kind, 1, NullLoggerFactory.Instance);
        var running = new GatewayRuntime(moving, new GatewaySettings(), NullLoggerFactory.Instance, TimeProvider.System);
        running.Load(read.Document.ShouldNotBeNull());
        return new RunningGateway(moving, running, await GatewayServer.StartAsync(running, [new ListenAddress(new IPEndPoint(IPAddress.Loopback, 0))]));
    }

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(TimeSpan.FromSeconds(5));
        await server.DisposeAsync();
        await runtime.DisposeAsync();
        await transport.DisposeAsync();
    }
}
