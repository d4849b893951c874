using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Tests.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.History;

public sealed class HistoryTests
{
    private const string Stored = "{}";

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_run_is_stored_with_what_every_node_gave(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var model = Make("stored", "Start > Set", Stored, "Start manual-trigger", """Set set | {"assignments": {"assignments": [{"name": "m", "value": "={{ $json.n }}", "type": "number"}]}}""");
        await using var engine = await StartAsync(database, model);
        var result = await engine.RunAsync(model, new RunRequest { Items = Items("""[{"n":1}]"""), Tenant = "t1" });

        var stored = (await engine.History!.ListAsync(new RunFilter { Workflow = "stored", Phase = RunPhase.Succeeded, Tenants = ["t1"] })).ShouldHaveSingleItem();
        stored.Id.ShouldBe(result.Id);
        stored.LastNode.ShouldBe("Set");
        stored.EndedAt.ShouldNotBeNull();
        stored.Bytes.ShouldBeGreaterThan(0);
        var (lines, _) = await engine.History.LinesAsync(result.Id);
        lines.Select(l => l["event"].AsString).ShouldBe(["started", "node finished", "node finished", "finished"]);
        JsJson.WriteString(lines[2]["outputs"]).ShouldBe("""[[{"json":{"m":1},"from":0}]]""");
        (await engine.History.ListAsync(new RunFilter { Phase = RunPhase.Failed })).ShouldBeEmpty();
        (await engine.History.ListAsync(new RunFilter { Before = result.Id })).ShouldBeEmpty();
        (await engine.History.FindAsync([result.Id, "no"])).ShouldHaveSingleItem().Id.ShouldBe(result.Id);

        var loaded = (await engine.LoadAsync(result.Id))!;
        loaded.Phase.ShouldBe(RunPhase.Succeeded);
        Show(loaded.Result().Last).ShouldBe("""[{"m":1}]""");
        (await engine.LoadAsync("no")).ShouldBeNull();
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_failure_is_stored_with_its_node(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var model = Make("fails", "Start > Bad", Stored, "Start manual-trigger", """Bad stop-and-error | {"errorMessage": "no"}""");
        await using var engine = await StartAsync(database, model);
        var result = await engine.RunAsync(model, new RunRequest());
        (await engine.History!.FindAsync(result.Id))!.Error.ShouldBe("no");
        (await engine.LoadAsync(result.Id))!.Result().Error.ShouldBe(result.Error);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_run_goes_on_where_the_last_process_left_it(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var before = 0;
        var stop = true;
        using var counted = new TestNode((_, c) =>
        {
            before++;
            return NodeResult.Of(c.Items);
        });
        using var held = new TestNode(async (_, c) =>
        {
            if (stop) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.Cancellation);
            return NodeResult.Of(c.Items);
        });
        var model = Make("goes-on", "Start > Counted > Held > End", Stored, "Start manual-trigger", $"Counted {counted.Type}", $"Held {held.Type}", "End no-op");
        string id;
        await using (var first = await StartAsync(database, model))
        {
            id = (await first.StartAsync(model, new RunRequest { Items = Items("""[{"n":1}]""") })).Id;
            await held.Entered;
        }

        stop = false;
        await using var second = await StartAsync(database, model);
        var stored = await EndedAsync(second, id);
        stored.Phase.ShouldBe(RunPhase.Succeeded);
        stored.LastNode.ShouldBe("End");
        before.ShouldBe(1);
    }

    /// <summary>A piece of a run's history that stands there already is the end of that run here, and of no other.</summary>
    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_run_whose_history_somebody_else_has_written_holds_up_no_other(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var open = new TaskCompletionSource();
        using var held = new TestNode(async (_, c) =>
        {
            await open.Task.WaitAsync(c.Cancellation);
            return NodeResult.Of(c.Items);
        });
        var model = Make("twice", "Start > Held > End", Stored, "Start manual-trigger", $"Held {held.Type}", "End no-op");
        var free = Make("free", "Start > End", Stored, "Start manual-trigger", "End no-op");
        await using var engine = await StartAsync(database, model, free);
        var id = (await engine.StartAsync(model, new RunRequest { Items = Items("""[{"n":1}]""") })).Id;
        await held.Entered;
        for (var number = 1; number < 9; number++)
            await database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO workflow_run_lines (run_id, number, lines) VALUES (@id, @number, @lines) ON CONFLICT DO NOTHING", new { id, number, lines = Array.Empty<byte>() }, t), TestContext.Current.CancellationToken);
        open.SetResult();
        for (var i = 0; i < 5; i++) (await engine.RunAsync(free, new RunRequest())).Succeeded.ShouldBeTrue();
    }

    /// <summary>A commit came through, and its answer did not, the connection having been lost: it is tried again, and finds what it wrote.</summary>
    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task What_was_stored_already_by_the_commit_that_is_tried_again_is_stored(DatabaseKind kind)
    {
        var time = new StandingTime();
        var model = Make("again", "Start > End", Stored, "Start manual-trigger", "End no-op");
        byte[] lines = [];
        for (var turn = 0; turn < 2; turn++)
        {
            await using var database = await BothEngines.CreateAsync(kind);
            await using var engine = new WorkflowEngine(new EngineOptions { Database = database, Services = new NodeServices { Time = time } });
            engine.Use([model]);
            await engine.StartAsync(TestContext.Current.CancellationToken);
            if (turn == 1) await database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO workflow_run_lines (run_id, number, lines) VALUES ('r', 0, @lines)", new { lines }, t), TestContext.Current.CancellationToken);
            var run = await engine.StartAsync(model, new RunRequest { Id = "r" }).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            (await run.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Succeeded.ShouldBeTrue();
            lines = await database.ReadAsync(c => c.QuerySingleAsync<byte[]>("SELECT lines FROM workflow_run_lines WHERE run_id = 'r' AND number = 0"), TestContext.Current.CancellationToken);
        }
    }

    [Theory, InlineData("onReceived"), InlineData("lastNode"), InlineData("responseNode")]
    public async Task A_call_whose_run_cannot_be_stored_is_refused_and_has_not_happened(string mode)
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Sqlite);
        await using var database = new Database(address);
        var paid = 0;
        using var pays = new TestNode((_, c) =>
        {
            paid++;
            return NodeResult.Of(c.Items);
        }, idempotent: false);
        var model = Make("called", "Hook > Pay > End", Stored, $$"""Hook webhook | {"responseMode": "{{mode}}"}""", $"Pay {pays.Type}", """End respond-to-webhook | {"respondWith": "text", "responseBody": "done"}""");
        await using var engine = await StartAsync(database, model);
        async Task<int> CallAsync() => (await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = "POST" }).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Status;

