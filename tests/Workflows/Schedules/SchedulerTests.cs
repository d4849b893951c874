using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Tests;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Schedules;

namespace Sluice.Workflows.Tests.Schedules;

/// <summary>Schedules over time, on a clock that the tests move.</summary>
public sealed class SchedulerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-schedules").FullName;
    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<string> _begun = new();
    private Database _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = new Database(DatabaseAddress.Parse($"sqlite:{Path.Combine(_folder, "runs.db")}"));
        await Migrations.RunAsync(_database, "workflows", HistorySql.Migrations, _time, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Begins_a_run_at_each_time_and_none_twice_when_the_configuration_is_read_again()
    {
        await using var scheduler = Scheduler(null);
        scheduler.Use([Model("0 * * * *")]);
        scheduler.Start();
        await PassAsync(TimeSpan.FromMinutes(35));
        Begun().ShouldBe("06:00");
        scheduler.Use([Model("0 * * * *")]);
        await PassAsync(TimeSpan.FromMinutes(61));
        Begun().ShouldBe("06:00 07:00");
        scheduler.Use([Model("30 * * * *")]);
        await PassAsync(TimeSpan.FromMinutes(60));
        Begun().ShouldBe("06:00 07:00 07:30");
        scheduler.Use([]);
        scheduler.Next.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("skip", "")]
    [InlineData("once", "09:00")]
    [InlineData("all", "06:00 07:00 08:00 09:00")]
    public async Task Times_that_passed_while_nobody_was_there_are_dealt_with_as_the_schedule_says(string missed, string expected)
    {
        await using (var before = Scheduler(new ScheduleStore(_database)))
        {
            before.Use([Model("0 * * * *", missed)]);
            before.Start();
            await UntilAsync(() => _time.Timers == 1);
        }

        _time.Set(_time.GetUtcNow() + TimeSpan.FromHours(4));
        await using var after = Scheduler(new ScheduleStore(_database));
        after.Use([Model("0 * * * *", missed)]);
        after.Start();
        await UntilAsync(() => _time.Timers == 1);
        Begun().ShouldBe(expected);
        await PassAsync(TimeSpan.FromMinutes(40));
        Begun().ShouldBe($"{expected} 10:00".Trim());
    }

    [Fact]
    public async Task Of_a_long_time_away_only_the_latest_are_made_up_for()
    {
        var store = new ScheduleStore(_database);
        await store.LastAsync("times", "Start", _time.GetUtcNow() - TimeSpan.FromDays(900), TestContext.Current.CancellationToken);
        await using var scheduler = Scheduler(store);
        scheduler.Use([Model("* * * * * *", "all", mostMissed: 3)]);
        scheduler.Start();
        await UntilAsync(() => _begun.Count >= 3);
        _begun.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Of_several_who_share_a_database_one_begins_the_run()
    {
        var schedulers = Enumerable.Range(0, 3).Select(_ => Scheduler(new ScheduleStore(_database))).ToList();
        foreach (var scheduler in schedulers)
        {
            scheduler.Use([Model("0 * * * *")]);
            scheduler.Start();
        }

        await PassAsync(TimeSpan.FromMinutes(100), schedulers.Count);
        Begun().ShouldBe("06:00 07:00");
        foreach (var scheduler in schedulers) await scheduler.DisposeAsync();
    }

    [Fact]
    public async Task A_schedule_that_is_new_in_a_running_gateway_has_missed_nothing()
    {
        var store = new ScheduleStore(_database);
        await store.LastAsync("times", "Start", _time.GetUtcNow() - TimeSpan.FromDays(5), TestContext.Current.CancellationToken);
        await using var scheduler = Scheduler(store);
        scheduler.Start();
        scheduler.Use([Model("0 * * * *", "all")]);
        await UntilAsync(() => _time.Timers == 1);
        Begun().ShouldBe("");
    }

    [Fact]
    public async Task The_engine_begins_runs_of_schedules()
    {
        var model = Model("0 * * * *", then: "End > Stop", extra: "Stop stop-and-error");
        await using var engine = new WorkflowEngine(new EngineOptions { Services = new NodeServices { Time = _time } });
        var failed = new ConcurrentQueue<Run>();
        engine.Watch += (run, e) =>
        {
            if (e is RunFailed) failed.Enqueue(run);
        };
        engine.Use([model]);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => engine.Schedules[("times", "Start")] == new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero));

        // The engine has a timer of its own for runs that wait.
        await PassAsync(TimeSpan.FromMinutes(36), waiting: 2);
        await UntilAsync(() => failed.Count == 1);
        failed.TryPeek(out var begun);
        begun!.Request.Items[0].Json["Hour"].AsString.ShouldBe("06");
    }

    private Scheduler Scheduler(ScheduleStore? store) => new(_time, store, (_, _, due) =>
    {
        _begun.Enqueue(due.ToString("HH:mm", CultureInfo.InvariantCulture));
        return Task.CompletedTask;
    }, (_, _, _, why) => _begun.Enqueue(why));

    private static WorkflowModel Model(string cron, string missed = "skip", int mostMissed = 100, string? then = null, string extra = "No no-op") => Runs.Workflows.Make(
        "times", $"Start > End, {then ?? "End > No"}", """{"durability": "none"}""",
        $$"""Start schedule | {"rule": {"interval": [{"field": "cronExpression", "expression": "{{cron}}"}]}, "missedRuns": "{{missed}}", "mostMissed": {{mostMissed}}}""", "End no-op", extra);

    private string Begun() => string.Join(' ', _begun);

    /// <summary>Lets time pass in steps, each when whoever waits for the clock waits for it.</summary>
    private async Task PassAsync(TimeSpan span, int waiting = 1)
    {
        var end = _time.GetUtcNow() + span;
        while (_time.GetUtcNow() < end)
        {
            await UntilAsync(() => _time.Timers >= waiting);
            _time.Advance(TimeSpan.FromSeconds(30));
        }

        await UntilAsync(() => _time.Timers >= waiting);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            if (i > 30_000) throw new TimeoutException("it did not happen within a minute");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
