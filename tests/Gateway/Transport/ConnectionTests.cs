using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.TransportTests;

/// <summary>What a transport promises to Kestrel about a client's connection; the framework's own transport is the measure.</summary>
public sealed class ConnectionTests
{
    public static TheoryData<TransportKind> Kinds => [TransportKind.Epoll, TransportKind.IoUring, TransportKind.Sockets];

    public static TheoryData<TransportKind> OwnKinds => [TransportKind.Epoll, TransportKind.IoUring];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Bytes_come_back_from_an_echo(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var echo = Task.Run(() => TransportFixture.EchoAsync(server));
        await client.SendAsync("hello"u8.ToArray());
        var buffer = new byte[100];
        var received = await client.ReceiveAsync(buffer).WaitAsync(TransportFixture.Patience);
        Encoding.ASCII.GetString(buffer, 0, received).ShouldBe("hello");
        client.Shutdown(SocketShutdown.Send);
        (await client.ReceiveAsync(buffer).WaitAsync(TransportFixture.Patience)).ShouldBe(0);
        await echo.WaitAsync(TransportFixture.Patience);
    }

    [Theory, MemberData(nameof(OwnKinds))]
    public async Task Room_that_was_asked_for_and_not_used_leaves_the_loop_idle(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind, loops: 1);
        var (server, client) = await fixture.ConnectAsync();
        server.Transport.Output.Write(new byte[3000]);
        server.Transport.Output.GetMemory(Gateway.Transport.Loops.BlockPool.LargeSize);
        await server.Transport.Output.FlushAsync();
        var buffer = new byte[3000];
        for (var received = 0; received < buffer.Length;) received += await client.ReceiveAsync(buffer).WaitAsync(TransportFixture.Patience);

        var loop = (Gateway.Transport.Loops.LoopThread)fixture.Transport.Loops[0];
        await Task.Delay(20);
        var turns = loop.Turn;
        await Task.Delay(100);
        (loop.Turn - turns).ShouldBeLessThan(20u);

