using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Workflows.Expressions.DateTimes;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Reads dates as <c>new Date(text)</c> does: ISO 8601 by the letter, and the other forms that all engines take.</summary>
internal static partial class DateParser
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <returns>Milliseconds since 1970, or NaN.</returns>
    public static double Parse(string text, Zone local)
    {
        if (text.Length > 200) return double.NaN;
        text = text.Trim();
        var iso = Iso().Match(text);
        return DateLibrary.Clip(iso.Success ? FromIso(iso, local) : Loose(text, local));
    }

    private static double FromIso(Match match, Zone local)
    {
        var hasTime = match.Groups["h"].Success;
        double month = Number(match, "m", 1), day = Number(match, "d", 1), hour = Number(match, "h", 0), minute = Number(match, "mi", 0), second = Number(match, "s", 0);
        if (match.Groups["y"].Value == "-000000" || month is < 1 or > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 59) return double.NaN;
        var fraction = match.Groups["f"].Value;
        var millisecond = fraction.Length == 0 ? 0 : Math.Floor(double.Parse("0." + fraction, CultureInfo.InvariantCulture) * 1000 + 1e-9);
        if (hour == 24 && (minute > 0 || second > 0 || millisecond > 0)) return double.NaN;
        var time = CalendarFields.Make(double.Parse(match.Groups["y"].Value, CultureInfo.InvariantCulture), month - 1, day, hour, minute, second, millisecond);
        var zone = match.Groups["z"].Value;
        if (zone is "Z" or "z") return time;
        if (zone.Length > 0) return Zone.ParseOffset(zone) is { } minutes ? time - minutes * 60_000 : double.NaN;
        return hasTime ? local.ToUtc(time) : time;
    }

    private static double Number(Match match, string group, double missing) =>
        match.Groups[group] is { Success: true } found ? double.Parse(found.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : missing;

    /// <summary>Anything with a day, a month and a year in it, and perhaps a time and a zone.</summary>
    private static double Loose(string text, Zone local)
    {
        double? year = null, offset = null;
        int month = 0;
        var numbers = new List<(double Value, int Digits)>();
        double hour = 0, minute = 0, second = 0, millisecond = 0;
        var hasTime = false;
        foreach (Match token in Tokens().Matches(Comments().Replace(text, " ")))
        {
            if (token.Groups["time"].Success)
            {
                if (hasTime) return double.NaN;
                hasTime = true;
                hour = Number(token, "h", 0);
                minute = Number(token, "mi", 0);
                second = Number(token, "s", 0);
                if (token.Groups["f"].Success) millisecond = Math.Floor(double.Parse("0." + token.Groups["f"].Value, CultureInfo.InvariantCulture) * 1000 + 1e-9);
                if (hour > 24 || minute > 59 || second > 59) return double.NaN;
            }
            else if (token.Groups["offset"].Success && !hasTime)
            {
                // "2024-1-15": the sign only separates.
                if (!double.TryParse(token.Groups["offset"].ValueSpan[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return double.NaN;
                numbers.Add((number, token.Groups["offset"].Length - 1));
            }
            else if (token.Groups["offset"].Success)
            {
                offset = Zone.ParseOffset(token.Groups["offset"].Value);
                if (offset is null) return double.NaN;
            }
            else if (token.Groups["number"].Success)
            {
                numbers.Add((double.Parse(token.Groups["number"].Value, CultureInfo.InvariantCulture), token.Groups["number"].Length));
            }
            else if (token.Groups["word"].Success)
            {
                var word = token.Groups["word"].Value.ToLowerInvariant();
                if (word is "am" or "pm")
                {
                    if (!hasTime || hour > 12) return double.NaN;
                    hour = hour % 12 + (word == "pm" ? 12 : 0);
                }
                else if (word is "z" or "utc" or "gmt" or "ut") offset ??= 0;
                else if (word is "t" or "at" or "of" or "st" or "nd" or "rd" or "th") continue;
                else if (word is "est" or "edt" or "cst" or "cdt" or "mst" or "mdt" or "pst" or "pdt")
                    offset = -60 * (word[0] switch { 'e' => 5, 'c' => 6, 'm' => 7, _ => 8 } - (word[1] == 'd' ? 1 : 0));
                else if (word.Length >= 3 && Array.IndexOf(Months, word[..3]) is var index and >= 0) month = index + 1;
                else if (word.Length < 3 || !"sun mon tue wed thu fri sat".Contains(word[..3], StringComparison.Ordinal)) return double.NaN;
            }
        }

        double day = 1;
        if (month > 0)
        {
            // "15 Jan 2024", "Jan 15, 2024", "Jan 2024"
            if (numbers.Count is 0 or > 2) return double.NaN;
            if (numbers.Count == 1) (day, year) = numbers[0].Digits > 2 || numbers[0].Value > 31 ? (1.0, numbers[0].Value) : (numbers[0].Value, 2001.0);
            else if (numbers[0].Digits > 2 || numbers[0].Value > 31) (year, day) = (numbers[0].Value, numbers[1].Value);
            else (day, year) = (numbers[0].Value, Century(numbers[1]));
        }
        else if (numbers.Count == 3)
        {
            // "2024/1/15" or, as in the United States, "1/15/2024".
            if (numbers[0].Digits > 2) (year, month, day) = (numbers[0].Value, (int)numbers[1].Value, numbers[2].Value);
            else (month, day, year) = ((int)numbers[0].Value, numbers[1].Value, Century(numbers[2]));
        }
        else return double.NaN;

        if (year is null || month is < 1 or > 12 || day is < 1 or > 31) return double.NaN;
        var time = CalendarFields.Make(year.Value, month - 1, day, hour, minute, second, millisecond);
        return offset is { } minutes ? time - minutes * 60_000 : local.ToUtc(time);
    }

    private static double Century((double Value, int Digits) year) => year.Digits > 2 ? year.Value : year.Value < 50 ? 2000 + year.Value : 1900 + year.Value;

    [GeneratedRegex(@"^(?<y>\d{4}|[+-]\d{6})(-(?<m>\d\d)(-(?<d>\d\d))?)?(T(?<h>\d\d):(?<mi>\d\d)(:(?<s>\d\d)([.,](?<f>\d+))?)?(?<z>Z|[+-]\d\d:?\d\d)?)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex(@"(?<time>(?<h>\d{1,2}):(?<mi>\d{2})(:(?<s>\d{2})([.,](?<f>\d+))?)?)|(?<offset>(?<=[\d: ]|GMT|UTC)[+-]\d{1,2}:?(\d{2})?\b)|(?<number>\d+)|(?<word>[A-Za-z]+)|[^\s]", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Tokens();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Comments();
}
