using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.TransportTests;

public sealed class EventLoopTests
{
    [Theory, MemberData(nameof(ConnectionTests.OwnKinds), MemberType = typeof(ConnectionTests))]
    public async Task Posted_work_runs_in_order_on_the_loop(TransportKind kind)
    {
        await using var transport = TransportFixture.CreateTransport(kind);
        var loop = transport.Loops[1];
        loop.Index.ShouldBe(1);
        var seen = new List<int>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < 1000; i++)
            loop.Post(state => { EventLoop.Current.ShouldBe(loop); seen.Add((int)state!); }, i);
        loop.Post(_ => done.SetResult(), null);
        await done.Task.WaitAsync(TransportFixture.Patience);
        seen.ShouldBe(Enumerable.Range(0, 1000));
    }

    [Theory, MemberData(nameof(ConnectionTests.OwnKinds), MemberType = typeof(ConnectionTests))]
    public async Task A_thrown_exception_does_not_end_the_loop(TransportKind kind)
    {
        await using var transport = TransportFixture.CreateTransport(kind);
        transport.Loops[0].Post(_ => throw new InvalidOperationException("oops"), null);
        await Task.Run(async () => await transport.Loops[0].SwitchTo()).WaitAsync(TransportFixture.Patience);
    }

    [Theory, MemberData(nameof(ConnectionTests.OwnKinds), MemberType = typeof(ConnectionTests))]
    public async Task The_watchdog_sees_a_turn_that_takes_long(TransportKind kind)
    {
        await using var transport = TransportFixture.CreateTransport(kind);
        var loop = transport.Loops[0];
        _ = loop.TakeLongestTurn();
        using var release = new ManualResetEventSlim();
        loop.Post(_ => release.Wait(), null);
        await Task.Delay(100);
        loop.TakeLongestTurn().ShouldBeGreaterThan(TimeSpan.FromMilliseconds(50)); // still held
        release.Set();
        await Task.Run(async () => await loop.SwitchTo()).WaitAsync(TransportFixture.Patience);
        await Task.Delay(20);
        _ = loop.TakeLongestTurn();
        await Task.Delay(20);
        loop.TakeLongestTurn().ShouldBeLessThan(TimeSpan.FromMilliseconds(50));
    }
}
