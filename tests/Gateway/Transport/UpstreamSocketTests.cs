using System.Net;
using System.Net.Sockets;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.TransportTests;

public sealed class UpstreamSocketTests
{
    private static readonly TimeSpan Long = Eventually.Patience;

    public static TheoryData<TransportKind> Kinds => ConnectionTests.Kinds;

    public static TheoryData<TransportKind> OwnKinds => ConnectionTests.OwnKinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Sends_and_receives(TransportKind kind) => await WithUpstream(kind, async (upstream, peer, fixture) =>
    {
        upstream.Loop.ShouldBe(fixture.Transport.Loops.Count > 0 ? fixture.Transport.Loops[0] : null);
        await upstream.SendAsync("question"u8.ToArray(), Long);
        var buffer = new byte[100];
        (await peer.ReceiveAsync(buffer).ConfigureAwait(false)).ShouldBe(8);
        await Back(fixture);
        upstream.IsIdleAndOpen.ShouldBeTrue();
        await peer.SendAsync("answer"u8.ToArray()).ConfigureAwait(false);
        await Back(fixture);
        (await upstream.ReceiveAsync(buffer, Long)).ShouldBe(6);
        upstream.IsIdleAndOpen.ShouldBeTrue();
        peer.Shutdown(SocketShutdown.Send);
        (await upstream.ReceiveAsync(buffer, Long)).ShouldBe(0);
        upstream.IsIdleAndOpen.ShouldBeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_closed_or_chatty_peer_is_not_idle(TransportKind kind) => await WithUpstream(kind, async (upstream, peer, fixture) =>
    {
        upstream.IsIdleAndOpen.ShouldBeTrue();
        await peer.SendAsync("x"u8.ToArray()).ConfigureAwait(false);
        await NotIdle();
        (await upstream.ReceiveAsync(new byte[1], Long)).ShouldBe(1);
        upstream.IsIdleAndOpen.ShouldBeTrue();
        peer.Close();
        await NotIdle();

        // The time of the whole test ends it at the latest.
        async Task NotIdle()
        {
            await Back(fixture);
            while (upstream.IsIdleAndOpen)
            {
                await Task.Delay(10).ConfigureAwait(false);
                await Back(fixture);
            }
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public async Task Receive_times_out(TransportKind kind) => await WithUpstream(kind, async (upstream, peer, fixture) =>
    {
        var started = Environment.TickCount64;
        (await Failure(() => upstream.ReceiveAsync(new byte[10], TimeSpan.FromMilliseconds(150)))).ShouldBe(SocketFailure.TimedOut);
        (Environment.TickCount64 - started).ShouldBeGreaterThanOrEqualTo(140);
        await Back(fixture);
        await peer.SendAsync("late"u8.ToArray()).ConfigureAwait(false);
        await Back(fixture);
        (await upstream.ReceiveAsync(new byte[10], Long)).ShouldBe(4); // the time-out has not taken bytes with it
    });

    [Theory, MemberData(nameof(Kinds))]
    public async Task Send_times_out_without_progress(TransportKind kind) => await WithUpstream(kind, async (upstream, _, _) =>
    {
        var chunk = new byte[1 << 20];
        (await Failure(async () =>
        {
            for (var i = 0; i < 64; i++)
                await upstream.SendAsync(chunk, TimeSpan.FromMilliseconds(200));
            return 0;
        })).ShouldBe(SocketFailure.TimedOut);
    });

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_reset_is_told(TransportKind kind) => await WithUpstream(kind, async (upstream, peer, _) =>
    {
        var receiving = upstream.ReceiveAsync(new byte[10], Long);
        peer.Close(timeout: 0);
        (await Failure(() => receiving)).ShouldBe(SocketFailure.Reset);
    });

    [Theory, MemberData(nameof(Kinds))]
    public async Task Dispose_from_another_thread_ends_a_receive(TransportKind kind) => await WithUpstream(kind, async (upstream, peer, fixture) =>
    {
        var receiving = upstream.ReceiveAsync(new byte[10], Long);
        var disposing = Task.Run(upstream.Dispose);
        (await Failure(() => receiving)).ShouldBe(SocketFailure.Closed);
        await disposing;
        await Back(fixture);
        upstream.Dispose();
        await peer.ReceiveAsync(new byte[1]).WaitAsync(Long).ContinueWith(_ => { }, TaskScheduler.Default); // FIN or RST, but at once
        (await Failure(() => upstream.ReceiveAsync(new byte[10], Long))).ShouldBe(SocketFailure.Closed);
    });

    [Theory, MemberData(nameof(Kinds))]
    public async Task Big_bodies_pass_both_ways_at_once(TransportKind kind) => await WithUpstream(kind, async (upstream, peer, fixture) =>
    {
        const int Total = 32 << 20;
        var chunk = ConnectionTests.RandomBytes(100_000);
        var echo = Task.Run(async () =>
        {
            var buffer = new byte[65536];
            while (await peer.ReceiveAsync(buffer) is var count and > 0)
                await peer.SendAsync(buffer.AsMemory(0, count));
            peer.Shutdown(SocketShutdown.Send);
        });
        var sending = fixture.OnLoopAsync(async () =>
        {
            for (var sent = 0; sent < Total; sent += chunk.Length)
                await upstream.SendAsync(chunk, Long);
            upstream.ShutdownSend();
        });
        await Back(fixture);
        var received = 0L;
        var buffer = new byte[65536];
        while (await upstream.ReceiveAsync(buffer, Long) is var count and > 0)
        {
            buffer[0].ShouldBe(chunk[received % chunk.Length]);
            buffer[count - 1].ShouldBe(chunk[(received + count - 1) % chunk.Length]);
            received += count;
        }

        received.ShouldBe((Total + chunk.Length - 1) / chunk.Length * chunk.Length);
        await sending;
        await echo;
    });

    [Theory, MemberData(nameof(Kinds))]
    public async Task Connecting_to_a_closed_port_is_refused(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound and not listening
        await fixture.OnLoopAsync(async () =>
            (await Failure(async () => (await fixture.Transport.ConnectAsync(free.LocalEndPoint!, Long)).GetHashCode())).ShouldBe(SocketFailure.Refused));
        fixture.Transport.Loops.ShouldAllBe(loop => loop.Counters.UpstreamSockets == 0);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Connecting_times_out(TransportKind kind)
    {
        // A listener whose backlog is full answers no further handshake.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        await using var fixture = await TransportFixture.StartAsync(kind);
        var opened = new List<UpstreamSocket>();
        await fixture.OnLoopAsync(async () =>
            (await Failure(async () =>
            {
                for (var i = 0; i < 10; i++)
                    opened.Add(await fixture.Transport.ConnectAsync(full.LocalEndPoint!, TimeSpan.FromMilliseconds(200)));
                return 0;
            })).ShouldBe(SocketFailure.TimedOut));
        opened.ForEach(upstream => upstream.Dispose());
    }

    [Theory, MemberData(nameof(OwnKinds))]
    public async Task Off_the_loops_a_socket_without_loop_is_opened(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        using var upstream = await fixture.Transport.ConnectAsync(fixture.EndPoint, Long);
        upstream.Loop.ShouldBeNull();
        await upstream.SendAsync("x"u8.ToArray(), Long);
    }

    [Theory, MemberData(nameof(OwnKinds))]
    public async Task A_round_trip_allocates_nothing(TransportKind kind) => await WithUpstream(kind, async (upstream, peer, fixture) =>
    {
        var echo = new Thread(() =>
        {
            var buffer = new byte[1000];
            while (peer.Receive(buffer) is var count and > 0)
                peer.Send(buffer, count, SocketFlags.None);
        })
        { IsBackground = true };
        echo.Start();
        var buffer = new byte[1000];
        var least = await Allocations.LeastAsync(
            async () =>
            {
                for (var i = 0; i < 2000; i++)
                {
                    await upstream.SendAsync(buffer.AsMemory(0, 500), Long);
                    for (var left = 500; left > 0;)
                        left -= await upstream.ReceiveAsync(buffer, Long);
                }
            },
            enough: 1999);
        least.ShouldBeLessThan(2000); // nothing per round trip: the loop itself, once it waits, is an object
        upstream.ShutdownSend();
        await Task.Run(echo.Join);
    });

    private static async Task Back(TransportFixture fixture)
    {
        if (fixture.Transport.Loops.Count > 0)
            await fixture.Transport.Loops[0].SwitchTo();
    }

    private static async Task<SocketFailure?> Failure(Func<ValueTask<int>> operation)
    {
        try
        {
            _ = await operation();
            return null;
        }
        catch (UpstreamSocketException failure)
        {
            return failure.Failure;
        }
    }

    private static async Task WithUpstream(TransportKind kind, Func<UpstreamSocket, Socket, TransportFixture, Task> test)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await fixture.OnLoopAsync(async () =>
        {
            using var upstream = await fixture.Transport.ConnectAsync(listener.LocalEndPoint!, Long);
            using var peer = await listener.AcceptAsync().ConfigureAwait(false);
            await Back(fixture);
            await test(upstream, peer, fixture).WaitAsync(4 * Eventually.Patience);
        });
    }
}
