using System.Diagnostics;
using System.Globalization;
using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.History;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Tests.History;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Schedules;

/// <summary>Each time of a schedule begins one run, whatever happens to the processes.</summary>
public sealed class ScheduleCrashTests(ITestOutputHelper output)
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Theory, InlineData(DatabaseKind.Sqlite, 1), InlineData(DatabaseKind.Postgres, 2)]
    public async Task No_time_is_lost_or_begun_twice_when_processes_are_killed(DatabaseKind kind, int count)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using var database = new Database(address);
        await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, TimeProvider.System, Ends);
        var processes = new List<Process>();
        try
        {
            for (var i = 0; i < count; i++) processes.Add(Start(address));
            for (var round = 0; round < 4; round++)
            {
                // Each time a few more have begun, and a little later, so that each kill finds it at something else.
                var begun = await CountAsync() + ScheduleHost.Count + 3 * round;
                while (await CountAsync() < begun) await Task.Delay(5, Ends);
                await Task.Delay(3 * round, Ends);
                Kill(processes[round % count]);
                processes[round % count] = Start(address);
            }

            var last = await CountAsync() + (2 * ScheduleHost.Count);
            while (await CountAsync() < last) await Task.Delay(20, Ends);
        }
        finally
        {
            foreach (var process in processes) Kill(process);
        }

        var history = new RunHistory(database, null);
        for (var i = 0; i < ScheduleHost.Count; i++)
        {
            var times = new List<DateTimeOffset>();
            foreach (var run in await history.ListAsync(new RunFilter { Workflow = $"ticks-{i}", Limit = 1000 }, Ends)) times.Add(await DueAsync(history, run.Id));
            times.Sort();
            times.Count.ShouldBeGreaterThan(3);
            for (var t = 1; t < times.Count; t++) (times[t] - times[t - 1]).ShouldBe(TimeSpan.FromSeconds(1), $"ticks-{i}: {string.Join(' ', times.Select(x => x.ToString("ss.fff", CultureInfo.InvariantCulture)))}");
        }

        output.WriteLine($"{await CountAsync()} runs");

        Task<long> CountAsync() => database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT count(*) FROM workflow_runs"), Ends);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_time_whose_run_could_not_be_stored_is_open_still(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var model = Make("ticks", "Start > End", "{}", """Start schedule | {"rule": {"interval": [{"field": "seconds", "secondsInterval": 1}]}, "missedRuns": "all"}""", "End no-op");
        await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, TimeProvider.System, Ends);

        // The take of the time succeeds, and what comes after it in the same transaction does not.
        await database.WriteAsync((c, t) => c.ExecuteAsync("ALTER TABLE workflow_run_lines RENAME TO away", transaction: t), Ends);
        var told = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var broken = new WorkflowEngine(new EngineOptions { Database = database }))
        {
            broken.NotStarted += (_, _, due, _) => told.TrySetResult(due);
            broken.Use([model]);
            await broken.StartAsync(Ends);
            await told.Task.WaitAsync(TimeSpan.FromMinutes(2), Ends);
        }

        await database.WriteAsync((c, t) => c.ExecuteAsync("ALTER TABLE away RENAME TO workflow_run_lines", transaction: t), Ends);
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database });
        engine.Use([model]);
        await engine.StartAsync(Ends);
        var missed = await told.Task;
        var times = new HashSet<DateTimeOffset>();
        for (var i = 0; !times.Contains(missed); i++)
        {
            i.ShouldBeLessThan(600, $"{missed:O} was lost; {string.Join(' ', times)}");
            await Task.Delay(100, Ends);
            foreach (var run in await engine.History!.ListAsync(new RunFilter { Limit = 1000 }, Ends)) times.Add(await DueAsync(engine.History, run.Id));
        }
    }

    private static async Task<DateTimeOffset> DueAsync(RunHistory history, string id) =>
        DateTimeOffset.Parse((await history.LinesAsync(id, Ends)).Lines[0]["items"].AsArray![0].AsObject!["json"].AsObject!["timestamp"].AsString!, CultureInfo.InvariantCulture);

    private static Process Start(DatabaseAddress address)
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(typeof(ScheduleHost).Assembly.Location, null)) { UseShellExecute = false };
        start.Environment[CrashHost.Variable] = $"{(address.Kind == DatabaseKind.Sqlite ? "sqlite:" + address.Connection : address.Connection)}|schedules";
        return Process.Start(start)!;
    }

    private static void Kill(Process process)
    {
        // SIGKILL on Unix.
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
