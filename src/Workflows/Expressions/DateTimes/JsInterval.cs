using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's Interval: from a point in time up to another, which is not part of it.</summary>
internal sealed class JsInterval(JsDateTime start, JsDateTime end) : JsReference
{
    public override JsKind Kind => JsKind.Interval;

    public JsDateTime Start => start;

    public JsDateTime End => end;

    public bool IsValid => start.Invalid is null && end.Invalid is null && end.Milliseconds >= start.Milliseconds;

    internal override JsValue ToJson() => new JsObject { ["s"] = start.ToJson(), ["e"] = end.ToJson() };

    public override string ToString() => IsValid ? $"[{start.ToIso()} – {end.ToIso()})" : "Invalid Interval";

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = name switch
        {
            "start" => IsValid ? start : JsValue.Null,
            "end" => IsValid ? end : JsValue.Null,
            "isValid" => IsValid,
            "invalidReason" => IsValid ? JsValue.Null : "end before start",
            _ => default,
        };
        return name is "start" or "end" or "isValid" or "invalidReason";
    }
}

/// <summary>The methods of Interval.</summary>
internal static class IntervalLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("contains", 1, (e, self, a) => DateTimeFactory.From(e, a.At(0)).Milliseconds is var at && Of(self).IsValid && Of(self).Start.Milliseconds <= at && at < Of(self).End.Milliseconds)
        .Add("count", 1, (e, self, a) =>
        {
            var unit = a.At(0).IsUndefined ? TimeUnit.Millisecond : TimeUnits.Parse(e, a[0]);
            var end = Of(self).End.In(Of(self).Start.Zone).StartOf(unit);
            return Of(self).IsValid ? Math.Floor(end.Diff(Of(self).Start.StartOf(unit), [unit])[unit]) + (end.Milliseconds != Of(self).End.Milliseconds ? 1 : 0) : double.NaN;
        })
        .Add("length", 1, (e, self, a) => Of(self).IsValid ? Length(e, self, a.At(0)).As(a.At(0).IsUndefined ? TimeUnit.Millisecond : TimeUnits.Parse(e, a[0])) : double.NaN)
        .Add("toDuration", 1, (e, self, a) => e.Own(Length(e, self, a.At(0))))
        .Add("isEmpty", 0, (_, self, _) => Of(self).IsValid && Of(self).Start.Milliseconds == Of(self).End.Milliseconds)
        .Add("isBefore", 1, (e, self, a) => Of(self).IsValid && Of(self).End.Milliseconds <= DateTimeFactory.From(e, a.At(0)).Milliseconds)
        .Add("isAfter", 1, (e, self, a) => Of(self).IsValid && Of(self).Start.Milliseconds > DateTimeFactory.From(e, a.At(0)).Milliseconds)
        .Add("overlaps", 1, (_, self, a) => Of(self).End.Milliseconds > Of(a.At(0)).Start.Milliseconds && Of(self).Start.Milliseconds < Of(a.At(0)).End.Milliseconds)
        .Add("equals", 1, (_, self, a) => Of(self).Start.Milliseconds == Of(a.At(0)).Start.Milliseconds && Of(self).End.Milliseconds == Of(a.At(0)).End.Milliseconds)
        .Add("engulfs", 1, (_, self, a) => Of(self).Start.Milliseconds <= Of(a.At(0)).Start.Milliseconds && Of(self).End.Milliseconds >= Of(a.At(0)).End.Milliseconds)
        .Add("intersection", 1, (e, self, a) =>
        {
            var from = Of(self).Start.Milliseconds > Of(a.At(0)).Start.Milliseconds ? Of(self).Start : Of(a.At(0)).Start;
            var to = Of(self).End.Milliseconds < Of(a.At(0)).End.Milliseconds ? Of(self).End : Of(a.At(0)).End;
            return from.Milliseconds >= to.Milliseconds ? JsValue.Null : e.Own(new JsInterval(from, to));
        })
        .Add("splitBy", 1, (e, self, a) =>
        {
            var step = JsDuration.From(e, a.At(0));
            var parts = e.NewArray();
            if (!Of(self).IsValid || !(step.NumberValue > 0)) return parts;
            var from = Of(self).Start;
            for (var i = 1; from.Milliseconds < Of(self).End.Milliseconds; i++)
            {
                e.Step(20);
                var count = i;
                var next = Of(self).Start.Plus(step.Map(v => v * count));
                if (next.Milliseconds > Of(self).End.Milliseconds) next = Of(self).End;
                e.Push(parts, e.Own(new JsInterval(from, next)));
                from = next;
            }

            return parts;
        })
        .Add("toISO", 0, (_, self, _) => Of(self).IsValid ? $"{Of(self).Start.ToIso()}/{Of(self).End.ToIso()}" : "Invalid Interval")
        .Add("toISODate", 0, (_, self, _) => Of(self).IsValid ? $"{Of(self).Start.ToIso(time: false)}/{Of(self).End.ToIso(time: false)}" : "Invalid Interval")
        .Add("toString", 0, (_, self, _) => Of(self).ToString())
        .Build();

    public static NativeConstructor Constructor { get; } = new("Interval", 0, new MethodTable.Builder()
        .Add("fromDateTimes", 2, (e, _, a) => e.Own(new JsInterval(DateTimeFactory.From(e, a.At(0)), DateTimeFactory.From(e, a.At(1)))))
        .Add("after", 2, (e, _, a) => e.Own(new JsInterval(DateTimeFactory.From(e, a.At(0)), DateTimeFactory.From(e, a.At(0)).Plus(JsDuration.From(e, a.At(1))))))
        .Add("before", 2, (e, _, a) => e.Own(new JsInterval(DateTimeFactory.From(e, a.At(0)).Plus(JsDuration.From(e, a.At(1)).Map(v => -v)), DateTimeFactory.From(e, a.At(0)))))
        .Add("fromISO", 1, (e, _, a) =>
        {
            var parts = Coerce.ToText(e, a.At(0)).Split('/', 2);
            if (parts.Length < 2) return e.Own(new JsInterval(JsDateTime.Unreadable("unparsable"), JsDateTime.Unreadable("unparsable")));
            var (first, second) = (JsDuration.ParseIso(parts[0]), JsDuration.ParseIso(parts[1]));
            var start = first is null ? DateTimeFactory.Iso(e, parts[0], a.At(1)) : DateTimeFactory.Iso(e, parts[1], a.At(1)).Plus(first.Map(v => -v));
            return e.Own(new JsInterval(start, second is null ? DateTimeFactory.Iso(e, parts[1], a.At(1)) : start.Plus(second)));
        })
        .Add("isInterval", 1, (_, _, a) => a.At(0).Kind == JsKind.Interval)
        .Build(), null, null, v => v.Kind == JsKind.Interval);

    private static JsInterval Of(JsValue self) => self.AsReference as JsInterval ?? throw JsThrow.Type("not an Interval");

    private static JsDuration Length(Evaluator e, JsValue self, JsValue units) => Of(self).End.Diff(Of(self).Start, DateTimeLibrary.Units(e, units));
}
