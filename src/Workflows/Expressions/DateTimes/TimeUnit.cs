using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>Units of time, from the longest to the shortest.</summary>
internal enum TimeUnit
{
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

internal static class TimeUnits
{
    public const int Count = 9;

    private static readonly double[] MillisecondsOf = [365 * 86_400_000.0, 91 * 86_400_000.0, 30 * 86_400_000.0, 7 * 86_400_000.0, 86_400_000, 3_600_000, 60_000, 1000, 1];

    private static readonly string[] Plurals = ["years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"];

    public static string Plural(TimeUnit unit) => Plurals[(int)unit];

    /// <summary>The unit of a name such as <c>day</c> or <c>days</c>.</summary>
    public static TimeUnit Parse(string name)
    {
        var plural = name.ToLowerInvariant() is var lower && lower.EndsWith('s') ? lower : lower + "s";
        var index = Array.IndexOf(Plurals, plural);
        return index >= 0 ? (TimeUnit)index : throw JsThrow.Error("Error", $"Invalid unit {name}");
    }

    public static TimeUnit Parse(Evaluator e, JsValue name) => Parse(Coerce.ToText(e, name));

    /// <summary>How many of the shorter unit make up the longer one, as people count: a year has 12 months, 52 weeks or 365 days.</summary>
    public static double Ratio(TimeUnit longer, TimeUnit shorter) => (longer, shorter) switch
    {
        (TimeUnit.Year, TimeUnit.Quarter) => 4,
        (TimeUnit.Year, TimeUnit.Month) => 12,
        (TimeUnit.Year, TimeUnit.Week) => 52,
        (TimeUnit.Quarter, TimeUnit.Month) => 3,
        (TimeUnit.Quarter, TimeUnit.Week) => 13,
        (TimeUnit.Month, TimeUnit.Week) => 4,
        _ => MillisecondsOf[(int)longer] / MillisecondsOf[(int)shorter],
    };
}