        File.Move(address.Connection, address.Connection + ".away");
        await Should.ThrowAsync<DatabaseException>(CallAsync);
        File.Move(address.Connection + ".away", address.Connection);
        await UntilAsync(async () =>
        {
            try
            {
                return await CallAsync() == 200;
            }
            catch (Exception e) when (e is RunRefusedException or DatabaseException)
            {
                return false;
            }
        });
        await UntilAsync(() => paid == 1);
        (await engine.History!.ListAsync(new RunFilter())).Count.ShouldBe(1);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_person_decides_about_a_node_that_must_not_run_twice(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var entered = 0;
        using var pays = new TestNode(async (_, c) =>
        {
            if (Interlocked.Increment(ref entered) <= 3) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.Cancellation);
            return NodeResult.Of([new Item(new JsObject { ["paid"] = true })]);
        }, idempotent: false);
        var model = Make("pays", "Start > Pay > End", Stored, "Start manual-trigger", $"Pay {pays.Type}", "End no-op");
        var ids = new List<string>();
        await using (var first = await StartAsync(database, model))
        {
            for (var i = 0; i < 3; i++) ids.Add((await first.StartAsync(model, new RunRequest { Items = Items("""[{"n":1}]""") })).Id);
            await UntilAsync(() => Volatile.Read(ref entered) == 3);
        }

