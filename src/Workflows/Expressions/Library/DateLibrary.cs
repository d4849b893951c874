using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Date. Local time is the scope's time zone.</summary>
internal static class DateLibrary
{
    private static readonly string[] Days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    public static MethodTable Methods { get; } = Build();

    public static NativeConstructor Constructor { get; } = new("Date", 7, new MethodTable.Builder()
        .Add("now", 0, (e, _, _) => e.Now)
        .Add("parse", 1, (e, _, a) => DateParser.Parse(Coerce.ToText(e, a.At(0)), Local(e)))
        .Add("UTC", 7, (e, _, a) => Clip(FromParts(e, a)))
        .Build(), (e, _, _) => Text(e, new JsDate(e.Now)), (e, _, a) => e.Own(new JsDate(Clip(Construct(e, a)))), v => v.Kind == JsKind.Date);

    public static Zone Local(Evaluator e) => Zone.Of(e.Scope.TimeZone);

    /// <summary>What <c>toString()</c> says.</summary>
    public static string Text(Evaluator e, JsDate date)
    {
        if (!date.IsValid) return "Invalid Date";
        e.AllocateText(80);
        var zone = Local(e);
        return $"{DayText(e, date)} {TimeText(date, zone)}";
    }

    public static double Clip(double milliseconds) => !(Math.Abs(milliseconds) <= JsDate.Limit) ? double.NaN : Math.Truncate(milliseconds) + 0.0;

    private static JsDate Date(JsValue self) => self.AsReference as JsDate ?? throw JsThrow.Type("this is not a Date object.");

    private static CalendarFields Fields(Evaluator e, JsDate date, bool utc) =>
        CalendarFields.FromLocal(date.Milliseconds + (utc ? 0 : Local(e).OffsetAt(date.Milliseconds)));

    private static string DayText(Evaluator e, JsDate date)
    {
        var f = Fields(e, date, utc: false);
        return string.Create(CultureInfo.InvariantCulture, $"{Days[f.Weekday - 1]} {Months[f.Month - 1]} {f.Day:00} {YearText(f.Year)}");
    }

    private static string YearText(long year) => (year < 0 ? "-" : "") + Math.Abs(year).ToString(year < 0 ? "000000" : "0000", CultureInfo.InvariantCulture);

    private static string TimeText(JsDate date, Zone zone)
    {
        var offset = zone.OffsetAt(date.Milliseconds);
        var f = CalendarFields.FromLocal(date.Milliseconds + offset);
        return string.Create(CultureInfo.InvariantCulture, $"{f.Hour:00}:{f.Minute:00}:{f.Second:00} GMT{Zone.OffsetText(offset, "techie")} ({ZoneNames.Long(zone, date.Milliseconds)})");
    }

