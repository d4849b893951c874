using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's DateTime: what makes one.</summary>
internal static class DateTimeFactory
{
    public static NativeConstructor Constructor { get; } = new("DateTime", 0, Build(), null, null, v => v.Kind == JsKind.DateTime);

    public static JsDateTime Now(Evaluator e) => new(e.Now, DateLibrary.Local(e));

    /// <summary>A zone by name, in minutes, or as a DateTime's <c>zone</c>; null when there is none such.</summary>
    public static Zone? ZoneOf(Evaluator e, JsValue zone)
    {
        var local = DateLibrary.Local(e);
        if (zone.IsNullish) return local;
        if (zone.IsNumber) return Zone.Fixed(zone.AsNumber);
        return Zone.Find(zone.AsObject?["name"].AsString ?? Coerce.ToText(e, zone), local);
    }

    /// <summary>A DateTime for what is a date in any form.</summary>
    public static JsDateTime From(Evaluator e, JsValue value) => value.AsReference switch
    {
        JsDateTime time => time,
        JsDate date => new JsDateTime(date.Milliseconds, DateLibrary.Local(e)),
        JsObject fields => FromFields(e, fields, default),
        null when value.IsNumber => new JsDateTime(value.AsNumber, DateLibrary.Local(e)),
        null when value.AsString is { } text => Iso(e, text, default),
        _ => throw JsThrow.Error("Error", $"Unknown datetime argument: {value}, of type {Coerce.TypeName(value)}"),
    };

    public static JsDateTime Iso(Evaluator e, string text, JsValue options)
    {
        e.Step(20 + text.Length);
        return WithLocale(options, IsoParser.Parse(text.Trim(), OptionZone(e, options), options.AsObject?["setZone"].IsTrue == true, DateLibrary.Local(e)));
    }

    public static JsDateTime FromFormat(Evaluator e, string text, string format, JsValue options)
    {
        e.Step(20 + text.Length + format.Length);
        return WithLocale(options, DateTimeFormatParser.Parse(text, format, OptionZone(e, options), DateLibrary.Local(e), options.AsObject?["locale"].AsString));
    }

    private static MethodTable Build()
    {
        var table = new MethodTable.Builder()
            .Add("now", 0, (e, _, _) => e.Own(Now(e)))
            .Add("local", 0, (e, _, a) => e.Own(FromNumbers(e, a, DateLibrary.Local(e))))
            .Add("utc", 0, (e, _, a) => e.Own(FromNumbers(e, a, Zone.Utc)))
            .Add("fromISO", 1, (e, _, a) => e.Own(Iso(e, Coerce.ToText(e, a.At(0)), a.At(1))))
            .Add("fromFormat", 2, (e, _, a) => e.Own(FromFormat(e, Coerce.ToText(e, a.At(0)), Coerce.ToText(e, a.At(1)), a.At(2))))
            .Alias("fromString", "fromFormat")
            .Add("fromMillis", 1, (e, _, a) => e.Own(new JsDateTime(Number(a.At(0), "fromMillis"), OptionZone(e, a.At(1)))))
            .Add("fromSeconds", 1, (e, _, a) => e.Own(new JsDateTime(Number(a.At(0), "fromSeconds") * 1000, OptionZone(e, a.At(1)))))
            .Add("fromJSDate", 1, (e, _, a) => e.Own(a.At(0).AsReference is JsDate date
                ? new JsDateTime(date.Milliseconds, OptionZone(e, a.At(1)), invalid: date.IsValid ? null : "invalid input") : JsDateTime.Unreadable("invalid input")))
            .Add("fromObject", 1, (e, _, a) => e.Own(FromFields(e, a.At(0).AsObject ?? new JsObject(), a.At(1))))
            .Add("fromSQL", 1, (e, _, a) =>
            {
                var text = Coerce.ToText(e, a.At(0)).Trim();
                var blank = text.IndexOf(' ');
                var rest = blank < 0 ? "" : text[(blank + 1)..].Replace(" ", "", StringComparison.Ordinal);
                return e.Own(Iso(e, blank < 0 ? text : text[..blank] + "T" + rest, a.At(1)));
            })
            .Add("fromHTTP", 1, (e, _, a) => e.Own(FromDate(e, a)))
            .Add("fromRFC2822", 1, (e, _, a) => e.Own(FromDate(e, a)))
            .Add("invalid", 1, (e, _, a) => e.Own(JsDateTime.Unreadable(Coerce.ToText(e, a.At(0)))))
            .Add("isDateTime", 1, (_, _, a) => a.At(0).Kind == JsKind.DateTime)
            .Add("min", 0, (_, _, a) => Extreme(a, (x, y) => x < y))
            .Add("max", 0, (_, _, a) => Extreme(a, (x, y) => x > y));
        foreach (var preset in DateTimePresets.Names) table.Constant(preset, DateTimePresets.Get(preset));
        return table.Build();
    }

    private static double Number(JsValue value, string method) =>
        value.IsNumber ? value.AsNumber : throw JsThrow.Error("Error", $"{method} requires a numerical input, but received a {Coerce.TypeName(value)} with value {value}");

    private static Zone OptionZone(Evaluator e, JsValue options) =>
        ZoneOf(e, options.AsObject?["zone"] ?? default) ?? throw JsThrow.Error("Error", $"unsupported zone {options.AsObject?["zone"]}");