        await using var second = await StartAsync(database, model);
        await UntilAsync(async () => (await second.History!.ListAsync(new RunFilter { Phase = RunPhase.NeedsDecision })).Count == 3);
        entered.ShouldBe(3);
        (await second.DecideAsync("no", Decision.Repeat)).ShouldBeFalse();
        (await second.DecideAsync(ids[0], Decision.Repeat)).ShouldBeTrue();
        (await second.DecideAsync(ids[1], Decision.Skip, Items("""[{"by":"hand"}]"""))).ShouldBeTrue();
        (await second.DecideAsync(ids[2], Decision.Fail)).ShouldBeTrue();
        (await EndedAsync(second, ids[0])).Phase.ShouldBe(RunPhase.Succeeded);
        (await EndedAsync(second, ids[1])).Phase.ShouldBe(RunPhase.Succeeded);
        (await EndedAsync(second, ids[2])).Phase.ShouldBe(RunPhase.Failed);
        Show((await second.LoadAsync(ids[0]))!.Result().Last).ShouldBe("""[{"paid":true}]""");
        Show((await second.LoadAsync(ids[1]))!.Result().Last).ShouldBe("""[{"by":"hand"}]""");
        entered.ShouldBe(4);
        (await second.DecideAsync(ids[0], Decision.Repeat)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_under_way_beside_it_goes_on_after_the_decision()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var entered = 0;
        async ValueTask<NodeResult> OnceHeldAsync(TestNode node, NodeContext c)
        {
            if (Interlocked.Increment(ref entered) <= 3) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.Cancellation);
            return NodeResult.Of(c.Items);
        }

        using var pays = new TestNode(OnceHeldAsync, idempotent: false);
        using var tells = new TestNode(OnceHeldAsync, idempotent: false);
        using var reads = new TestNode(OnceHeldAsync);
        var model = Make("beside", "Start > Pay > Paid, Start > Tell, Start > Read", """{"durability": "checkpoint", "parallel": true}""",
            "Start manual-trigger", $"Pay {pays.Type}", "Paid no-op", $"Tell {tells.Type}", $"Read {reads.Type}");
        string id;
        await using (var first = await StartAsync(database, model))
        {
            id = (await first.StartAsync(model, new RunRequest { Items = Items("""[{"n":1}]""") })).Id;
            await UntilAsync(() => Volatile.Read(ref entered) == 3);
        }

        await using var second = await StartAsync(database, model);
        foreach (var decision in new[] { Decision.Skip, Decision.Repeat })
        {
            await UntilAsync(async () => (await second.History!.ListAsync(new RunFilter { Phase = RunPhase.NeedsDecision })).Count == 1);
            await UntilAsync(async () => await second.DecideAsync(id, decision));
        }

