using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's DateTime: its methods. What makes one is in DateTimeFactory.</summary>
internal static class DateTimeLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("plus", 1, (e, self, a) => e.Own(Time(self).Plus(JsDuration.From(e, a.At(0)))))
        .Add("minus", 1, (e, self, a) => e.Own(Time(self).Plus(JsDuration.From(e, a.At(0)).Map(v => -v))))
        .Add("startOf", 1, (e, self, a) => e.Own(Time(self).StartOf(TimeUnits.Parse(e, a.At(0)))))
        .Add("endOf", 1, (e, self, a) => e.Own(Time(self).EndOf(TimeUnits.Parse(e, a.At(0)))))
        .Add("set", 1, (e, self, a) => e.Own(Set(e, Time(self), a.At(0))))
        .Add("get", 1, (e, self, a) => Properties.Get(e, self, Coerce.ToName(e, a.At(0))))
        .Add("diff", 2, (e, self, a) => e.Own(Time(self).Diff(DateTimeFactory.From(e, a.At(0)), Units(e, a.At(1)))))
        .Add("diffNow", 1, (e, self, a) => e.Own(Time(self).Diff(DateTimeFactory.Now(e), Units(e, a.At(0)))))
        .Add("until", 1, (e, self, a) => e.Own(new JsInterval(Time(self), DateTimeFactory.From(e, a.At(0)))))
        .Add("hasSame", 2, (e, self, a) =>
        {
            var unit = TimeUnits.Parse(e, a.At(1));
            var other = DateTimeFactory.From(e, a.At(0));
            var (from, to) = (Time(self).StartOf(unit), Time(self).EndOf(unit));
            return from.Milliseconds <= other.Milliseconds && other.Milliseconds <= to.Milliseconds;
        })
        .Add("equals", 1, (_, self, a) => a.At(0).AsReference is JsDateTime other && other.Milliseconds == Time(self).Milliseconds && other.Zone.Name == Time(self).Zone.Name && other.Locale == Time(self).Locale)
        .Add("setZone", 1, (e, self, a) =>
        {
            var zone = DateTimeFactory.ZoneOf(e, a.At(0));
            if (zone is null) return e.Own(JsDateTime.Unreadable("unsupported zone"));
            var keeps = a.At(1).AsObject is { } options && (Coerce.ToBoolean(options["keepLocalTime"]) || Coerce.ToBoolean(options["keepCalendarTime"]));
            return e.Own(keeps ? new JsDateTime(zone.ToUtc(Time(self).Milliseconds + Time(self).Offset), zone, Time(self).Locale, Time(self).Invalid) : Time(self).In(zone));
        })
        .Add("toUTC", 0, (e, self, a) => e.Own(Time(self).In(a.At(0).IsNumber ? Zone.Fixed(a[0].AsNumber) : Zone.Utc)))
        .Add("toLocal", 0, (e, self, _) => e.Own(Time(self).In(DateLibrary.Local(e))))
        .Add("setLocale", 1, (e, self, a) => e.Own(new JsDateTime(Time(self).Milliseconds, Time(self).Zone, Coerce.ToText(e, a.At(0)), Time(self).Invalid)))
        .Add("reconfigure", 1, (e, self, a) => e.Own(new JsDateTime(Time(self).Milliseconds, Time(self).Zone, a.At(0).AsObject?["locale"].AsString ?? Time(self).Locale, Time(self).Invalid)))
        .Add("toFormat", 1, (e, self, a) => DateTimeFormat.Format(e, Time(self), Coerce.ToText(e, a.At(0)), a.At(1).AsObject?["locale"].AsString))
        .Add("toISO", 0, (e, self, a) => Iso(e, self, a.At(0), date: true, time: true))
        .Add("toISODate", 0, (e, self, a) => Iso(e, self, a.At(0), date: true, time: false))
        .Add("toISOTime", 0, (e, self, a) => Iso(e, self, a.At(0), date: false, time: true))
        .Add("toISOWeekDate", 0, (e, self, _) => Time(self).Invalid is null ? DateTimeFormat.Format(e, Time(self), "kkkk-'W'WW-c") : JsValue.Null)
        .Add("toRFC2822", 0, (e, self, _) => Time(self).Invalid is null ? DateTimeFormat.Format(e, Time(self), "EEE, dd LLL yyyy HH:mm:ss ZZZ", "en") : JsValue.Null)
        .Add("toHTTP", 0, (e, self, _) => Time(self).Invalid is null ? DateTimeFormat.Format(e, Time(self).In(Zone.Utc), "EEE, dd LLL yyyy HH:mm:ss 'GMT'", "en") : JsValue.Null)
        .Add("toSQL", 0, (e, self, a) => Sql(e, self, "yyyy-MM-dd HH:mm:ss.SSS", a.At(0)))
        .Add("toSQLDate", 0, (e, self, _) => Time(self).Invalid is null ? DateTimeFormat.Format(e, Time(self), "yyyy-MM-dd") : JsValue.Null)
        .Add("toSQLTime", 0, (e, self, a) => Sql(e, self, "HH:mm:ss.SSS", a.At(0)))
        .Add("toLocaleString", 0, (e, self, a) => DateTimePresets.Format(e, Time(self), a.At(0), a.At(1).AsObject?["locale"] ?? default))
        .Add("toLocaleParts", 0, (_, _, _) => throw new ExpressionError("toLocaleParts() is not supported"))
        .Add("toMillis", 0, (_, self, _) => Time(self).Milliseconds)
        .Alias("valueOf", "toMillis")
        .Add("toSeconds", 0, (_, self, _) => Time(self).Milliseconds / 1000)
        .Add("toUnixInteger", 0, (_, self, _) => Math.Floor(Time(self).Milliseconds / 1000))
        .Add("toJSON", 0, (_, self, _) => Time(self).ToJson())
        .Add("toString", 0, (_, self, _) => Time(self).ToString())
        .Add("toBSON", 0, (e, self, _) => e.Own(new JsDate(Time(self).Milliseconds)))
        .Add("toJSDate", 0, (e, self, _) => e.Own(new JsDate(Time(self).Milliseconds)))
        .Add("toObject", 0, (e, self, _) =>
        {
            var f = Time(self).Fields;
            var result = e.NewObject(7);
            foreach (var (name, value) in new (string, double)[] { ("year", f.Year), ("month", f.Month), ("day", f.Day), ("hour", f.Hour), ("minute", f.Minute), ("second", f.Second), ("millisecond", f.Millisecond) })
                result.Set(name, value);
            return Time(self).Invalid is null ? result : e.NewObject();
        })
        .Add("toRelative", 0, (e, self, a) => RelativeTime.Format(e, Time(self), a.At(0), calendar: false))
        .Add("toRelativeCalendar", 0, (e, self, a) => RelativeTime.Format(e, Time(self), a.At(0), calendar: true))
        .Build();

    public static IReadOnlyList<TimeUnit> Units(Evaluator e, JsValue units)
    {
        if (units.IsUndefined) return [TimeUnit.Millisecond];
        return units.AsArray is { } list ? [.. list.Select(u => TimeUnits.Parse(e, u))] : [TimeUnits.Parse(e, units)];
    }

    private static JsDateTime Time(JsValue self) => self.AsReference as JsDateTime ?? throw JsThrow.Type("not a DateTime");

    private static JsDateTime Set(Evaluator e, JsDateTime time, JsValue values)
    {
        if (time.Invalid is not null || values.AsObject is not { } fields) return time;
        var f = time.Fields;
        double days = 0;
        foreach (var (given, value) in fields)
        {
            var name = given is "weekNumber" or "weekNumbers" or "weekYear" or "weekday" or "weekdays" or "ordinal" ? given.TrimEnd('s') : TimeUnits.Plural(TimeUnits.Parse(given))[..^1];
            var number = Coerce.ToNumber(e, value);
            if (!double.IsFinite(number) || Math.Abs(number) > 1_000_000) throw JsThrow.Error("Error", $"Invalid unit value {value}");
            var whole = (int)Math.Truncate(number);
            f = name switch
            {
                "year" => f with { Year = whole },
                "month" => f with { Month = whole },
                "day" => f with { Day = whole },
                "hour" => f with { Hour = whole },
                "minute" => f with { Minute = whole },
                "second" => f with { Second = whole },
                "millisecond" => f with { Millisecond = whole },
                "quarter" => f with { Month = (whole - 1) * 3 + (f.Month - 1) % 3 + 1 },
                _ => f,
            };
            days += name switch
            {
                "weekday" => whole - time.Fields.Weekday,
                "weekNumber" => (whole - time.Fields.Week().Week) * 7.0,
                "ordinal" => whole - time.Fields.Ordinal,
                _ => 0,
            };
        }

        if (f.Month is < 1 or > 12 || f.Hour is < 0 or > 24 || f.Minute is < 0 or > 59 || f.Second is < 0 or > 59 || f.Millisecond is < 0 or > 999 || f.Day < 1 || f.Day > 31) return JsDateTime.Unreadable("unit out of range");
        var last = CalendarFields.DaysInMonth(f.Year, f.Month);
        if (f.Day > last)
        {
            if (fields.Contains("day") || fields.Contains("days")) return JsDateTime.Unreadable("unit out of range");
            f = f with { Day = last };
        }

        return time.With(CalendarFields.FromLocal(f.ToLocal() + days * CalendarFields.DayLength));
    }

    private static JsValue Iso(Evaluator e, JsValue self, JsValue options, bool date, bool time)
    {
        var moment = Time(self);
        if (moment.Invalid is not null) return JsValue.Null;
        e.AllocateText(40);
        var settings = options.AsObject;
        return moment.ToIso(
            offset: settings?["includeOffset"].IsFalse != true,
            basic: settings?["format"].AsString == "basic",
            suppressSeconds: settings?["suppressSeconds"].IsTrue == true,
            suppressMilliseconds: settings?["suppressMilliseconds"].IsTrue == true,
            date: date,
            time: time);
    }

    private static JsValue Sql(Evaluator e, JsValue self, string format, JsValue options)
    {
        if (Time(self).Invalid is not null) return JsValue.Null;
        var offset = options.AsObject is { } settings && settings["includeOffset"].IsFalse ? "" : options.AsObject?["includeZone"].IsTrue == true ? " z" : Time(self).Zone.IsFixed && Time(self).Offset == 0 ? " 'Z'" : " ZZ";
        return DateTimeFormat.Format(e, Time(self), format + offset);
    }
}
