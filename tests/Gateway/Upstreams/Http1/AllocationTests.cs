using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>What a plain proxied request costs in managed memory, with Kestrel's share. Alone, because allocations are counted for the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    private const int Requests = 4000;
    private const int Rounds = 10;

    /// <summary>Bytes per request.</summary>
    private const long Most = 200;

    [Fact]
    public async Task A_plain_request_allocates_next_to_nothing()
    {
        // Without optimisation the compiler makes every async method's state an object.
        var debugging = typeof(Sluice.Gateway.Upstreams.UpstreamClient).Assembly.GetCustomAttribute<DebuggableAttribute>();
        Assert.SkipWhen(debugging?.IsJITOptimizerDisabled == true, "The gateway was built without optimisation; run with -c Release.");

        var answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nServer: s\r\nContent-Type: application/json\r\nX-Own: value\r\nContent-Length: 1024\r\n\r\n" + new string('a', 1024));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();

        // Both ends on threads of their own with blocking sockets, which allocate nothing.
        var serving = new Thread(() => Serve(listener, answer)) { IsBackground = true };
        serving.Start();
        await using var proxy = await ProxyUnderTest.StartAsync(
            Transports.Create(TransportKind.Epoll, 1, NullLoggerFactory.Instance), (System.Net.IPEndPoint)listener.LocalEndPoint!, keepResults: false);
        long perRequest = 0;
        var asking = new Thread(() => perRequest = Ask(proxy.Address)) { IsBackground = true };
        asking.Start();
        while (asking.IsAlive) await Task.Delay(20);
        perRequest.ShouldBeInRange(0, Most);
    }

    private static void Serve(Socket listener, byte[] answer)
    {
        using var socket = listener.Accept();
        socket.NoDelay = true;
        var buffer = new byte[8192];
        while (socket.Receive(buffer) > 0) socket.Send(answer);
    }

    private static long Ask(System.Net.IPEndPoint address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address);
        var request = "GET /some/path HTTP/1.1\r\nHost: client.test\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n"u8.ToArray();
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
                while (received < 1024 || buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8) + 4 + 1024 != received)
                    received += socket.Receive(buffer.AsSpan(received));
            }

            if (round > 0) least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests);
        }

        return least;
    }
}