    private static MethodTable Build()
    {
        var table = new MethodTable.Builder()
            .Add("getTime", 0, (_, self, _) => Date(self).Milliseconds)
            .Alias("valueOf", "getTime")
            .Add("getTimezoneOffset", 0, (e, self, _) => Date(self).IsValid ? -Local(e).OffsetAt(Date(self).Milliseconds) / 60_000 + 0.0 : double.NaN)
            .Add("toISOString", 0, (_, self, _) => Date(self).IsValid ? IsoText.Format(Date(self).Milliseconds) : throw JsThrow.Range("Invalid time value"))
            .Add("toJSON", 0, (_, self, _) => Date(self).ToJson())
            .Add("toString", 0, (e, self, _) => Text(e, Date(self)))
            .Add("toDateString", 0, (e, self, _) => Date(self).IsValid ? DayText(e, Date(self)) : "Invalid Date")
            .Add("toTimeString", 0, (e, self, _) => Date(self).IsValid ? TimeText(Date(self), Local(e)) : "Invalid Date")
            .Add("toUTCString", 0, (e, self, _) =>
            {
                if (!Date(self).IsValid) return "Invalid Date";
                var f = Fields(e, Date(self), utc: true);
                return string.Create(CultureInfo.InvariantCulture, $"{Days[f.Weekday - 1]}, {f.Day:00} {Months[f.Month - 1]} {YearText(f.Year)} {f.Hour:00}:{f.Minute:00}:{f.Second:00} GMT");
            })
            .Alias("toGMTString", "toUTCString")
            .Add("toLocaleString", 0, (e, self, a) => Locale(e, self, a, LocaleDateFormat.Parts.Both))
            .Add("toLocaleDateString", 0, (e, self, a) => Locale(e, self, a, LocaleDateFormat.Parts.Date))
            .Add("toLocaleTimeString", 0, (e, self, a) => Locale(e, self, a, LocaleDateFormat.Parts.Time))
            .Add("setTime", 1, (e, self, a) => Change(e, self, Coerce.ToNumber(e, a.At(0))));
        foreach (var utc in new[] { false, true })
        {
            var u = utc ? "UTC" : "";
            Getter("FullYear", f => f.Year);
            Getter("Month", f => f.Month - 1);
            Getter("Date", f => f.Day);
            Getter("Day", f => f.Weekday % 7);
            Getter("Hours", f => f.Hour);
            Getter("Minutes", f => f.Minute);
            Getter("Seconds", f => f.Second);
            Getter("Milliseconds", f => f.Millisecond);
            Setter("FullYear", 0, 3);
            Setter("Month", 1, 2);
            Setter("Date", 2, 1);
            Setter("Hours", 3, 4);
            Setter("Minutes", 4, 3);
            Setter("Seconds", 5, 2);
            Setter("Milliseconds", 6, 1);

            void Getter(string name, Func<CalendarFields, double> read) =>
                table.Add($"get{u}{name}", 0, (e, self, _) => Date(self).IsValid ? read(Fields(e, Date(self), utc)) : double.NaN);

            // Each setter takes its own field and those that are finer, up to the day or the millisecond.
            void Setter(string name, int first, int count) => table.Add($"set{u}{name}", count, (e, self, a) =>
            {
                var date = Date(self);
                if (!date.IsValid && first > 0) return double.NaN;
                var f = date.IsValid ? Fields(e, date, utc) : new CalendarFields(1970, 1, 1, 0, 0, 0, 0);
                double[] parts = [f.Year, f.Month - 1, f.Day, f.Hour, f.Minute, f.Second, f.Millisecond];
                for (var i = 0; i < Math.Min(count, Math.Max(1, a.Length)); i++) parts[first + i] = Coerce.ToNumber(e, a.At(i));
                var local = CalendarFields.Make(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
                return Change(e, self, utc ? local : double.IsNaN(local) ? local : Local(e).ToUtc(local));
            });
        }

        table.Add("getYear", 0, (e, self, _) => Fields(e, Date(self), utc: false).Year - 1900);
        return table.Build();
    }

    /// <summary>With plain blanks, as engines write them here for the sake of old programs.</summary>
    private static string Locale(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a, LocaleDateFormat.Parts parts) =>
        LocaleDateFormat.Format(e, Date(self).Milliseconds, Local(e), a.At(0), a.At(1), parts).Replace('\u202f', ' ');

    private static JsValue Change(Evaluator e, JsValue self, double milliseconds)
    {
        e.RequireOwn(Date(self));
        return Date(self).Milliseconds = Clip(milliseconds);
    }

    private static double Construct(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        if (a.Length == 0) return e.Now;
        if (a.Length > 1)
        {
            var local = FromParts(e, a);
            return double.IsNaN(local) ? local : Local(e).ToUtc(local);
        }

        if (a[0].AsReference is JsDate date) return date.Milliseconds;
        var value = Coerce.ToPrimitive(e, a[0], a[0].AsReference is JsDateTime ? false : null);
        return value.AsString is { } text ? DateParser.Parse(text, Local(e)) : Coerce.ToNumber(e, value);
    }

    private static double FromParts(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        Span<double> parts = [0, 0, 1, 0, 0, 0, 0];
        for (var i = 0; i < Math.Min(a.Length, 7); i++) parts[i] = Coerce.ToNumber(e, a[i]);
        var year = Math.Truncate(parts[0]);
        if (year is >= 0 and <= 99) year += 1900;
        return CalendarFields.Make(year, parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
    }
}
