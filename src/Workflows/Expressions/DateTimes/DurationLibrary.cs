using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's Duration.</summary>
internal static class DurationLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("as", 1, (e, self, a) => Span(self).As(TimeUnits.Parse(e, a.At(0))))
        .Add("get", 1, (e, self, a) => Span(self)[TimeUnits.Parse(e, a.At(0))])
        .Add("shiftTo", 1, (e, self, a) => e.Own(Span(self).ShiftTo(Units(e, a))))
        .Add("shiftToAll", 0, (e, self, _) => e.Own(Span(self).ShiftTo([TimeUnit.Year, TimeUnit.Month, TimeUnit.Week, TimeUnit.Day, TimeUnit.Hour, TimeUnit.Minute, TimeUnit.Second, TimeUnit.Millisecond])))
        .Add("normalize", 0, (e, self, _) => e.Own(Span(self).Normalize()))
        .Add("rescale", 0, (e, self, _) =>
        {
            var all = Span(self).ShiftTo([TimeUnit.Year, TimeUnit.Month, TimeUnit.Week, TimeUnit.Day, TimeUnit.Hour, TimeUnit.Minute, TimeUnit.Second, TimeUnit.Millisecond]);
            return e.Own(new JsDuration([.. all.Values.Select(v => v == 0 ? null : v)]));
        })
        .Add("plus", 1, (e, self, a) => e.Own(Span(self).Add(JsDuration.From(e, a.At(0)))))
        .Add("minus", 1, (e, self, a) => e.Own(Span(self).Add(JsDuration.From(e, a.At(0)).Map(v => -v))))
        .Add("negate", 0, (e, self, _) => e.Own(Span(self).Map(v => v == 0 ? 0 : -v)))
        .Add("set", 1, (e, self, a) =>
        {
            var changes = JsDuration.From(e, a.At(0)).Values;
            return e.Own(new JsDuration([.. Span(self).Values.Zip(changes, (old, now) => now ?? old)]));
        })
        .Add("mapUnits", 1, (e, self, a) =>
        {
            var function = Library.FunctionLibrary.Function(a.At(0));
            var values = (double?[])Span(self).Values.Clone();
            for (var unit = TimeUnit.Year; unit <= TimeUnit.Millisecond; unit++)
                if (values[(int)unit] is { } count) values[(int)unit] = Coerce.ToNumber(e, e.Call(function, count, TimeUnits.Plural(unit)));
            return e.Own(new JsDuration(values));
        })
        .Add("equals", 1, (_, self, a) => a.At(0).AsReference is JsDuration other && Span(self).Values.Zip(other.Values).All(p => (p.First ?? 0) == (p.Second ?? 0)))
        .Add("toFormat", 1, (e, self, a) => Format(e, Span(self), Coerce.ToText(e, a.At(0))))
        .Add("toHuman", 0, (e, self, a) => Human(e, Span(self), a.At(0).AsObject))
        .Add("toISO", 0, (_, self, _) => Span(self).Invalid is null ? Span(self).ToString() : JsValue.Null)
        .Add("toISOTime", 0, (e, self, _) => Format(e, Span(self).ShiftTo([TimeUnit.Hour, TimeUnit.Minute, TimeUnit.Second, TimeUnit.Millisecond]), "hh:mm:ss.SSS"))
        .Add("toJSON", 0, (_, self, _) => Span(self).ToJson())
        .Add("toString", 0, (_, self, _) => Span(self).ToString())
        .Add("toMillis", 0, (_, self, _) => Span(self).NumberValue ?? double.NaN)
        .Alias("valueOf", "toMillis")
        .Add("toObject", 0, (e, self, _) => e.Own(Span(self).ToObject()))
        .Build();

    public static NativeConstructor Constructor { get; } = new("Duration", 0, new MethodTable.Builder()
        .Add("fromObject", 1, (e, _, a) => e.Own(JsDuration.From(e, a.At(0))))
        .Add("fromMillis", 1, (e, _, a) => e.Own(JsDuration.Of(TimeUnit.Millisecond, Coerce.ToNumber(e, a.At(0)))))
        .Add("fromISO", 1, (e, _, a) => e.Own(JsDuration.ParseIso(Coerce.ToText(e, a.At(0))) ?? new JsDuration(new double?[TimeUnits.Count], "unparsable")))
        .Add("fromISOTime", 1, (e, _, a) =>
        {
            var time = IsoParser.Parse("1970-01-01T" + Coerce.ToText(e, a.At(0)).TrimStart('T'), Zone.Utc, keepZone: false, Zone.Utc);
            var f = time.Fields;
            return e.Own(time.Invalid is not null ? new JsDuration(new double?[TimeUnits.Count], "unparsable") : new JsDuration([null, null, null, null, null, f.Hour, f.Minute, f.Second, f.Millisecond]));
        })
        .Add("isDuration", 1, (_, _, a) => a.At(0).Kind == JsKind.Duration)
        .Build(), null, null, v => v.Kind == JsKind.Duration);

    private static JsDuration Span(JsValue self) => self.AsReference as JsDuration ?? throw JsThrow.Type("not a Duration");

    private static List<TimeUnit> Units(Evaluator e, ReadOnlySpan<JsValue> names)
    {
        var units = new List<TimeUnit>();
        foreach (var name in names) units.Add(TimeUnits.Parse(e, name));
        return units;
    }

    private static string Format(Evaluator e, JsDuration duration, string format)
    {
        if (duration.Invalid is not null) return "Invalid Duration";
        var tokens = DateTimeFormat.Split(format).ToList();
        var units = tokens.Where(t => !t.IsLiteral).Select(t => UnitOf(t.Text)).OfType<TimeUnit>().Distinct().ToList();
        var shifted = duration.ShiftTo(units);
        var text = new StringBuilder();
        foreach (var (token, isLiteral) in tokens)
        {
            if (isLiteral || UnitOf(token) is not { } unit) text.Append(token);
            else
            {
                var count = Math.Floor(shifted[unit]);
                text.Append(count < 0 ? "-" : "").Append(Math.Abs(count).ToString("0", CultureInfo.InvariantCulture).PadLeft(Math.Min(token.Length, 20), '0'));
            }
        }

        e.AllocateText(text.Length);
        return text.ToString();
    }

    private static TimeUnit? UnitOf(string token) => token[0] switch
    {
        'S' => TimeUnit.Millisecond,
        's' => TimeUnit.Second,
        'm' => TimeUnit.Minute,
        'h' => TimeUnit.Hour,
        'd' => TimeUnit.Day,
        'w' => TimeUnit.Week,
        'M' => TimeUnit.Month,
        'y' => TimeUnit.Year,
        _ => null,
    };

    private static string Human(Evaluator e, JsDuration duration, JsObject? options)
    {
        var isShort = options?["unitDisplay"].AsString is "short" or "narrow";
        var pieces = new List<string>();
        for (var unit = TimeUnit.Year; unit <= TimeUnit.Millisecond; unit++)
        {
            if (duration.Values[(int)unit] is not { } count) continue;
            string[] brief = ["yr", "qtr", "mth", "wk", "day", "hr", "min", "sec", "ms"];
            var name = isShort ? brief[(int)unit] : TimeUnits.Plural(unit)[..^1];
            var plural = Math.Abs(count) != 1 && !(isShort && unit is TimeUnit.Hour or TimeUnit.Minute or TimeUnit.Second or TimeUnit.Millisecond && isShort) ? "s" : "";
            pieces.Add($"{Library.NumberFormat.Format(e, count, default, default)} {name}{plural}");
        }

        return string.Join(", ", pieces);
    }
}
