using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Schedule;

/// <summary>What becomes of times that passed while nobody was there to start the run.</summary>
internal enum MissedRuns { Skip, Once, All }

/// <summary>When runs begin.</summary>
[CamelCase]
internal sealed record ScheduleParameters
{
    /// <summary>The times.</summary>
    public ScheduleRule Rule { get; init; } = new();

    /// <summary>The time zone of the times, for example <c>Europe/Berlin</c>; the workflow's when absent.</summary>
    public string? Timezone { get; init; }

    /// <summary>Days without runs: <c>2026-12-24</c> for one, <c>12-25</c> for every year.</summary>
    [Length(0, 1000)]
    public IReadOnlyList<string> Holidays { get; init; } = [];

    /// <summary>Whether Saturdays and Sundays have no runs.</summary>
    public bool WorkdaysOnly { get; init; }

    /// <summary>What becomes of times that passed while nobody was there: nothing, one run for all of them, or a run for each.</summary>
    public MissedRuns MissedRuns { get; init; }

    /// <summary>How many missed times get a run at most, the latest, when each gets one.</summary>
    [Between(1, 1000)]
    public int MostMissed { get; init; } = 100;

    /// <summary>A remark of the editor.</summary>
    [AllowEmpty]
    public string Notice { get; init; } = "";
}

/// <summary>The times.</summary>
[CamelCase]
internal sealed record ScheduleRule
{
    /// <summary>One or several; a run begins at each.</summary>
    [Length(1, 100)]
    public IReadOnlyList<ScheduleInterval> Interval { get; init; } = [new()];
}

/// <summary>One way to say when.</summary>
[CamelCase]
internal sealed record ScheduleInterval
{
    /// <summary>The unit, or a cron expression.</summary>
    [OneOf("seconds", "minutes", "hours", "days", "weeks", "months", "cronExpression")]
    public string Field { get; init; } = "days";

    /// <summary>Every so many seconds.</summary>
    [Between(1, 86_400)]
    public int SecondsInterval { get; init; } = 30;

    /// <summary>Every so many minutes.</summary>
    [Between(1, 10_080)]
    public int MinutesInterval { get; init; } = 5;

    /// <summary>Every so many hours.</summary>
    [Between(1, 8784)]
    public int HoursInterval { get; init; } = 1;

    /// <summary>Every so many days.</summary>
    [Between(1, 366)]
    public int DaysInterval { get; init; } = 1;

    /// <summary>Every so many weeks.</summary>
    [Between(1, 520)]
    public int WeeksInterval { get; init; } = 1;

    /// <summary>Every so many months.</summary>
    [Between(1, 120)]
    public int MonthsInterval { get; init; } = 1;

    /// <summary>With weeks, the days: 0 for Sunday to 6 for Saturday.</summary>
    public IReadOnlyList<int> TriggerAtDay { get; init; } = [0];

    /// <summary>With months, the day; in a shorter month its last.</summary>
    [Between(1, 31)]
    public int TriggerAtDayOfMonth { get; init; } = 1;

    /// <summary>With days, weeks and months, the hour.</summary>
    [Between(0, 23)]
    public int TriggerAtHour { get; init; }

    /// <summary>With hours and longer units, the minute.</summary>
    [Between(0, 59)]
    public int TriggerAtMinute { get; init; }

    /// <summary>A cron expression with five fields, or six with seconds.</summary>
    [AllowEmpty]
    public string Expression { get; init; } = "";
}
