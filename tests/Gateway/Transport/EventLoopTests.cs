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
        await Pace.SlowsDownAsync(async times =>
        {
            var held = times * TimeSpan.FromMilliseconds(100);
            _ = loop.TakeLongestTurn();
            using var release = new ManualResetEventSlim();
            var holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(
                _ =>
                {
                    holds.SetResult();
                    release.Wait();
                },
                null);
            await holds.Task.WaitAsync(TransportFixture.Patience);
            await Task.Delay(held);
            var seen = loop.TakeLongestTurn(); // still held
            release.Set();
            seen.ShouldBeGreaterThan(held / 2);
            await Task.Run(async () => await loop.SwitchTo()).WaitAsync(TransportFixture.Patience);
            await Task.Delay(held / 5);
            _ = loop.TakeLongestTurn();
            await Task.Delay(held / 5);
            loop.TakeLongestTurn().ShouldBeLessThan(held / 2);
        });
    }
}
