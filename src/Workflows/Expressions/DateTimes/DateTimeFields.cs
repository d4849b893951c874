using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes.Locales;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>The fields of a DateTime.</summary>
internal static class DateTimeFields
{
    public static bool TryGet(JsDateTime time, string name, out JsValue value)
    {
        JsValue? found = Read(time, name);
        value = found ?? default;
        return found is not null;
    }

    private static JsValue? Read(JsDateTime time, string name)
    {
        var f = time.Fields;
        switch (name)
        {
            case "isValid": return time.Invalid is null;
            case "invalidReason": return time.Invalid;
            case "invalidExplanation": return time.Invalid;
            case "locale": return time.Locale;
            case "numberingSystem" or "outputCalendar": return JsValue.Null;
            case "ts": return time.Milliseconds;
            case "zoneName": return time.Invalid is null ? time.Zone.Name : JsValue.Null;
            case "zone": return new JsObject { ["name"] = time.Zone.Name, ["isUniversal"] = time.Zone.IsFixed, ["isValid"] = true, ["type"] = time.Zone.IsFixed ? "fixed" : "iana" };
            case "isLuxonDateTime": return true;
        }

        if (!IsNumberField(name) && name is not ("isInLeapYear" or "isInDST" or "isOffsetFixed" or "isWeekend" or "monthShort" or "monthLong" or "weekdayShort" or "weekdayLong" or "offsetNameShort" or "offsetNameLong")) return null;
        if (time.Invalid is not null) return IsNumberField(name) ? double.NaN : name.StartsWith("is", StringComparison.Ordinal) ? false : JsValue.Null;
        return name switch
        {
            "year" => f.Year,
            "month" => f.Month,
            "day" => f.Day,
            "hour" => f.Hour,
            "minute" => f.Minute,
            "second" => f.Second,
            "millisecond" => f.Millisecond,
            "quarter" => (f.Month + 2) / 3,
            "weekday" or "localWeekday" => f.Weekday,
            "weekNumber" or "localWeekNumber" => f.Week().Week,
            "weekYear" or "localWeekYear" => f.Week().Year,
            "ordinal" => f.Ordinal,
            "offset" => time.Offset / 60_000,
            "daysInMonth" => CalendarFields.DaysInMonth(f.Year, f.Month),
            "daysInYear" => CalendarFields.IsLeap(f.Year) ? 366 : 365,
            "weeksInWeekYear" or "weeksInLocalWeekYear" => CalendarFields.WeeksIn(f.Week().Year),
            "isInLeapYear" => CalendarFields.IsLeap(f.Year),
            "isInDST" => time.Zone.IsDaylight(time.Milliseconds),
            "isOffsetFixed" => time.Zone.IsFixed,
            "isWeekend" => f.Weekday >= 6,
            "monthShort" => Table()?.ShortMonthsAlone[f.Month - 1] ?? LocaleDateFormat.MonthNames[f.Month - 1][..3],
            "monthLong" => Table()?.MonthsAlone[f.Month - 1] ?? LocaleDateFormat.MonthNames[f.Month - 1],
            "weekdayShort" => Table()?.ShortDaysAlone[f.Weekday - 1] ?? LocaleDateFormat.DayNames[f.Weekday - 1][..3],
            "weekdayLong" => Table()?.DaysAlone[f.Weekday - 1] ?? LocaleDateFormat.DayNames[f.Weekday - 1],
            "offsetNameShort" => ZoneNames.Of(time.Zone, time.Milliseconds, isLong: false),
            _ => ZoneNames.Of(time.Zone, time.Milliseconds, isLong: true),
        };

        LocaleTable? Table() => LocaleTable.Of(time.Locale);
    }

    private static bool IsNumberField(string name) => name is "year" or "month" or "day" or "hour" or "minute" or "second" or "millisecond" or "quarter" or "weekday" or "localWeekday"
        or "weekNumber" or "localWeekNumber" or "weekYear" or "localWeekYear" or "ordinal" or "offset" or "daysInMonth" or "daysInYear" or "weeksInWeekYear" or "weeksInLocalWeekYear";
}
