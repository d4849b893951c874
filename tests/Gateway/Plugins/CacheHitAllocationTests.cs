using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>What a response from a cache costs in managed memory, with Kestrel's share. Alone, because allocations are counted for the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class CacheHitAllocationTests
{
    private const int Requests = 4000;
    private const int Rounds = 10;

    /// <summary>Bytes per request.</summary>
    private const long Most = 100;

    [Theory]
    [InlineData("proxy-cache", "config: {strategy: memory, content_type: [application/json], cache_ttl: 3600}")]
    [InlineData("http-cache", "config: {}")]
    public async Task A_hit_allocates_next_to_nothing(string plugin, string config)
    {
        // Without optimisation the compiler makes every async method's state an object.
        var debugging = typeof(Sluice.Gateway.Upstreams.UpstreamClient).Assembly.GetCustomAttribute<DebuggableAttribute>();
        Assert.SkipWhen(debugging?.IsJITOptimizerDisabled == true, "The gateway was built without optimisation; run with -c Release.");

        await using var upstream = new RawUpstream(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=3600\r\nX-Own: value\r\nContent-Length: 1024\r\n\r\n" + new string('a', 1024));
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services:
            - url: http://{{upstream.Address}}
              routes: [{paths: [/]}]
              plugins: [{name: {{plugin}}, {{config}}}]
            """,
            kind: TransportKind.Epoll);
        long perRequest = 0;
        var asking = new Thread(() => perRequest = Ask(gateway.Port)) { IsBackground = true };
        asking.Start();
        while (asking.IsAlive) await Task.Delay(20, TestContext.Current.CancellationToken);
        perRequest.ShouldBeInRange(0, Most);
    }

    private static long Ask(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(System.Net.IPAddress.Loopback, port);
        var request = "GET /some/path?x=1 HTTP/1.1\r\nHost: client.test\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n"u8.ToArray();
        var buffer = new byte[8192];

        // The rest of the process allocates as well, and code that is not optimised yet: the best round counts, and the first is to warm up.
        var least = long.MaxValue;
        for (var round = 0; round < Rounds && least > Most; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < Requests; i++)
            {
                socket.Send(request);
                var received = 0;
                while (received < 1024 || buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8) + 4 + 1024 != received) received += socket.Receive(buffer.AsSpan(received));
            }

            if (round > 0) least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests);
        }

        return least;
    }
}
