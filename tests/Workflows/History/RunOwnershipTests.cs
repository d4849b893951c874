using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Tests.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.History;

/// <summary>Several engines on one database.</summary>
public sealed class RunOwnershipTests
{
    [Fact]
    public async Task A_silent_nodes_runs_are_taken_over_and_it_can_store_nothing_more_of_them()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Postgres);
        var entered = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var held = new TestNode(async (_, c) =>
        {
            // The first node to come here hangs, deaf to everything: a process that the system does not let run.
            if (Interlocked.Increment(ref entered) == 1) await release.Task;
            return NodeResult.Of(c.Items);
        });
        var model = Make("held", "Start > Held > End", "{}", "Start manual-trigger", $"Held {held.Type}", "End no-op");
        await using var first = new Database(address);
        await using var silent = await StartAsync(first, new SilentTime(), model);
        var id = (await silent.StartAsync(model, new RunRequest())).Id;
        await held.Entered;

        await using var second = new Database(address);
        await using var other = await StartAsync(second, TimeProvider.System, model);
        (await EndedAsync(other, id)).Phase.ShouldBe(RunPhase.Succeeded);
        var (before, _) = await other.History!.LinesAsync(id);
        entered.ShouldBe(2);
        release.SetResult();

        // It finds out with what it stores next, begins again, and takes part as before.
        RunResult? result = null;
        for (var i = 0; result is null; i++)
        {
            try
            {
                result = await silent.RunAsync(model, new RunRequest());
            }
            catch (DatabaseException) when (i < 500)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }

        result.Phase.ShouldBe(RunPhase.Succeeded);
        (await other.History.LinesAsync(id)).Lines.Count.ShouldBe(before.Count, "the one that was taken for dead stored something");
        before.Count(l => l["event"].AsString is "finished").ShouldBe(1);
    }

    [Fact]
    public async Task A_run_that_waits_can_be_woken_by_any_node_and_only_once()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Postgres);
        var model = Make("waits", "Start > Wait > End", "{}", "Start manual-trigger", """Wait wait | {"resume": "webhook"}""", "End no-op");
        await using var first = new Database(address);
        await using var one = await StartAsync(first, TimeProvider.System, model);
        await using var second = new Database(address);
        await using var two = await StartAsync(second, TimeProvider.System, model);
        for (var i = 0; i < 10; i++)
        {
            var id = (await one.RunAsync(model, new RunRequest())).Id;
            (await two.ResumeAsync(id, "wrong", new WebhookRequest { Method = "GET" })).ShouldBeNull();
            var answers = await Task.WhenAll(new[] { one, two, one, two }.Select(e => Task.Run(async () => await e.ResumeAsync(id, "", new WebhookRequest { Method = "GET" }))));
            answers.Count(a => a is not null).ShouldBe(1);
            (await EndedAsync(one, id)).Phase.ShouldBe(RunPhase.Succeeded);
        }
    }

    [Fact]
    public async Task A_run_can_be_ended_from_any_node()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Postgres);
        using var held = new TestNode(async (_, c) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.Cancellation);
            return NodeResult.Of(c.Items);
        });
        var running = Make("runs", "Start > Held", "{}", "Start manual-trigger", $"Held {held.Type}");
        var waiting = Make("waits", "Start > Wait", "{}", "Start manual-trigger", """Wait wait | {"resume": "webhook"}""");
        await using var first = new Database(address);
        await using var one = await StartAsync(first, TimeProvider.System, running, waiting);
        await using var second = new Database(address);
        await using var two = await StartAsync(second, TimeProvider.System, running, waiting);
        var (a, b) = ((await one.StartAsync(running, new RunRequest())).Id, (await one.RunAsync(waiting, new RunRequest())).Id);
        await held.Entered;
        (await two.CancelAsync(a, "enough")).ShouldBeTrue();
        (await two.CancelAsync(b, "enough")).ShouldBeTrue();
        (await two.CancelAsync("no")).ShouldBeFalse();
        (await EndedAsync(two, a)).Phase.ShouldBe(RunPhase.Cancelled);
        (await EndedAsync(two, b)).Phase.ShouldBe(RunPhase.Cancelled);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_node_that_starts_again_has_its_runs_at_once_and_the_key_of_its_addresses_stays(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, TimeProvider.System, TestContext.Current.CancellationToken);
        var (dead, stranger, again) = (new RunOwnership(database, "a"), new RunOwnership(database, "b"), new RunOwnership(database, "a"));
        await dead.RegisterAsync(TestContext.Current.CancellationToken);
        await database.WriteAsync((c, t) => Dapper.SqlMapper.ExecuteAsync(c,
            """
            INSERT INTO workflow_runs (id, workflow, version, mode, tenant, phase, started_at, last_node, bytes, owner, ended_at) VALUES
            ('1', 'w', 'v', 'production', '', 'running', 1, '', 0, @Id, NULL), ('2', 'w', 'v', 'production', '', 'waiting', 2, '', 0, @Id, NULL),
            ('3', 'w', 'v', 'production', '', 'succeeded', 3, '', 0, @Id, 9), ('1.1', 'w', 'v', 'sub-workflow', '', 'running', 2, '', 0, @Id, NULL)
            """, new { dead.Id }, t), TestContext.Current.CancellationToken);
        if (kind == DatabaseKind.Postgres)
        {
            await stranger.RegisterAsync(TestContext.Current.CancellationToken);
            (await stranger.ClaimAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty("its owner lives");
        }

        await again.RegisterAsync(TestContext.Current.CancellationToken);
        (await dead.BeatAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        (await again.ClaimAsync(TestContext.Current.CancellationToken)).Select(r => r.Id).ShouldBe(["1", "2"]);
        (await again.ClaimAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        (await again.KeyAsync([1, 2], TestContext.Current.CancellationToken)).ShouldBe([1, 2]);
        (await again.KeyAsync([3, 4], TestContext.Current.CancellationToken)).ShouldBe([1, 2]);
    }

    private static async Task<WorkflowEngine> StartAsync(Database database, TimeProvider time, params WorkflowModel[] models)
    {
        var engine = new WorkflowEngine(new EngineOptions { Database = database, Services = new NodeServices { Time = time } });
        engine.Use(models);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        return engine;
    }

    private static async Task<RunSummary> EndedAsync(WorkflowEngine engine, string id)
    {
        for (var i = 0; ; i++)
        {
            if (await engine.History!.FindAsync(id) is { Phase: RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled } ended) return ended;
            i.ShouldBeLessThan(3000, "the run did not end within two minutes");
            await Task.Delay(40, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A clock whose timers never fire, so that the engine says nothing of itself.</summary>
    private sealed class SilentTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Silent();

        private sealed class Silent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                // Nothing is held.
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
