using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Telemetry;

/// <summary>A whole gateway on a free port.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly Transport.Transport transport;
    private readonly GatewayServer server;

    private GatewayUnderTest(Transport.Transport transport, GatewayRuntime runtime, GatewayServer server)
    {
        this.transport = transport;
        Runtime = runtime;
        this.server = server;
    }

    public GatewayRuntime Runtime { get; }

    public int Port => new Uri(server.Addresses[0]).Port;

    /// <summary>The page of <c>/metrics</c>.</summary>
    public string Metrics => MetricsReport.Write(Runtime);

    public static async Task<GatewayUnderTest> StartAsync(
        string document, GatewaySettings? settings = null, TransportKind kind = TransportKind.Sockets, ILoggerFactory? logs = null)
    {
        logs ??= NullLoggerFactory.Instance;
        var read = DocumentReader.Read(Encoding.UTF8.GetBytes(document));
        read.Document.ShouldNotBeNull(string.Join('\n', read.Problems));
        var moving = Transports.Create(kind, 1, logs);
        var runtime = new GatewayRuntime(moving, settings ?? new GatewaySettings(), logs, TimeProvider.System);
        runtime.Load(read.Document);
        var serving = await GatewayServer.StartAsync(runtime, [new ListenAddress(new IPEndPoint(IPAddress.Loopback, 0))]);
        return new GatewayUnderTest(moving, runtime, serving);
    }

    /// <summary>Sends <paramref name="request"/> on a connection of its own and returns everything that comes until it is closed.</summary>
    public async Task<string> SendAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(2 * Eventually.Patience);
    }

    /// <summary>A GET whose connection is closed afterwards.</summary>
    public Task<string> GetAsync(string target, string fields = "") => SendAsync($"GET {target} HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n{fields}\r\n");

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(TimeSpan.FromSeconds(5));
        await server.DisposeAsync();
        await Runtime.DisposeAsync();
        await transport.DisposeAsync();
    }
}
