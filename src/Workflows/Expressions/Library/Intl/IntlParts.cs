using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.DateTimes.Locales;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary><c>formatToParts</c> of dates: what each piece of the written date is.</summary>
internal static class IntlParts
{
    // A moment whose year, month and day cannot be taken for each other: 22 November 2033.
    private const double Probe = 2_016_230_400_000;

    /// <param name="write">Writes a moment as the formatter does.</param>
    public static JsArray Of(Evaluator e, double milliseconds, string language, Func<double, string> write)
    {
        var numbers = new Queue<string>(Order(write(Probe)));
        var table = LocaleTable.Of(language);
        var parts = e.NewArray();
        var text = write(milliseconds);
        var literal = 0;
        for (var at = 0; at < text.Length;)
        {
            var (type, length) = char.IsAsciiDigit(text[at]) && numbers.Count > 0 ? (numbers.Dequeue(), text.AsSpan(at).IndexOfAnyExceptInRange('0', '9')) : Word(text, at, table);
            if (length < 0) length = text.Length - at;
            if (type.Length > 0)
            {
                Add("literal", text[literal..at]);
                Add(type, text.Substring(at, length));
                literal = at + length;
            }

            at += length;
        }

        Add("literal", text[literal..]);
        return parts;

        void Add(string type, string value)
        {
            if (value.Length == 0) return;
            var part = e.NewObject(2);
            part.Set("type", type);
            part.Set("value", value);
            e.Push(parts, part);
        }
    }

    /// <summary>What the runs of digits are, in the order in which they are written.</summary>
    private static IEnumerable<string> Order(string probe)
    {
        var isTime = false;
        string[] times = ["hour", "minute", "second", "fractionalSecond"];
        var next = 0;
        for (var at = 0; at < probe.Length; at++)
        {
            if (!char.IsAsciiDigit(probe[at])) continue;
            var end = at;
            while (end < probe.Length && char.IsAsciiDigit(probe[end])) end++;
            var run = probe[at..end];
            at = end;
            isTime |= run is not ("2033" or "33" or "11" or "22");
            yield return run switch { _ when isTime => times[Math.Min(next++, 3)], "2033" or "33" => "year", "11" => "month", _ => "day" };
        }
    }

    private static (string Type, int Length) Word(string text, int at, LocaleTable? table)
    {
        if (char.IsLetter(text[at]))
        {
            if (Longest(table is null ? LocaleDateFormat.DayNames : [.. table.Days, .. table.DaysAlone, .. table.ShortDays, .. table.ShortDaysAlone]) is var day and > 0) return ("weekday", day);
            if (Longest(table is null ? LocaleDateFormat.MonthNames : [.. table.Months, .. table.MonthsAlone, .. table.ShortMonths, .. table.ShortMonthsAlone]) is var month and > 0) return ("month", month);
            if (Longest(table?.Periods ?? ["AM", "PM", "am", "pm"]) is var period and > 0) return ("dayPeriod", period);
            if (at > 0 && text[at - 1] == ' ' && !text.AsSpan(at).ContainsAny("0123456789,") || text.AsSpan(at).StartsWith("GMT")) return ("timeZoneName", text.Length - at);
        }

        return ("", 1);

        int Longest(string[] words)
        {
            var longest = 0;
            foreach (var word in words)
            {
                if (word.Length > longest && string.CompareOrdinal(text, at, word, 0, word.Length) == 0) longest = word.Length;
                if (table is null && longest == 0 && word.Length > 3 && string.CompareOrdinal(text, at, word, 0, 3) == 0) longest = 3;
            }

            return longest;
        }
    }
}
