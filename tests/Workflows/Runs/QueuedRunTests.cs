using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Dapper;
using RabbitMQ.Client;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Runs;

/// <summary>Runs that one node takes and stores, and that others run.</summary>
public sealed class QueuedRunTests
{
    /// <summary>Nobody listens there.</summary>
    private static readonly RabbitConnection Nowhere = new() { Hostname = "127.0.0.1", Port = 1 };

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_the_queue_workers_find_the_runs_and_each_is_run_once()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Postgres);
        var done = new ConcurrentBag<string>();
        using var node = new TestNode((_, c) =>
        {
            done.Add(c.Run.Id);
            return new(NodeResult.Of(c.Items));
        });
        var model = Make("work", "Start > Node", "{}", "Start manual-trigger", $"Node {node.Type}");
        await using var database = new Database(address);
        var told = new ConcurrentBag<string?>();
        await using var gateway = await StartAsync(database, Nowhere, worker: false, 1, model);
        gateway.QueueChanged += told.Add;
        var ids = new List<string>();
        for (var i = 0; i < 50; i++) ids.Add((await gateway.StartAsync(model, new RunRequest())).Id);
        (await gateway.History!.FindAsync(ids[0], Ends))!.Phase.ShouldBe(RunPhase.Queued);
        done.ShouldBeEmpty();

        await using var one = new Database(address);
        await using var first = await StartAsync(one, Nowhere, worker: true, 4, model);
        await using var two = new Database(address);
        await using var second = await StartAsync(two, Nowhere, worker: true, 4, model);
        ids.AddRange(await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => Task.Run(async () => (await gateway.StartAsync(model, new RunRequest())).Id, Ends))));
        await UntilAsync(async () => await gateway.History!.CountAsync(new RunFilter { Phase = RunPhase.Succeeded }, Ends) == ids.Count, "all runs are over");
        done.Order(StringComparer.Ordinal).ShouldBe(ids.Order(StringComparer.Ordinal));
        (gateway.Active.Count, first.Active.Count, second.Active.Count).ShouldBe((0, 0, 0));
        told.Count.ShouldBeLessThanOrEqualTo(1, "an outage is told of once");
    }

    [Fact]
    public async Task Workflows_and_tenants_take_turns_and_one_at_its_limit_holds_up_nobody()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Postgres);
        var order = new ConcurrentQueue<string>();
        var (limited, most) = (0, 0);
        using var node = new TestNode(async (_, c) =>
        {
            order.Enqueue(c.Run.Model.Name + c.Run.Request.Tenant);
            if (c.Run.Model.Name == "limited") most = Math.Max(most, Interlocked.Increment(ref limited));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, c.Cancellation);
            if (c.Run.Model.Name == "limited") Interlocked.Decrement(ref limited);
            return NodeResult.Of(c.Items);
        });
        var models = new[] { ("noisy", "{}"), ("quiet", "{}"), ("limited", """{"concurrency": 1}""") }
            .Select(w => Make(w.Item1, "Start > Node", w.Item2, "Start manual-trigger", $"Node {node.Type}")).ToArray();
        await using var database = new Database(address);
        await using var gateway = await StartAsync(database, Nowhere, worker: false, 1, models);
        for (var i = 0; i < 20; i++) await gateway.StartAsync(models[2], new RunRequest());
        for (var i = 0; i < 40; i++) await gateway.StartAsync(models[0], new RunRequest { Tenant = "a" });
        await gateway.StartAsync(models[0], new RunRequest { Tenant = "b" });
        await gateway.StartAsync(models[1], new RunRequest());

        await using var one = new Database(address);
        await using var worker = await StartAsync(one, Nowhere, worker: true, 2, models);
        await UntilAsync(async () => await gateway.History!.CountAsync(new RunFilter { Phase = RunPhase.Succeeded }, Ends) == 62, "all runs are over");
        var list = order.ToList();
        list.IndexOf("quiet").ShouldBeInRange(0, 7, string.Join(' ', list));
        list.IndexOf("noisyb").ShouldBeInRange(0, 7, string.Join(' ', list));
        list.LastIndexOf("limited").ShouldBeGreaterThan(30, "it took turns with the others");
        most.ShouldBe(1);
    }

    [Fact]
    public async Task Of_several_that_claim_at_once_each_gets_other_runs_and_one_taken_for_dead_none()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Postgres);
        await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, TimeProvider.System, Ends);
        await database.WriteAsync((c, t) => c.ExecuteAsync(
            """
            INSERT INTO workflow_runs (id, workflow, version, mode, tenant, phase, started_at, last_node, bytes, owner)
            SELECT 'run' || n, 'w' || n % 3, 'v', 'production', 't' || n % 2, 'queued', n, '', 0, '' FROM generate_series(1, 600) n
            """, transaction: t), Ends);
        var owners = new List<RunOwnership>();
        for (var i = 0; i < 4; i++)
        {
            owners.Add(new RunOwnership(database, $"node-{i}"));
            await owners[^1].RegisterAsync(Ends);
            (await owners[^1].ClaimAsync(Ends)).ShouldBeEmpty("what waits for a worker was left behind by nobody");
        }

        var claimed = await Task.WhenAll(owners.Select(o => Task.Run(async () =>
        {
            var queued = new QueuedRuns(database, o);
            var got = new List<ClaimedRun>();
            while (await queued.LanesAsync(7, Ends) is { Count: > 0 } lanes)
            {
                lanes.ShouldAllBe(l => l.Count > 0 && l.Count <= 7);
                got.AddRange(await queued.ClaimAsync(lanes, Ends));
            }

            return got;
        })));
        claimed.Sum(c => c.Count).ShouldBe(600);
        claimed.SelectMany(c => c).Select(c => c.Id).Distinct(StringComparer.Ordinal).Count().ShouldBe(600);

        await database.WriteAsync((c, t) => c.ExecuteAsync("UPDATE workflow_runs SET phase = 'queued', owner = '' WHERE id = 'run1'; DELETE FROM workflow_owners WHERE id = @Id", new { owners[0].Id }, t), Ends);
        await Should.ThrowAsync<RunsTakenException>(() => new QueuedRuns(database, owners[0]).ClaimAsync([new QueuedLane("w1", "t1", 1)], Ends));
        (await new QueuedRuns(database, owners[1]).ClaimAsync([new QueuedLane("w1", "t1", 1)], Ends)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_run_that_nobody_has_taken_yet_can_be_ended()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Postgres);
        var ran = 0;
        using var node = new TestNode((_, c) =>
        {
            Interlocked.Increment(ref ran);
            return new(NodeResult.Of(c.Items));
        });
        var model = Make("work", "Start > Node", "{}", "Start manual-trigger", $"Node {node.Type}");
        await using var database = new Database(address);
        await using var gateway = await StartAsync(database, Nowhere, worker: false, 1, model);
        var id = (await gateway.StartAsync(model, new RunRequest())).Id;
        (await gateway.CancelAsync(id, "enough")).ShouldBeTrue();
        await using var one = new Database(address);
        await using var worker = await StartAsync(one, null, worker: true, 1, model);
        await UntilAsync(async () => (await gateway.History!.FindAsync(id, Ends))!.Phase == RunPhase.Cancelled, "the run is cancelled");
        ran.ShouldBe(0);
    }

    [Fact]
    public async Task Whatever_happens_to_the_queue_every_run_is_run_once()
    {
        await using var server = await RabbitServer.StartAsync();
        var queue = new RabbitConnection { Hostname = "127.0.0.1", Port = server.Port };
        var address = await BothEngines.AddressAsync(DatabaseKind.Postgres);
        var done = new ConcurrentBag<string>();
        using var node = new TestNode((_, c) =>
        {
            done.Add(c.Run.Id);
            return new(NodeResult.Of(c.Items));
        });
        var model = Make("work", "Start > Node", "{}", "Start manual-trigger", $"Node {node.Type}");
        await using var database = new Database(address);
        var told = new ConcurrentQueue<string?>();
        await using var gateway = await StartAsync(database, queue, worker: false, 1, model);
        await using var one = new Database(address);
        await using var worker = await StartAsync(one, queue, worker: true, 4, model);
        worker.QueueChanged += told.Enqueue;
        await RunAsync(5);

        // One after the other, and told of: without that each would wait for the worker to look, which it does every two seconds.
        await UntilAsync(() => Task.FromResult(worker.HasQueue && gateway.HasQueue), "they are connected");
        var watch = Stopwatch.StartNew();
        await RunAsync(30);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));

        await using (var connection = await new ConnectionFactory { Uri = new Uri(server.Url) }.CreateConnectionAsync(Ends))
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: Ends))
        {
            // What makes no sense, what is of a run that is gone, and what comes again.
            var over = done.First();
            await gateway.History!.DeleteAsync(over, Ends);
            foreach (var text in new[] { "", "\0\u00ff{", over, done.Last(), new string('x', 100_000) })
                await channel.BasicPublishAsync("", RunHints.Queue, Encoding.Latin1.GetBytes(text), Ends);
            await UntilAsync(async () => (await channel.QueueDeclarePassiveAsync(RunHints.Queue, Ends)).MessageCount == 0, "they are gone");
            await RunAsync(3);

            // Messages that are lost, and a queue that is.
            var purged = await gateway.StartAsync(model, new RunRequest());
            await channel.QueuePurgeAsync(RunHints.Queue, Ends);
            await EndedAsync(purged.Id);
            await channel.QueueDeleteAsync(RunHints.Queue, cancellationToken: Ends);
            await RunAsync(3);
            await UntilAsync(() => Task.FromResult(told.Contains(null) && told.Any(t => t is not null)), "it was told of, and made anew");
        }

        await server.KillAsync();
        await RunAsync(3);
        await UntilAsync(() => Task.FromResult(!worker.HasQueue), "the worker knows that the server is gone");
        await server.StartAgainAsync();
        await RunAsync(3);
        // Its queue was made just before it was killed, of which that of Debian's RabbitMQ does not recover by itself.
        await UntilAsync(() => Task.FromResult(worker.HasQueue && gateway.HasQueue), "they are connected again");
        await RunAsync(3);
        done.Distinct(StringComparer.Ordinal).Count().ShouldBe(done.Count, "a run was run twice");

        async Task RunAsync(int count)
        {
            for (var i = 0; i < count; i++) await EndedAsync((await gateway.StartAsync(model, new RunRequest())).Id);
        }

        Task EndedAsync(string id) => UntilAsync(async () => (await gateway.History!.FindAsync(id, Ends))?.Phase == RunPhase.Succeeded, "the run is over");
    }

    /// <param name="runs">How many runs it may run at a time.</param>
    private static async Task<WorkflowEngine> StartAsync(Database database, RabbitConnection? queue, bool worker, int runs, params WorkflowModel[] models)
    {
        var engine = new WorkflowEngine(new EngineOptions { Database = database, Queue = queue, TakesOver = worker, ConcurrentRuns = runs });
        engine.Use(models);
        await engine.StartAsync(Ends);
        return engine;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (var i = 0; !await holds(); i++)
        {
            i.ShouldBeLessThan(6000, $"did not happen within two minutes: {what}");
            await Task.Delay(20, Ends);
        }
    }
}
