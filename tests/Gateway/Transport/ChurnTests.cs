using System.Net.Sockets;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.TransportTests;

[Collection(nameof(ProcessWide))]
public sealed class ChurnTests
{
    [Theory, MemberData(nameof(ConnectionTests.OwnKinds), MemberType = typeof(ConnectionTests))]
    public async Task Five_thousand_connections_leave_no_descriptor_behind(TransportKind kind)
    {
        await using var fixture = await TransportFixture.StartAsync(kind);
        using var stop = new CancellationTokenSource();
        var echo = fixture.EchoAsync(stop.Token);
        await OpenUseAndClose(fixture, 50);
        await UntilClosed(fixture);

        // What tests before this one have forgotten goes before the count, not during it.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = OpenDescriptors();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenUseAndClose(fixture, 250))).WaitAsync(4 * Eventually.Patience);
        await UntilClosed(fixture);
        await Eventually.HoldsAsync(() => OpenDescriptors() <= before + 5);
        fixture.Transport.Loops.Sum(loop => loop.Counters.Accepted).ShouldBe(5050);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => echo);
    }

    [Theory, MemberData(nameof(ConnectionTests.OwnKinds), MemberType = typeof(ConnectionTests))]
    public async Task Idle_connections_hold_no_buffers(TransportKind kind)
    {
        const int Count = 2000;
        await using var fixture = await TransportFixture.StartAsync(kind);
        using var stop = new CancellationTokenSource();
        var echo = fixture.EchoAsync(stop.Token);
        await OpenUseAndClose(fixture, 100);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clients = new List<Socket>();
        for (var i = 0; i < Count; i++)
        {
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(fixture.EndPoint);
            await client.SendAsync("x"u8.ToArray());
            (await client.ReceiveAsync(new byte[10])).ShouldBe(1);
            clients.Add(client);
        }

        fixture.Transport.Loops.Sum(loop => loop.Counters.ClientConnections).ShouldBeGreaterThanOrEqualTo(Count);
        var perConnection = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
        perConnection.ShouldBeLessThan(6000); // both ends and the test's own echo; one 4 KiB buffer each would show
        clients.ForEach(client => client.Dispose());
        await UntilClosed(fixture);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => echo);
    }

    private static async Task OpenUseAndClose(TransportFixture fixture, int count)
    {
        var buffer = new byte[100];
        for (var i = 0; i < count; i++)
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(fixture.EndPoint);
            if (i % 3 == 0)
            {
                client.Close(timeout: i % 2); // some with RST, some with FIN, before anything was said
                continue;
            }

            await client.SendAsync("ping"u8.ToArray());
            (await client.ReceiveAsync(buffer)).ShouldBe(4);
            client.Close();
        }
    }

    private static Task UntilClosed(TransportFixture fixture) =>
        Eventually.HoldsAsync(() => fixture.Transport.Loops.All(loop => loop.Counters.ClientConnections == 0));

    private static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}

/// <summary>They count descriptors and memory of the whole process: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;