    private static JsDateTime WithLocale(JsValue options, JsDateTime time) =>
        options.AsObject?["locale"].AsString is { } locale && time.Invalid is null ? new JsDateTime(time.Milliseconds, time.Zone, locale) : time;

    private static JsDateTime FromDate(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        var parsed = DateParser.Parse(Coerce.ToText(e, a.At(0)), Zone.Utc);
        return new JsDateTime(parsed, OptionZone(e, a.At(1)), invalid: double.IsNaN(parsed) ? "unparsable" : null);
    }

    private static JsDateTime FromNumbers(Evaluator e, ReadOnlySpan<JsValue> a, Zone zone)
    {
        if (a.Length > 0 && a[^1].AsObject is { } options)
        {
            zone = ZoneOf(e, options["zone"]) is { } chosen && !options["zone"].IsUndefined ? chosen : zone;
            a = a[..^1];
        }

        if (a.Length == 0) return new JsDateTime(e.Now, zone);
        Span<double> parts = [0, 1, 1, 0, 0, 0, 0];
        for (var i = 0; i < Math.Min(7, a.Length); i++) parts[i] = Coerce.ToNumber(e, a[i]);
        return FromParts(parts, zone);
    }

    private static JsDateTime FromParts(ReadOnlySpan<double> parts, Zone zone)
    {
        foreach (var part in parts)
            if (part != Math.Truncate(part)) return JsDateTime.Unreadable("unit out of range");
        if (Math.Abs(parts[0]) > 275_000 || parts[1] is < 1 or > 12 || parts[2] < 1 || parts[2] > CalendarFields.DaysInMonth((long)parts[0], (int)parts[1]) ||
            parts[3] is < 0 or > 24 || parts[4] is < 0 or > 59 || parts[5] is < 0 or > 59 || parts[6] is < 0 or > 999) return JsDateTime.Unreadable("unit out of range");
        return new JsDateTime(zone.ToUtc(CalendarFields.Make(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5], parts[6])), zone);
    }

    private static JsDateTime FromFields(Evaluator e, JsObject fields, JsValue options)
    {
        var zone = OptionZone(e, options.IsUndefined ? fields : options);
        var now = new JsDateTime(e.Now, zone).Fields;
        double?[] given = new double?[7];
        foreach (var (name, value) in fields)
        {
            if (value.IsUndefined || name is "zone" or "locale" or "weekday" or "weekNumber" or "weekYear" or "ordinal") continue;
            var at = TimeUnits.Parse(name) switch
            {
                TimeUnit.Year => 0,
                TimeUnit.Month => 1,
                TimeUnit.Day => 2,
                TimeUnit.Hour => 3,
                TimeUnit.Minute => 4,
                TimeUnit.Second => 5,
                TimeUnit.Millisecond => 6,
                _ => throw JsThrow.Error("Error", $"Invalid unit {name}"),
            };
            given[at] = Coerce.ToNumber(e, value);
        }

        if (fields.Contains("weekYear") || (fields.Contains("weekNumber") && given[0] is null))
        {
            var fourth = new CalendarFields((long)Week("weekYear", now.Week().Year), 1, 4, 0, 0, 0, 0);
            var day = fourth.DayNumber - (fourth.Weekday - 1) + (Week("weekNumber", 1) - 1) * 7 + Week("weekday", 1) - 1;
            var time = CalendarFields.Make(1970, 0, 1, given[3] ?? 0, given[4] ?? 0, given[5] ?? 0, given[6] ?? 0);
            return new JsDateTime(zone.ToUtc(day * CalendarFields.DayLength + time), zone);
        }

        // What is longer than the longest given unit is now, what is shorter is its beginning.
        ReadOnlySpan<double> present = [now.Year, now.Month, now.Day, now.Hour, now.Minute, now.Second, now.Millisecond];
        ReadOnlySpan<double> first = [1, 1, 1, 0, 0, 0, 0];
        var parts = new double[7];
        var found = false;
        for (var i = 0; i < 7; i++)
        {
            found |= given[i] is not null;
            parts[i] = given[i] ?? (found ? first[i] : present[i]);
        }

        var start = FromParts(parts, zone);
        if (start.Invalid is not null) return start;
        var set = new JsObject();
        foreach (var name in (string[])["weekday", "weekNumber", "ordinal"])
            if (fields.TryGet(name, out var value)) set[name] = value;
        return set.Count == 0 ? start : (JsDateTime)e.Call(DateTimeLibrary.Methods.Method("set")!, start, [set]).AsReference!;

        double Week(string name, double otherwise)
        {
            var number = fields.TryGet(name, out var value) ? Coerce.ToNumber(e, value) : otherwise;
            return Math.Abs(number) < 275_000 ? Math.Truncate(number) : throw JsThrow.Error("Error", $"Invalid unit value {value}");
        }
    }

    private static JsValue Extreme(ReadOnlySpan<JsValue> times, Func<double, double, bool> better)
    {
        JsValue best = default;
        foreach (var time in times)
        {
            if (time.AsReference is not JsDateTime moment) throw JsThrow.Error("Error", "min and max require all arguments be DateTimes");
            if (best.AsReference is not JsDateTime known || better(moment.Milliseconds, known.Milliseconds)) best = time;
        }

        return best;
    }
}