        (await EndedAsync(second, id)).Phase.ShouldBe(RunPhase.Succeeded);
        entered.ShouldBe(5);
        (await second.LoadAsync(id))!.AllExecutions().Count(e => e.Outputs is not null).ShouldBe(5);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Waiting_survives_a_restart(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var timed = Make("timed", "Start > Wait > End", Stored, "Start manual-trigger", """Wait wait | {"amount": 0.3, "unit": "seconds"}""", "End no-op");
        var called = Make("called", "Start > Wait > End", Stored, "Start manual-trigger", """Wait wait | {"resume": "webhook"}""", "End no-op");
        string time, call;
        await using (var first = await StartAsync(database, timed, called))
        {
            time = (await first.RunAsync(timed, new RunRequest())).Id;
            call = (await first.RunAsync(called, new RunRequest())).Id;
        }

        await using var second = await StartAsync(database, timed, called);
        (await EndedAsync(second, time)).LastNode.ShouldBe("End");
        (await second.History!.FindAsync(call))!.Phase.ShouldBe(RunPhase.Waiting);
        (await second.ResumeAsync(call, "", new WebhookRequest { Method = "GET" }))!.Status.ShouldBe(200);
        (await EndedAsync(second, call)).LastNode.ShouldBe("End");
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_run_keeps_the_document_that_it_began_with(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var old = Make("changes", "Start > Wait > Old", Stored, "Start manual-trigger", """Wait wait | {"resume": "webhook"}""", "Old no-op");
        var renamed = Make("changes", "Start > New", Stored, "Start manual-trigger", "New no-op");
        string id;
        await using (var first = await StartAsync(database, old)) id = (await first.RunAsync(old, new RunRequest())).Id;
        await using var second = await StartAsync(database, renamed);
        (await second.ResumeAsync(id, "", new WebhookRequest { Method = "GET" })).ShouldNotBeNull();
        (await EndedAsync(second, id)).LastNode.ShouldBe("Old");
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Runs_that_nobody_waits_for_are_stored_when_the_queue_is_full(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var model = Make("many", "Start > End", Stored, "Start manual-trigger", "End no-op");
        var options = new EngineOptions { Database = database, ConcurrentRuns = 1, QueueLength = 2 };
        await using var engine = new WorkflowEngine(options);
        engine.Use([model]);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => engine.StartAsync(model, new RunRequest()).AsTask()));
        await UntilAsync(async () => (await engine.History!.ListAsync(new RunFilter { Phase = RunPhase.Succeeded, Limit = 1000 })).Count == 50);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Big_outputs_and_files_are_kept_in_the_object_store(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var folder = Directory.CreateTempSubdirectory("sluice-objects-").FullName;
        var services = new NodeServices { Objects = new FolderObjectStore(folder) };
        var model = Make("big", "Start > End", Stored, "Start manual-trigger", "End no-op");
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database, Services = services, PayloadThreshold = 10_000, Retention = new(TimeSpan.Zero, null, null), RetentionInterval = TimeSpan.FromDays(1) });
        engine.Use([model]);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        byte[] content = [1, 2, 3];
        var item = new Item(new JsObject { ["text"] = new string('x', 20_000) }) { Binary = new Dictionary<string, BinaryData> { ["data"] = new() { Content = content, Size = 3, MimeType = "image/png" } } };
        var result = await engine.RunAsync(model, new RunRequest { Items = [item] });
        (await engine.History!.FindAsync(result.Id))!.Bytes.ShouldBeLessThan(2_000);
        var loaded = (await engine.LoadAsync(result.Id))!.Result().Last.ShouldHaveSingleItem();
        loaded.Json["text"].AsString!.Length.ShouldBe(20_000);
        (await services.ReadAsync(loaded.Binary!["data"], TestContext.Current.CancellationToken)).ToArray().ShouldBe(content);

