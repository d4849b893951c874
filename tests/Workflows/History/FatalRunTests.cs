using System.Diagnostics;
using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Tests.Runs;

namespace Sluice.Workflows.Tests.History;

/// <summary>Runs that kill the process that runs them.</summary>
public sealed class FatalRunTests(ITestOutputHelper output)
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_run_that_kills_its_process_fails_after_three_takeovers_and_what_ran_beside_it_does_not(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        var executions = Path.Combine(Directory.CreateTempSubdirectory("sluice-fatal-").FullName, "executions");
        var deaths = 0;
        while (await RunAsync(address, executions) != 0) (++deaths).ShouldBeLessThan(10, "it is gone on with without an end");
        deaths.ShouldBe(4);
        File.ReadAllLines(executions).Length.ShouldBe(4);

        FatalHost.AddNodes(executions);
        try
        {
            await using var database = new Database(address);
            await using var engine = new WorkflowEngine(new EngineOptions { Database = database });
            engine.Use(FatalHost.Workflows());
            await engine.StartAsync(Ends);
            var failed = (await engine.History!.ListAsync(new RunFilter { Workflow = "kills" }, Ends)).ShouldHaveSingleItem();
            output.WriteLine(failed.Error!);
            failed.Phase.ShouldBe(RunPhase.Failed);
            failed.Error!.ShouldContain("the process ended 4 times in a row while this node was under way");
            failed.LastNode.ShouldBe("Kill");
            (await engine.LoadAsync(failed.Id))!.Result().Error!.Node.ShouldBe("Kill");
            var handled = (await engine.History.ListAsync(new RunFilter { Workflow = "handles" }, Ends)).ShouldHaveSingleItem();
            (await engine.LoadAsync(handled.Id))!.Result().Last[0].Json["execution"].AsObject!["id"].AsString.ShouldBe(failed.Id);
        }
        finally
        {
            NodeCatalog.Remove("fatal-kill");
            NodeCatalog.Remove("fatal-beside");
        }
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Whatever_is_stored_of_a_run_or_of_what_it_called_begins_the_count_anew_and_an_orderly_end_does_not_count(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, TimeProvider.System, Ends);
        var owner = new RunOwnership(database, "a");
        await owner.RegisterAsync(Ends);
        await AddAsync(database, "1", owner.Id);
        (await CountAsync()).ShouldBe(1);
        (await CountAsync()).ShouldBe(2);
        await LineAsync("1.2.0.0", 0);
        (await CountAsync()).ShouldBe(1);
        (await CountAsync()).ShouldBe(2);
        await LineAsync("1", 1);
        await LineAsync("11", 0);
        (await CountAsync()).ShouldBe(1);
        await LineAsync("11", 1);
        (await CountAsync()).ShouldBe(2, "another run got on");

        await owner.LeaveAsync(Ends);
        await owner.RegisterAsync(Ends);
        (await owner.ClaimAsync(Ends)).ShouldHaveSingleItem().Deaths.ShouldBe(1);
        (await CountAsync()).ShouldBe(2);

        async Task<int> CountAsync() => (await owner.CountAsync(["1", "other"], Ends)).ShouldHaveSingleItem().Value;

        Task LineAsync(string run, int number) => database.WriteAsync((c, t) => c.ExecuteAsync(HistorySql.AddLines, new { run_id = run, number, lines = new byte[] { 1 } }, t), Ends);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_run_of_which_not_even_the_history_can_be_read_is_ended_without_it_and_with_what_it_called(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        using var never = new TestNode((_, _) => throw new InvalidOperationException("it ran"));
        var model = never.In("{}");
        string first;
        await using (var before = new WorkflowEngine(new EngineOptions { Database = database }))
        {
            before.Use([model]);
            await before.StartAsync(Ends);
            first = (await before.RunAsync(model, new RunRequest())).Id;
        }

        var version = model.Definition.Version;
        await AddAsync(database, "fatal", "gone", version, takeovers: 4);
        await AddAsync(database, "fatal.1.0.0", "gone", version, mode: "sub-workflow");
        await database.WriteAsync((c, t) => c.ExecuteAsync(
            """
            INSERT INTO workflow_run_lines SELECT 'fatal.1.0.0', number, lines FROM workflow_run_lines WHERE run_id = @first AND number = 0;
            INSERT INTO workflow_run_lines VALUES ('fatal', 0, @lines);
            UPDATE workflow_runs SET stored_at_takeover = 2 WHERE id = 'fatal'
            """, new { first, lines = "no history"u8.ToArray() }, t), Ends);
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database });
        engine.Use([model]);
        await engine.StartAsync(Ends);
        RunSummary run;
        for (var i = 0; (run = (await engine.History!.FindAsync("fatal", Ends))!).EndedAt is null; i++)
        {
            i.ShouldBeLessThan(3000);
            await Task.Delay(20, Ends);
        }

        run.Phase.ShouldBe(RunPhase.Failed);
        run.Error!.ShouldContain("5 times in a row while this run was under way");
        (await engine.History.FindAsync("fatal.1.0.0", Ends))!.EndedAt.ShouldNotBeNull();
    }

    private static Task AddAsync(Database database, string id, string owner, string version = "v", int takeovers = 0, string mode = "production") => database.WriteAsync((c, t) => c.ExecuteAsync(
        """
        INSERT INTO workflow_runs (id, workflow, version, mode, tenant, phase, started_at, last_node, bytes, owner, takeovers)
        VALUES (@id, 'test', @version, @mode, '', 'running', 1, '', 0, @owner, @takeovers)
        """, new { id, version, mode, owner, takeovers }, t), Ends);

    /// <summary>What the process ended with.</summary>
    private static async Task<int> RunAsync(DatabaseAddress address, string executions)
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(typeof(FatalHost).Assembly.Location, null)) { UseShellExecute = false };
        start.Environment[CrashHost.Variable] = $"{(address.Kind == DatabaseKind.Sqlite ? "sqlite:" + address.Connection : address.Connection)}|{executions}|fatal";
        using var process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(Ends);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        return process.ExitCode;
    }
}
