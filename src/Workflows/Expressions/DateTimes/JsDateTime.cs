using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's DateTime: a point in time seen in a zone. It never changes.</summary>
internal sealed class JsDateTime : JsReference
{
    public JsDateTime(double milliseconds, Zone zone, string locale = "en-US", string? invalid = null)
    {
        Invalid = invalid ?? (Math.Abs(milliseconds) <= JsDate.Limit ? null : "Timestamp out of range");
        Milliseconds = Invalid is null ? Math.Truncate(milliseconds) + 0.0 : double.NaN;
        Zone = zone;
        Locale = locale;
        if (Invalid is not null) return;
        Offset = zone.OffsetAt(Milliseconds);
        Fields = CalendarFields.FromLocal(Milliseconds + Offset);
    }

    public override JsKind Kind => JsKind.DateTime;

    public double Milliseconds { get; }

    public Zone Zone { get; }

    public string Locale { get; }

    /// <summary>Why it is no point in time; null when it is one.</summary>
    public string? Invalid { get; }

    /// <summary>Local time less UTC, in milliseconds.</summary>
    public double Offset { get; }

    public CalendarFields Fields { get; }

    internal override double? NumberValue => Milliseconds;

    public static JsDateTime Unreadable(string reason) => new(double.NaN, Zone.Utc, "en-US", reason);

    public JsDateTime At(double milliseconds) => new(milliseconds, Zone, Locale, Invalid);

    public JsDateTime In(Zone zone) => new(Milliseconds, zone, Locale, Invalid);

    /// <summary>The point with these fields; where the local time is not unique, near the present offset.</summary>
    public JsDateTime With(CalendarFields fields) => At(FromLocal(fields.ToLocal()));

    public JsDateTime Plus(JsDuration duration)
    {
        if (Invalid is not null || duration.Invalid is not null) return this;
        var months = Fields.Month - 1 + Math.Truncate(duration[TimeUnit.Month]) + Math.Truncate(duration[TimeUnit.Quarter]) * 3;
        var year = Fields.Year + Math.Truncate(duration[TimeUnit.Year]) + Math.Floor(months / 12);
        var days = Math.Truncate(duration[TimeUnit.Day]) + Math.Truncate(duration[TimeUnit.Week]) * 7;
        if (!(Math.Abs(year) < 300_000) || !(Math.Abs(days) < 200_000_000)) return At(double.NaN);
        var month = (int)(months - Math.Floor(months / 12) * 12) + 1;
        var day = Math.Min(Fields.Day, CalendarFields.DaysInMonth((long)year, month));
        var moved = duration.Values is [null or 0, null or 0, null or 0, null or 0, null or 0, ..] ? Milliseconds
            : FromLocal((Fields with { Year = (long)year, Month = month, Day = day }).ToLocal() + days * CalendarFields.DayLength);
        var rest = duration[TimeUnit.Hour] * 3_600_000 + duration[TimeUnit.Minute] * 60_000 + duration[TimeUnit.Second] * 1000 + duration[TimeUnit.Millisecond];
        for (var unit = TimeUnit.Year; unit <= TimeUnit.Day; unit++)
            if (duration[unit] % 1 != 0) rest += duration[unit] % 1 * TimeUnits.Ratio(unit, TimeUnit.Millisecond);
        return At(Math.Round(moved + rest));
    }

    public JsDateTime Plus(TimeUnit unit, double count) => Plus(JsDuration.Of(unit, count));

    public JsDateTime StartOf(TimeUnit unit)
    {
        if (Invalid is not null) return this;
        var f = Fields;
        if (unit <= TimeUnit.Second) f = f with { Millisecond = 0 };
        if (unit <= TimeUnit.Minute) f = f with { Second = 0 };
        if (unit <= TimeUnit.Hour) f = f with { Minute = 0 };
        if (unit <= TimeUnit.Day) f = f with { Hour = 0 };
        if (unit == TimeUnit.Week) f = CalendarFields.FromLocal(f.ToLocal() - (f.Weekday - 1) * CalendarFields.DayLength);
        else if (unit <= TimeUnit.Month) f = f with { Day = 1 };
        if (unit == TimeUnit.Quarter) f = f with { Month = (f.Month - 1) / 3 * 3 + 1 };
        if (unit == TimeUnit.Year) f = f with { Month = 1 };
        return unit == TimeUnit.Millisecond ? this : With(f);
    }

    public JsDateTime EndOf(TimeUnit unit) => Plus(unit, 1).StartOf(unit).Plus(TimeUnit.Millisecond, -1);

    /// <summary>How long it is from another point to this one.</summary>
    public JsDuration Diff(JsDateTime other, IReadOnlyList<TimeUnit> units)
    {
        if (Invalid is not null || other.Invalid is not null) return new JsDuration(new double?[TimeUnits.Count], "created by diffing an invalid DateTime");
        other = other.In(Zone);
        return other.Milliseconds > Milliseconds ? DateTimeDiff.Between(this, other, units).Map(v => -v + 0.0) : DateTimeDiff.Between(other, this, units);
    }

    public string ToIso(bool milliseconds = true, bool offset = true, bool basic = false, bool suppressSeconds = false, bool suppressMilliseconds = false, bool date = true, bool time = true)
    {
        var f = Fields;
        string dash = basic ? "" : "-", colon = basic ? "" : ":";
        var year = f.Year is >= 0 and <= 9999 ? f.Year.ToString("0000", CultureInfo.InvariantCulture) : (f.Year < 0 ? "-" : "+") + Math.Abs(f.Year).ToString("000000", CultureInfo.InvariantCulture);
        var text = date ? string.Create(CultureInfo.InvariantCulture, $"{year}{dash}{f.Month:00}{dash}{f.Day:00}") : "";
        if (!time) return text;
        if (date) text += "T";
        text += string.Create(CultureInfo.InvariantCulture, $"{f.Hour:00}{colon}{f.Minute:00}");
        if (!suppressSeconds || f.Second != 0 || f.Millisecond != 0)
        {
            text += string.Create(CultureInfo.InvariantCulture, $"{colon}{f.Second:00}");
            if (milliseconds && (!suppressMilliseconds || f.Millisecond != 0)) text += string.Create(CultureInfo.InvariantCulture, $".{f.Millisecond:000}");
        }

        if (!offset) return text;
        return Zone.IsFixed && Offset == 0 ? text + "Z" : text + Zone.OffsetText(Offset, basic ? "techie" : "short");
    }

    internal override JsValue ToJson() => Invalid is null ? ToIso() : JsValue.Null;

    public override string ToString() => Invalid is null ? ToIso() : "Invalid DateTime";

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value) => DateTimeFields.TryGet(this, name, out value);

    private double FromLocal(double local)
    {
        var guess = local - Offset;
        var second = Zone.OffsetAt(guess);
        if (second == Offset) return guess;
        guess = local - second;
        var third = Zone.OffsetAt(guess);
        return second == third ? guess : local - Math.Min(second, third);
    }
}
