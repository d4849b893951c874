using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes.Locales;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>"in 3 days", "2 hours ago", "tomorrow".</summary>
internal static class RelativeTime
{
    private static readonly TimeUnit[] Units = [TimeUnit.Year, TimeUnit.Month, TimeUnit.Week, TimeUnit.Day, TimeUnit.Hour, TimeUnit.Minute, TimeUnit.Second];

    public static JsValue Format(Evaluator e, JsDateTime time, JsValue options, bool calendar)
    {
        if (time.Invalid is not null) return JsValue.Null;
        var settings = options.AsObject;
        var from = settings?["base"].AsReference as JsDateTime ?? DateTimeFactory.Now(e);
        TimeUnit? only = settings?["unit"].AsString is { } name ? TimeUnits.Parse(name) : null;
        foreach (var unit in only is { } chosen ? [chosen] : calendar ? Units[..4].Where(u => u != TimeUnit.Week) : Units.Where(u => u != TimeUnit.Week))
        {
            var count = calendar ? Round(time.StartOf(unit).Diff(from.In(time.Zone).StartOf(unit), [unit])[unit]) : time.Diff(from, [unit])[unit];
            count = Math.Truncate(count);
            if (Math.Abs(count) >= 1 || only is not null || unit == (calendar ? TimeUnit.Day : TimeUnit.Second)) return Text(count, unit, calendar, LocaleTable.Of(settings?["locale"].AsString ?? time.Locale));
        }

        return JsValue.Null;
    }

    private static double Round(double value) => Math.Round(value, MidpointRounding.AwayFromZero);

    private static string Text(double count, TimeUnit unit, bool calendar, LocaleTable? table)
    {
        var plural = TimeUnits.Plural(unit);
        var word = plural[..^1];
        if (table?.Relative(count, word, calendar, JsNumberText.Format(Math.Abs(count))) is { } text) return text;
        if (calendar && Math.Abs(count) <= 1)
        {
            if (unit == TimeUnit.Day) return count switch { 0 => "today", 1 => "tomorrow", _ => "yesterday" };
            return count switch { 0 => "this " + word, 1 => "next " + word, _ => "last " + word };
        }

        var amount = $"{JsNumberText.Format(Math.Abs(count))} {(Math.Abs(count) == 1 ? word : plural)}";
        return count < 0 || double.IsNegative(count) ? amount + " ago" : "in " + amount;
    }
}
