using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.Runs;

public sealed class RunQueueTests
{
    private readonly List<string> _granted = [];

    [Fact]
    public async Task So_many_run_so_many_wait_and_the_rest_is_turned_away()
    {
        var queue = new RunQueue(2, 2, null);
        Enter(queue, "a").IsCompleted.ShouldBeTrue();
        Enter(queue, "a").IsCompleted.ShouldBeTrue();
        var third = Enter(queue, "a");
        var fourth = Enter(queue, "a");
        third.IsCompleted.ShouldBeFalse();
        (await Enter(queue, "a")).ShouldBeFalse();
        (queue.Active, queue.Waiting).ShouldBe((2, 2));
        queue.Leave("a", "");
        (await third).ShouldBeTrue();
        fourth.IsCompleted.ShouldBeFalse();
        queue.OldestSince.ShouldBe(DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task Workflows_take_turns()
    {
        var queue = new RunQueue(1, 100, null);
        await Enter(queue, "first");
        for (var i = 0; i < 3; i++) Record(queue, "noisy", "");
        Record(queue, "quiet", "");
        for (var i = 0; i < 4; i++)
        {
            queue.Leave(i == 0 ? "first" : _granted[i - 1], "");
            await UntilAsync(i + 1);
        }

        _granted.ShouldBe(["noisy", "quiet", "noisy", "noisy"]);
    }

    [Fact]
    public async Task A_workflow_at_its_limit_holds_up_nobody_else()
    {
        var queue = new RunQueue(2, 100, null);
        await Enter(queue, "a", limit: 1);
        var waits = Enter(queue, "a", limit: 1);
        waits.IsCompleted.ShouldBeFalse();
        Enter(queue, "b").IsCompleted.ShouldBeTrue();
        queue.Leave("b", "");
        waits.IsCompleted.ShouldBeFalse();
        queue.Leave("a", "");
        (await waits).ShouldBeTrue();
    }

    [Fact]
    public async Task A_tenant_at_its_limit_holds_up_nobody_else()
    {
        var queue = new RunQueue(10, 100, 1);
        await Enter(queue, "a", tenant: "t1");
        var waits = Enter(queue, "a", tenant: "t1");
        waits.IsCompleted.ShouldBeFalse();
        Enter(queue, "a", tenant: "t2").IsCompleted.ShouldBeTrue();
        Enter(queue, "a").IsCompleted.ShouldBeTrue();
        queue.Leave("a", "t1");
        (await waits).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_queue()
    {
        using var cancel = new CancellationTokenSource();
        var queue = new RunQueue(1, 1, null);
        await Enter(queue, "a");
        var waits = Enter(queue, "a", cancel: cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waits);
        queue.Waiting.ShouldBe(0);
        var next = Enter(queue, "a");
        queue.Leave("a", "");
        (await next).ShouldBeTrue();
    }

    private static Task<bool> Enter(RunQueue queue, string workflow, int? limit = null, string tenant = "", CancellationToken cancel = default) =>
        queue.EnterAsync(workflow, limit, null, tenant, DateTimeOffset.UnixEpoch, always: false, cancel).AsTask();

    private void Record(RunQueue queue, string workflow, string tenant) => _ = Enter(queue, workflow, tenant: tenant).ContinueWith(
        _ =>
        {
            lock (_granted) _granted.Add(workflow);
        }, TaskScheduler.Default);

    private async Task UntilAsync(int count)
    {
        for (var i = 0; i < 3000; i++)
        {
            lock (_granted)
                if (_granted.Count >= count) return;
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("no turn came");
    }
}
