using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>What n8n adds to dates, both JavaScript's and luxon's. A date stays what it was.</summary>
internal static class DateExtensions
{
    public static MethodTable Table { get; } = new MethodTable.Builder()
        .Add("beginningOf", 1, (e, self, a) => Like(e, self, Time(e, self).StartOf(a.At(0).IsUndefined ? TimeUnit.Week : Unit(e, a[0]))))
        .Add("endOfMonth", 0, (e, self, _) => Like(e, self, Time(e, self).EndOf(TimeUnit.Month)))
        .Add("extract", 1, (e, self, a) => Extract(e, self, a.At(0).IsUndefined ? "week" : Coerce.ToText(e, a[0])))
        .Add("format", 1, (e, self, a) => DateTimeFormat.Format(e, Time(e, self), Coerce.ToText(e, a.At(0))))
        .Add("isBetween", 2, (e, self, a) =>
        {
            if (a.Length != 2) throw new ExpressionError("isBetween(): expected exactly two args");
            var (first, second, own) = (Moment(e, a[0]), Moment(e, a[1]), Time(e, self).Milliseconds);
            if (double.IsNaN(first) || double.IsNaN(second)) return default(JsValue);
            return Math.Min(first, second) < own && own < Math.Max(first, second);
        })
        .Add("isDst", 0, (e, self, _) => Time(e, self).Zone.IsDaylight(Time(e, self).Milliseconds))
        .Add("isInLast", 2, (e, self, a) =>
        {
            var past = DateTimeFactory.Now(e).Plus(Length(e, a, -1));
            var own = Time(e, self).Milliseconds;
            return past.Milliseconds <= own && own <= e.Now;
        })
        .Add("isWeekend", 0, (e, self, _) => Time(e, self).Fields.Weekday >= 6)
        .Add("minus", 2, (e, self, a) => Like(e, self, Time(e, self).Plus(Length(e, a, -1))))
        .Add("plus", 2, (e, self, a) => Like(e, self, Time(e, self).Plus(Length(e, a, 1))))
        .Add("toDateTime", 0, (e, self, _) => self.Kind == JsKind.DateTime ? self : e.Own(Time(e, self)))
        .Add("diffTo", 2, (e, self, a) => DiffTo(e, self, a.At(0).AsString is { } text ? StringExtensions.ToDateTime(e, text) : a.At(0).IsUndefined ? DateTimeFactory.Now(e) : DateTimeFactory.From(e, a[0]), a.At(1)))
        .Add("diffToNow", 1, (e, self, a) => DiffTo(e, self, DateTimeFactory.Now(e), a.At(0)))
        .Add("toInt", 0, (e, self, _) => Time(e, self).Milliseconds)
        .Alias("toFloat", "toInt")
        .Add("toBoolean", 0, (_, _, _) => default)
        .Add("isEmpty", 0, (_, _, _) => false)
        .Add("isNotEmpty", 0, (_, _, _) => true)
        .Build();

    private static JsDateTime Time(Evaluator e, JsValue self) => self.AsReference as JsDateTime ?? new JsDateTime(((JsDate)self.AsReference!).Milliseconds, DateLibrary.Local(e));

    private static JsValue Like(Evaluator e, JsValue self, JsDateTime result) => self.Kind == JsKind.DateTime ? e.Own(result) : e.Own(new JsDate(result.Milliseconds));

    private static TimeUnit Unit(Evaluator e, JsValue name) => TimeUnits.Parse(Coerce.ToText(e, name) switch
    {
        "ms" => "millisecond",
        "sec" or "secs" => "second",
        "min" or "mins" => "minute",
        "hr" or "hrs" => "hour",
        var other => other,
    });

    private static JsDuration Length(Evaluator e, ReadOnlySpan<JsValue> a, int sign)
    {
        if (a.Length == 1 && !a[0].IsNumber) return JsDuration.From(e, a[0]).Map(v => v * sign);
        if (a.Length == 1) return JsDuration.Of(TimeUnit.Millisecond, a[0].AsNumber * sign);
        return JsDuration.Of(a.At(1).IsUndefined ? TimeUnit.Minute : Unit(e, a[1]), (a.At(0).IsUndefined ? 0 : Coerce.ToNumber(e, a[0])) * sign);
    }

    private static double Moment(Evaluator e, JsValue value) => value.AsReference switch
    {
        JsDateTime time => time.Milliseconds,
        JsDate date => date.Milliseconds,
        null when value.AsString is { } text => DateParser.Parse(text, DateLibrary.Local(e)),
        _ => double.NaN,
    };

    private static JsValue Extract(Evaluator e, JsValue self, string part)
    {
        var time = Time(e, self);
        if (part == "yearDayNumber") return (self.Kind == JsKind.DateTime ? time.In(DateLibrary.Local(e)) : time).Fields.Ordinal;
        if (part is "week" or "weekNumber") part = "weekNumber";
        else if (part is not ("weekday" or "ordinal" or "weekYear" or "quarter")) part = TimeUnits.Plural(Unit(e, part))[..^1];
        return DateTimeFields.TryGet(time, part, out var value) ? value : throw new ExpressionError($"extract(): there is no part '{part}'");
    }

    private static JsValue DiffTo(Evaluator e, JsValue self, JsDateTime other, JsValue unit)
    {
        var names = unit.AsArray is { Count: > 0 } list ? list.Select(u => Coerce.ToText(e, u)).ToList() : [unit.IsUndefined || unit.AsArray is not null ? "days" : Coerce.ToText(e, unit)];
        var units = new List<TimeUnit>();
        foreach (var name in names)
        {
            if (!Supported.Contains(name)) throw new ExpressionError($"Unsupported unit '{name}'. Supported: 'milliseconds', 'seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'quarters', 'years'.");
            units.Add(TimeUnits.Parse(name));
        }

        var difference = Time(e, self).Diff(other, units);
        return units.Count > 1 ? e.Own(difference.ToObject()) : difference.As(units[0]);
    }

    private static readonly HashSet<string> Supported = new(StringComparer.Ordinal)
    {
        "day", "week", "month", "year", "hour", "minute", "second", "millisecond", "milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years",
    };
}
