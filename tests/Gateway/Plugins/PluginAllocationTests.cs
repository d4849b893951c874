using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>What requests with plugins cost in managed memory, with Kestrel's share. Alone, because allocations are counted for the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class PluginAllocationTests
{
    private const int Requests = 1000;
    private const int Rounds = 60;

    /// <summary>What the rest of the process may allocate meanwhile, by the request.</summary>
    private const long Others = 100;

    [Fact]
    public Task A_hit_of_proxy_cache_allocates_nothing() =>
        AllocatesAsync("{name: proxy-cache, config: {strategy: memory, content_type: [application/json], cache_ttl: 3600}}");

    [Fact]
    public Task A_hit_of_http_cache_allocates_nothing() => AllocatesAsync("{name: http-cache}");

    /// <param name="plugins">In the flow style of YAML.</param>
    private static async Task AllocatesAsync(string plugins)
    {
        // Without optimisation the compiler makes every async method's state an object.
        var debugging = typeof(Sluice.Gateway.Upstreams.UpstreamClient).Assembly.GetCustomAttribute<DebuggableAttribute>();
        Assert.SkipWhen(debugging?.IsJITOptimizerDisabled == true, "The gateway was built without optimisation; run with -c Release.");

        // The upstream has a thread of its own with blocking sockets, which allocate nothing.
        var answer = Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=3600\r\nX-Own: value\r\nContent-Length: 1024\r\n\r\n" + new string('a', 1024));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        new Thread(() => Serve(listener, answer)) { IsBackground = true }.Start();
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services:
            - url: http://{{listener.LocalEndPoint}}
              routes: [{paths: [/]}]
              plugins: [{{plugins}}]
            """,
            kind: TransportKind.Epoll);
        (await gateway.GetAsync("/some/path?x=1")).ShouldStartWith("HTTP/1.1 200 ");
        long perRequest = 0;
        Exception? problem = null;
        var asking = new Thread(() =>
        {
            try
            {
                perRequest = Ask(gateway.Port);
            }
            catch (SocketException e)
            {
                problem = e;
            }
        }) { IsBackground = true };
        asking.Start();
        while (asking.IsAlive) await Task.Delay(20, TestContext.Current.CancellationToken);
        problem.ShouldBeNull();
        perRequest.ShouldBeInRange(0, Others);
    }

    private static void Serve(Socket listener, byte[] answer)
    {
        var buffer = new byte[8192];
        try
        {
            // The gateway takes another connection after some thousand requests.
            while (true)
            {
                using var socket = listener.Accept();
                socket.NoDelay = true;
                while (socket.Receive(buffer) > 0) socket.Send(answer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static long Ask(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)Eventually.Patience.TotalMilliseconds };
        socket.Connect(IPAddress.Loopback, port);
        var request = "GET /some/path?x=1 HTTP/1.1\r\nHost: client.test\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n"u8.ToArray();
        var buffer = new byte[8192];

        // The rest of the process allocates as well, and code that is not optimised yet: the best round counts, and the first is to warm up.
        var least = long.MaxValue;
        for (var round = 0; round < Rounds && least > Others; round++)
        {
            if (round > 2) Thread.Sleep(50); // the optimiser works in the background
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
