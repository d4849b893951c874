using System.Globalization;

namespace Sluice.Workflows.Schedules;

/// <summary>One kind of field of a cron expression: its bounds, the names of its values, and which special forms it knows.</summary>
internal sealed class CronField(string name, int first, int last, string[]? names = null, int nameOffset = 0)
{
    public static readonly CronField Seconds = new("seconds", 0, 59);
    public static readonly CronField Minutes = new("minutes", 0, 59);
    public static readonly CronField Hours = new("hours", 0, 23);
    public static readonly CronField Days = new("days of the month", 1, 31);
    public static readonly CronField Months = new("months", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1);
    public static readonly CronField Weekdays = new("days of the week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    public string Name => name;

    public int First => first;

    public ulong All => Range(first, last, 1);

    /// <summary>A list of <c>*</c>, values, ranges and steps as a set of bits.</summary>
    /// <param name="isInterval">Whether it says "every" rather than "at": by a star, a range or a step.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public ulong Parse(string text, out bool isInterval)
    {
        isInterval = false;
        ulong bits = 0;
        foreach (var part in text.Split(','))
        {
            bits |= Part(part, out var every);
            isInterval |= every;
        }

        return bits;
    }

    /// <summary>One value: a number or a name.</summary>
    public int Value(ReadOnlySpan<char> text)
    {
        if (names is not null && text.Length == 3)
        {
            var upper = text.ToString().ToUpperInvariant();
            var at = Array.IndexOf(names, upper);
            if (at >= 0) return at + nameOffset;
        }

        return Number(text, first, last);
    }

    public int Number(ReadOnlySpan<char> text, int least, int most)
    {
        if (text.Length is 0 or > 3 || text.ContainsAnyExceptInRange('0', '9')) throw Wrong($"'{text}' is not one of them");
        var number = int.Parse(text, CultureInfo.InvariantCulture);
        return number >= least && number <= most ? number : throw Wrong($"{number} is not between {least} and {most}");
    }

    public FormatException Wrong(string message) => new($"{name}: {message}");

    private ulong Part(string part, out bool isInterval)
    {
        var slash = part.IndexOf('/', StringComparison.Ordinal);
        var span = slash < 0 ? part : part[..slash];

        // A week has seven days, though Sunday has two numbers.
        var step = slash < 0 ? 1 : Number(part.AsSpan(slash + 1), 1, last);
        isInterval = slash >= 0 || span is "*" || span.Contains('-', StringComparison.Ordinal);
        isInterval |= span is "?";
        if (span is "*" || part is "?") return Range(first, ReferenceEquals(this, Weekdays) ? 6 : last, step);
        var dash = span.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            var start = Value(span);
            return slash < 0 ? 1UL << start : Range(start, last, step);
        }

        var (from, to) = (Value(span.AsSpan(0, dash)), Value(span.AsSpan(dash + 1)));
        if (from <= to) return Range(from, to, step);

        // Over the end and on from the beginning: sat-tue, 22-2.
        var size = ReferenceEquals(this, Weekdays) ? 7 : last - first + 1;
        ulong bits = 0;
        for (var i = from; i <= to + size; i += step) bits |= 1UL << ((i - first) % size + first);
        return bits;
    }

    private static ulong Range(int from, int to, int step)
    {
        ulong bits = 0;
        for (var i = from; i <= to; i += step) bits |= 1UL << i;
        return bits;
    }
}
