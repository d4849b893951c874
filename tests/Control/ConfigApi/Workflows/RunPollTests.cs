using Sluice.Control.ConfigApi.Workflows;
using Sluice.Foundation.Storage;
using Sluice.Workflows.History;
using Sluice.Workflows.Runs;

namespace Sluice.Control.Tests.ConfigApi.Workflows;

public sealed class RunPollTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SteppedTime time = new();
    private readonly List<IReadOnlyList<string>> asked = [];
    private readonly List<string> told = [];
    private readonly Dictionary<string, RunSummary> stored = new(StringComparer.Ordinal);
    private IReadOnlyList<RunSummary> elsewhere = [];
    private bool isAway;

    [Fact]
    public async Task A_hundred_who_watch_cost_one_question_a_second()
    {
        var poll = Poll();
        Put(Run("a", RunPhase.Running));
        Put(Run("b", RunPhase.Waiting));
        var watching = Enumerable.Range(0, 100).Select(i => poll.Watch(i % 2 == 0 ? "a" : "b")).ToList();
        await time.StepAsync();
        await time.StepAsync();
        lock (asked)
        {
            asked.Count.ShouldBeInRange(2, 3);
            asked[^1].Order(StringComparer.Ordinal).ShouldBe(["a", "b"]);
        }

        watching[1].Standing!.Phase.ShouldBe(RunPhase.Waiting);
        Put(Run("b", RunPhase.Succeeded));
        await time.StepAsync();
        await time.StepAsync();
        watching.Where((_, i) => i % 2 == 1).ShouldAllBe(w => w.Standing!.Phase == RunPhase.Succeeded);

        // Nobody watches: nobody asks.
        foreach (var one in watching) one.Dispose();
        watching[0].Dispose();
        await time.StepAsync(expectMore: false);
        var before = asked.Count;
        using var again = poll.Watch("a");
        await time.StepAsync();
        lock (asked) asked.Count.ShouldBe(before + 2);
    }

    [Fact]
    public async Task What_begins_and_ends_elsewhere_is_told_once()
    {
        var poll = Poll();
        elsewhere = [Run("old", RunPhase.Running), Run("long", RunPhase.Running) with { StartedAt = Now.AddHours(-1) }];
        using var watching = poll.WatchAll();
        await time.StepAsync();
        elsewhere = [.. elsewhere, Run("new", RunPhase.Running)];
        await time.StepAsync();
        await time.StepAsync();
        told.ShouldBe(["new began"]);
        elsewhere = [Run("old", RunPhase.Failed), Run("long", RunPhase.Succeeded) with { StartedAt = Now.AddHours(-1) }, Run("brief", RunPhase.Cancelled)];
        await time.StepAsync();
        await time.StepAsync();
        told.ShouldBe(["new began", "old failed", "long succeeded", "brief began", "brief cancelled"]);
    }

    [Fact]
    public async Task A_store_that_is_away_is_asked_again()
    {
        var poll = Poll();
        isAway = true;
        using var watching = poll.Watch("a");
        await time.StepAsync();
        watching.Standing.ShouldBeNull();
        Put(Run("a", RunPhase.Running));
        isAway = false;
        await time.StepAsync();
        await time.StepAsync();
        watching.Standing.ShouldNotBeNull();
    }

    private RunPoll Poll() => new(
        ids =>
        {
            lock (asked) asked.Add(ids);
            lock (stored) return isAway ? throw new DatabaseUnavailableException("away") : Task.FromResult<IReadOnlyList<RunSummary>>([.. ids.Where(stored.ContainsKey).Select(i => stored[i])]);
        },
        _ => Task.FromResult(elsewhere),
        (run, ended) => told.Add($"{run.Id} {(ended ? run.Phase.ToString().ToLowerInvariant() : "began")}"),
        time);

    private void Put(RunSummary run)
    {
        lock (stored) stored[run.Id] = run;
    }

    private static RunSummary Run(string id, RunPhase phase) =>
        new(id, "w", "v", RunMode.Production, "", null, phase, Now, phase is RunPhase.Running or RunPhase.Waiting ? null : Now, null, "", null, 0);

    /// <summary>A clock that stands still and whose only timer goes off when the test says so.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private readonly SemaphoreSlim pending = new(0);
        private Action? fire;

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            fire = () => callback(state);
            pending.Release();
            return new Timer();
        }

        /// <summary>Waits until the poll rests, and lets it go on; then until it rests again.</summary>
        public async Task StepAsync(bool expectMore = true)
        {
            (await pending.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue("the poll rests");
            fire!();
            if (!expectMore) return;
            (await pending.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue("the poll rests again");
            pending.Release();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
