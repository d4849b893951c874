using Sluice.Foundation.Storage;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.Schedules;

/// <summary>What the test program does when it is started as a process with schedules that is killed: begins a run of each workflow each second.</summary>
internal static class ScheduleHost
{
    public const int Count = 15;

    public static IEnumerable<WorkflowModel> Workflows() => Enumerable.Range(0, Count).Select(i => Runs.Workflows.Make(
        $"ticks-{i}", "Start > End", "{}", """Start schedule | {"rule": {"interval": [{"field": "seconds", "secondsInterval": 1}]}, "missedRuns": "all", "mostMissed": 1000}""", "End no-op"));

    public static async Task RunAsync(string address)
    {
        await using var database = new Database(DatabaseAddress.Parse(address));
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database });
        engine.Use(Workflows());
        await engine.StartAsync();
        await Task.Delay(TimeSpan.FromMinutes(5));
    }
}
