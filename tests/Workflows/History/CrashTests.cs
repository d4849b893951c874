using System.Diagnostics;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.History;

/// <summary>Kills a process in the middle of thousands of runs, and counts.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task After_kill_9_every_acknowledged_run_goes_on_and_nothing_is_paid_twice(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        var payments = Path.Combine(Directory.CreateTempSubdirectory("sluice-crash-").FullName, "payments");
        var acknowledged = await RunAndKillAsync(address, payments, after: 2000);
        var paidBefore = File.ReadAllLines(payments);

        CrashHost.AddNodes(payments);
        try
        {
            await using var database = new Database(address);
            await using var engine = new WorkflowEngine(new EngineOptions { Database = database, ConcurrentRuns = 64 });
            engine.Use([CrashHost.Workflow()]);
            await engine.StartAsync(TestContext.Current.CancellationToken);
            for (var i = 0; engine.Load is not { Active: 0, Queued: 0, Stored: 0 } || await UnfinishedAsync(engine) > 0; i++)
            {
                i.ShouldBeLessThan(3000, "the runs did not end within two minutes");
                await Task.Delay(40, TestContext.Current.CancellationToken);
            }

            var stored = new Dictionary<string, RunPhase>(StringComparer.Ordinal);
            string? last = null;
            while (await engine.History!.ListAsync(new RunFilter { Before = last, Limit = 1000 }) is { Count: > 0 } page)
            {
                foreach (var run in page) stored[run.Id] = run.Phase;
                last = page[^1].Id;
            }

            var paid = File.ReadAllLines(payments);
            var undecided = stored.Count(r => r.Value == RunPhase.NeedsDecision);
            output.WriteLine($"{acknowledged.Count} acknowledged, {stored.Count} stored, {paidBefore.Length} paid before the kill, {paid.Length} in the end, {undecided} for a person to decide");
            acknowledged.Where(id => !stored.ContainsKey(id)).ShouldBeEmpty("acknowledged and lost");
            stored.Where(r => r.Value is not (RunPhase.Succeeded or RunPhase.NeedsDecision)).ShouldBeEmpty("neither ended nor for a person to decide");
            paid.Distinct().Count().ShouldBe(paid.Length, "paid twice");
            stored.Where(r => r.Value == RunPhase.Succeeded).Select(r => r.Key).Except(paid).ShouldBeEmpty("ended and not paid");
            undecided.ShouldBeLessThanOrEqualTo(64, "only what was under way can be in doubt");
            (stored.Count(r => r.Value == RunPhase.Succeeded)).ShouldBeGreaterThan(0);
        }
        finally
        {
            NodeCatalog.Remove("crash-work");
            NodeCatalog.Remove("crash-pay");
        }
    }

    private static async Task<int> UnfinishedAsync(WorkflowEngine engine) =>
        (await engine.History!.ListAsync(new RunFilter { Phase = RunPhase.Running })).Count;

    /// <summary>The ids of the runs that the process said it had taken, when it was killed.</summary>
    private static async Task<HashSet<string>> RunAndKillAsync(DatabaseAddress address, string payments, int after)
    {
        var program = Path.ChangeExtension(typeof(CrashHost).Assembly.Location, null);
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment[CrashHost.Variable] = $"{(address.Kind == DatabaseKind.Sqlite ? "sqlite:" + address.Connection : address.Connection)}|{payments}";
        using var process = Process.Start(start)!;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            while (ids.Count < after && await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line) ids.Add(line);
        }
        finally
        {
            // SIGKILL on Unix.
            process.Kill();
        }

        // What it said before it died counts, too; of the last line perhaps only a part came.
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.Length == 32) ids.Add(line);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        ids.Count.ShouldBeGreaterThanOrEqualTo(after);
        return ids;
    }
}