        // What is removed takes its files along.
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ShouldNotBeEmpty();
        var retention = new Retention(database, services.Objects, new RetentionLimits(null, 0, null), TimeProvider.System);
        (await retention.EnforceAsync(new Dictionary<string, TimeSpan>(), TestContext.Current.CancellationToken)).ShouldBe(1);
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Ended_runs_are_removed_by_age_count_and_bytes(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        WorkflowModel kept = Make("kept", "Start > End", Stored, "Start manual-trigger", "End no-op"), brief = Make("brief", "Start > End", Stored, "Start manual-trigger", "End no-op");
        await using var engine = await StartAsync(database, kept, brief);
        for (var i = 0; i < 10; i++) await engine.RunAsync(i % 2 == 0 ? kept : brief, new RunRequest());
        var later = new LaterTime(TimeSpan.FromHours(2));
        async Task<int> Enforce(RetentionLimits limits, Dictionary<string, TimeSpan>? ages = null) => await new Retention(database, null, limits, later).EnforceAsync(ages ?? [], TestContext.Current.CancellationToken);

        (await Enforce(new(TimeSpan.FromHours(3), 100, 1 << 20))).ShouldBe(0);
        (await Enforce(new(TimeSpan.FromHours(3), null, null), new() { ["brief"] = TimeSpan.FromHours(1) })).ShouldBe(5);
        (await Enforce(new(TimeSpan.FromHours(1), null, null), new() { ["kept"] = TimeSpan.FromHours(3) })).ShouldBe(0);
        (await Enforce(new(null, 3, null))).ShouldBe(2);
        var bytes = (await engine.History!.ListAsync(new RunFilter())).Sum(r => r.Bytes);
        (await Enforce(new(null, null, bytes - 1))).ShouldBe(1);
        (await Enforce(new(TimeSpan.FromHours(1), null, null))).ShouldBe(2);
        (await engine.History.ListAsync(new RunFilter())).ShouldBeEmpty();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_failed_run_is_tried_again_from_the_node_that_failed(bool newest)
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        int first = 0, second = 0;
        using var works = new TestNode((_, c) =>
        {
            first++;
            return NodeResult.Of(c.Items);
        });
        using var fails = new TestNode((_, c) => ++second == 1 ? throw new NodeException("not yet") : ValueTask.FromResult(NodeResult.Of(c.Items)), idempotent: false);
        var then = Make("again", "Start > Works > Fails > End", Stored, "Start manual-trigger", $"Works {works.Type}", $"Fails {fails.Type}", "End no-op");
        var now = Make("again", "Start > Works > Fails > New", Stored, "Start manual-trigger", $"Works {works.Type}", $"Fails {fails.Type}", "New no-op");
        await using var engine = await StartAsync(database, now);
        var failed = await engine.RunAsync(then, new RunRequest { Items = Items("""[{"n":1}]""") });
        failed.Phase.ShouldBe(RunPhase.Failed);
        var retry = (await engine.RetryAsync(failed.Id, newest)).ShouldNotBeNull();
        var stored = await EndedAsync(engine, retry.Id);
        (stored.Phase, stored.LastNode, stored.Parent, first).ShouldBe((RunPhase.Succeeded, newest ? "New" : "End", failed.Id, 1));
        (await engine.LoadAsync(retry.Id))!.Phase.ShouldBe(RunPhase.Succeeded);
        (await engine.RetryAsync(retry.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_caller_gets_the_end_of_a_run_that_waits_a_little()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var last = Make("last", "Hook > Wait > End", Stored, """Hook webhook | {"responseMode": "lastNode"}""", """Wait wait | {"amount": 0.05, "unit": "seconds"}""", """End set | {"assignments": {"assignments": [{"name": "n", "value": 1}]}}""");
        var responds = Make("responds", "Hook > Wait > End", Stored, """Hook webhook | {"responseMode": "responseNode"}""", """Wait wait | {"amount": 0.05, "unit": "seconds"}""", """End respond-to-webhook | {"respondWith": "text", "responseBody": "done"}""");
        await using var engine = await StartAsync(database, last, responds);
        JsJson.WriteString((await engine.CallAsync(last, last.Find("Hook")!, new WebhookRequest { Method = "GET" })).Json).ShouldBe("""{"n":1}""");
        (await engine.CallAsync(responds, responds.Find("Hook")!, new WebhookRequest { Method = "GET" })).Text.ShouldBe("done");
    }

    [Fact]
    public async Task A_workflow_without_durability_stores_nothing()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var model = Make("none", "Start > End", """{"durability": "none"}""", "Start manual-trigger", "End no-op");
        await using var engine = await StartAsync(database, model);
        await engine.RunAsync(model, new RunRequest());
        (await engine.History!.ListAsync(new RunFilter())).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_runs_share_a_commit()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var model = Make("many", "Start > End", Stored, "Start manual-trigger", "End no-op");
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database, ConcurrentRuns = 256, QueueLength = 5000 });
        engine.Use([model]);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => Task.Run(async () => await engine.RunAsync(model, new RunRequest()))));
        engine.Commits.ShouldBeLessThan(1000);
    }

    private static async Task<WorkflowEngine> StartAsync(Database database, params WorkflowModel[] models)
    {
        var engine = new WorkflowEngine(new EngineOptions { Database = database });
        engine.Use(models);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        return engine;
    }

    private static async Task<RunSummary> EndedAsync(WorkflowEngine engine, string id)
    {
        RunSummary? found = null;
        await UntilAsync(async () => (found = await engine.History!.FindAsync(id))?.EndedAt is not null);
        return found!;
    }

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (await holds()) return;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("it did not happen within a minute");
    }

    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }

    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