        await server.Transport.Output.WriteAsync("more"u8.ToArray());
        (await client.ReceiveAsync(buffer).WaitAsync(TransportFixture.Patience)).ShouldBe(4);
        client.Dispose();
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task End_points_are_the_real_ones(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var near = (IPEndPoint)client.LocalEndPoint!;
        server.RemoteEndPoint.ShouldBe(new IPEndPoint(near.Address.MapToIPv4(), near.Port));
        server.LocalEndPoint.ShouldBe(fixture.EndPoint);
        fixture.EndPoint.Port.ShouldNotBe(0);
        server.ConnectionId.ShouldNotBeNullOrEmpty();
        client.Dispose();
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Dual_stack_accepts_both_families(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind, new IPEndPoint(IPAddress.IPv6Any, 0));
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(new IPEndPoint(address, fixture.EndPoint.Port));
            var server = await fixture.Listener.AcceptAsync().AsTask().WaitAsync(TransportFixture.Patience);
            ((IPEndPoint)server!.RemoteEndPoint!).Port.ShouldBe(((IPEndPoint)client.LocalEndPoint!).Port);
            ((IPEndPoint)server.LocalEndPoint!).Port.ShouldBe(fixture.EndPoint.Port);
            await server.DisposeAsync();
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_used_address_is_refused_as_in_use(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        await Should.ThrowAsync<AddressInUseException>(async () => await fixture.Transport.Listeners.BindAsync(fixture.EndPoint));
        await using var other = TransportFixture.CreateTransport(kind);
        await Should.ThrowAsync<AddressInUseException>(async () => await other.Listeners.BindAsync(fixture.EndPoint));
    }

    [Theory, MemberData(nameof(OwnKinds))]
    public async Task A_foreign_address_is_refused_by_name(TransportKind kind)
    {
        await using var transport = TransportFixture.CreateTransport(kind);
        var failure = await Should.ThrowAsync<IOException>(async () => await transport.Listeners.BindAsync(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 8000)));
        failure.Message.ShouldContain("192.0.2.1:8000");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Unix_sockets_work_and_leave_no_file(TransportKind kind)
    {
        var path = Path.Combine(Path.GetTempPath(), $"sluice-{Guid.NewGuid():N}.sock");
        await using (var fixture = await TransportFixture.StartAsync(kind, new UnixDomainSocketEndPoint(path)))
        {
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
            var server = await fixture.Listener.AcceptAsync().AsTask().WaitAsync(TransportFixture.Patience);
            await client.SendAsync("x"u8.ToArray());
            (await server!.Transport.Input.TakeAsync(1)).ShouldBe("x"u8.ToArray());
            await server.DisposeAsync();
        }

        File.Exists(path).ShouldBeFalse();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task After_the_peers_FIN_we_can_still_write(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        await client.SendAsync("question"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        (await server.Transport.Input.TakeAsync(8)).ShouldBe("question"u8.ToArray());
        (await server.Transport.Input.ReadAsync()).IsCompleted.ShouldBeTrue();
        await server.Transport.Output.WriteAsync("answer"u8.ToArray());
        await server.DisposeAsync();
        var buffer = new byte[100];
        (await client.ReceiveAsync(buffer).WaitAsync(TransportFixture.Patience)).ShouldBe(6);
        (await client.ReceiveAsync(buffer).WaitAsync(TransportFixture.Patience)).ShouldBe(0);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_client_that_goes_is_noticed_without_reading(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        await client.SendAsync("request"u8.ToArray());
        _ = await server.Transport.Input.TakeAsync(7);
        var gone = new TaskCompletionSource();
        server.ConnectionClosed.Register(gone.SetResult);
        client.Close();
        await gone.Task.WaitAsync(TransportFixture.Patience);
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_reset_is_a_ConnectionResetException(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var reading = server.Transport.Input.ReadAsync().AsTask();
        client.Close(timeout: 0);
        await Should.ThrowAsync<ConnectionResetException>(() => reading.WaitAsync(TransportFixture.Patience));
        for (var i = 0; i < 1000 && !(await server.Transport.Output.WriteAsync(new byte[1000])).IsCompleted; i++)
            await Task.Delay(10);
        (await server.Transport.Output.FlushAsync()).IsCompleted.ShouldBeTrue();
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Abort_resets_the_peer_and_ends_the_read(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var reading = server.Transport.Input.ReadAsync().AsTask();
        server.Abort(new ConnectionAbortedException("enough"));
        (await Should.ThrowAsync<ConnectionAbortedException>(() => reading.WaitAsync(TransportFixture.Patience))).Message.ShouldBe("enough");
        (await Should.ThrowAsync<SocketException>(() => client.ReceiveAsync(new byte[1]).WaitAsync(TransportFixture.Patience)))
            .SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_pending_read_can_be_canceled_and_read_again(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        for (var i = 0; i < 100; i++)
        {
            var reading = server.Transport.Input.ReadAsync().AsTask();
            server.Transport.Input.CancelPendingRead();
            var result = await reading.WaitAsync(TransportFixture.Patience);
            result.IsCanceled.ShouldBeTrue();
            server.Transport.Input.AdvanceTo(result.Buffer.End);
        }

        server.Transport.Input.CancelPendingRead();
        (await server.Transport.Input.ReadAsync().AsTask().WaitAsync(TransportFixture.Patience)).IsCanceled.ShouldBeTrue();

        using var token = new CancellationTokenSource();
        var canceled = server.Transport.Input.ReadAsync(token.Token).AsTask();
        await token.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => canceled.WaitAsync(TransportFixture.Patience));

        await client.SendAsync("still here"u8.ToArray());
        (await server.Transport.Input.TakeAsync(10)).Length.ShouldBe(10);
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_pending_flush_can_be_canceled(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        await PendFlush(server, async flush =>
        {
            server.Transport.Output.CancelPendingFlush();
            (await flush.WaitAsync(TransportFixture.Patience)).IsCanceled.ShouldBeTrue();
        });
        client.Close();
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Abort_ends_a_pending_flush(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        await PendFlush(server, async flush =>
        {
            server.Abort(new ConnectionAbortedException("enough"));
            (await flush.WaitAsync(TransportFixture.Patience)).IsCompleted.ShouldBeTrue();
        });
        client.Dispose();
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(OwnKinds))]
    public async Task What_was_examined_and_not_consumed_stays(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var input = server.Transport.Input;
        var sent = RandomBytes(50_000);
        for (var at = 0; at < sent.Length; at += 1000)
        {
            await client.SendAsync(sent.AsMemory(at, 1000));
            var result = await input.ReadAsync().AsTask().WaitAsync(TransportFixture.Patience);
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        await client.SendAsync("!"u8.ToArray()); // all of it has been looked at: only something new ends a read
        (await input.TakeAsync(sent.Length + 1)).ShouldBe([.. sent, (byte)'!']);
        var waiting = input.ReadAsync();
        await Task.Delay(20);
        waiting.IsCompleted.ShouldBeFalse();
        client.Shutdown(SocketShutdown.Send);
        (await waiting).IsCompleted.ShouldBeTrue();
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Disposing_sends_what_is_pending(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var sent = RandomBytes(3_000_000);
        var flushing = server.Transport.Output.WriteAsync(sent);
        var disposing = Task.Run(async () =>
        {
            _ = await flushing;
            await server.DisposeAsync();
        });
        (await ReceiveToEnd(client)).ShouldBe(sent);
        await disposing.WaitAsync(TransportFixture.Patience);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_slow_reader_slows_the_writer(TransportKind kind)
    {
        const int Total = 64 << 20;
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var chunk = RandomBytes(65536);
        var written = 0L;
        var writing = fixture.OnLoopAsync(async () =>
        {
            while (written < Total)
            {
                chunk.CopyTo(server.Transport.Output.GetSpan(chunk.Length));
                server.Transport.Output.Advance(chunk.Length);
                (await server.Transport.Output.FlushAsync()).IsCompleted.ShouldBeFalse();
                Interlocked.Add(ref written, chunk.Length);
            }

            await server.DisposeAsync();
        });
        await StandsStill(() => Interlocked.Read(ref written));
        Interlocked.Read(ref written).ShouldBeLessThan(16 << 20); // what the kernel holds on both sides, no more

        var buffer = new byte[1 << 20];
        var received = 0L;
        while (received < Total)
        {
            var count = await client.ReceiveAsync(buffer).WaitAsync(TransportFixture.Patience);
            count.ShouldNotBe(0);
            for (var i = 0; i < count; i += 4099)
                buffer[i].ShouldBe(chunk[(received + i) % chunk.Length]);
            received += count;
        }

        await writing.WaitAsync(TransportFixture.Patience);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_reader_that_does_not_read_slows_the_peer(TransportKind kind)
    {
        const int Total = 64 << 20;
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var chunk = RandomBytes(65536);
        var sent = 0L;
        var sending = Task.Run(async () =>
        {
            while (sent < Total)
            {
                await client.SendAsync(chunk);
                Interlocked.Add(ref sent, chunk.Length);
            }
        });
        await StandsStill(() => Interlocked.Read(ref sent));
        Interlocked.Read(ref sent).ShouldBeLessThan(20 << 20);
        var received = 0L;
        while (received < Total)
        {
            var result = await server.Transport.Input.ReadAsync().AsTask().WaitAsync(TransportFixture.Patience);
            var first = result.Buffer.FirstSpan;
            first[0].ShouldBe(chunk[received % chunk.Length]);
            received += result.Buffer.Length;
            server.Transport.Input.AdvanceTo(result.Buffer.End);
        }

        await sending;
        received.ShouldBe(Total);
        client.Close();
        await server.DisposeAsync();
    }

    [Theory, MemberData(nameof(OwnKinds))]
    public async Task Reading_leads_to_the_loop_and_flushing_off_it_keeps_its_order(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        var (server, client) = await fixture.ConnectAsync();
        var loop = server.Features.Get<IEventLoopFeature>().ShouldNotBeNull().Loop;
        var work = Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                server.Transport.Output.Write(BitConverter.GetBytes(i * 2)); // off the loop
                await server.Transport.Output.FlushAsync();
                await loop.SwitchTo();
                server.Transport.Output.Write(BitConverter.GetBytes((i * 2) + 1));
                await server.Transport.Output.FlushAsync();
                await Task.Yield();
            }
        });
        var expected = new byte[4000];
        for (var i = 0; i < 1000; i++)
            BitConverter.TryWriteBytes(expected.AsSpan(i * 4), i);
        var buffer = new byte[4000];
        var received = 0;
        while (received < buffer.Length)
            received += await client.ReceiveAsync(buffer.AsMemory(received)).AsTask().WaitAsync(TransportFixture.Patience);
        buffer.ShouldBe(expected);
        await work;

        var onLoop = Task.Run(async () =>
        {
            var reading = server.Transport.Input.ReadAsync();
            await client.SendAsync("x"u8.ToArray());
            _ = await reading.ConfigureAwait(false);
            return ReferenceEquals(EventLoop.Current, loop);
        });
        _ = await onLoop.WaitAsync(TransportFixture.Patience); // completed before the await or on the loop: either is right
        client.Close();
        await server.DisposeAsync();
    }

    internal static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(42).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReceiveToEnd(Socket client)
    {
        using var all = new MemoryStream();
        var buffer = new byte[65536];
        while (await client.ReceiveAsync(buffer).WaitAsync(TransportFixture.Patience) is var count and > 0)
            all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>Waits until <paramref name="count"/> has begun and has not grown for a while.</summary>
    private static async Task StandsStill(Func<long> count)
    {
        await Eventually.HoldsAsync(() => count() > 0);
        for (var last = -1L; last != count();)
        {
            last = count();
            await Task.Delay(300);
        }
    }

    /// <summary>A flush of more than the kernel takes for a client that does not read.</summary>
    private static async Task PendFlush(ConnectionContext server, Func<Task<System.IO.Pipelines.FlushResult>, Task> then)
    {
        var flush = server.Transport.Output.WriteAsync(new byte[64 << 20]).AsTask();
        await Task.Delay(100);
        flush.IsCompleted.ShouldBeFalse();
        await then(flush);
    }
}
