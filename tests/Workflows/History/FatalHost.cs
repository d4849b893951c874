using System.Diagnostics;
using System.Text;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.History;

/// <summary>What the test program does when it is started as a process that a run kills: goes on with what is stored, or begins it, until nothing is left to do.</summary>
internal static class FatalHost
{
    /// <summary>How many runs run beside the one that kills.</summary>
    public const int Beside = 5;

    public static void AddNodes(string executions)
    {
        CrashHost.Add("fatal-kill", idempotent: true, async _ =>
        {
            // Late enough for all others to be under way, and before any of them has ended.
            await Task.Delay(100, CancellationToken.None);
            File.AppendAllText(executions, "killed\n", Encoding.ASCII);
            Process.GetCurrentProcess().Kill();
            throw new InvalidOperationException("it lives");
        });
        CrashHost.Add("fatal-beside", idempotent: true, async c =>
        {
            await Task.Delay(1000, c.Cancellation);
            return NodeResult.Of(c.Items);
        });
    }

    public static WorkflowModel[] Workflows() =>
    [
        Runs.Workflows.Make("kills", "Start > Kill > End", """{"errorWorkflow": "handles"}""", "Start manual-trigger", "Kill fatal-kill", "End no-op"),
        Runs.Workflows.Make("beside", "Start > Slow > End", "{}", "Start manual-trigger", "Slow fatal-beside", "End no-op"),
        Runs.Workflows.Make("handles", "Start > End", "{}", "Start error-trigger", "End no-op"),
    ];

    public static async Task RunAsync(string address, string executions)
    {
        AddNodes(executions);
        await using var database = new Database(DatabaseAddress.Parse(address));
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database, ConcurrentRuns = 64, Node = "fatal" });
        var models = Workflows();
        engine.Use(models);
        await engine.StartAsync();
        if (await engine.History!.CountAsync(new RunFilter { Workflow = "kills" }) == 0)
        {
            await engine.StartAsync(models[0], new RunRequest());
            for (var i = 0; i < Beside; i++) await engine.StartAsync(models[1], new RunRequest());
        }

        while (await engine.History.CountAsync(new RunFilter { Workflow = "handles", Phase = RunPhase.Succeeded }) == 0
            || await engine.History.CountAsync(new RunFilter { Workflow = "beside", Phase = RunPhase.Succeeded }) < Beside) await Task.Delay(50);
    }
}
