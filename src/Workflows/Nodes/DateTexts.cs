using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Points in time as items hold them: ISO 8601, RFC 2822 and JavaScript's own text, milliseconds since 1970, dates.</summary>
internal static class DateTexts
{
    /// <summary>Milliseconds since 1970 in UTC; text without a zone is taken as of <paramref name="zone"/>, UTC when null.</summary>
    public static bool TryRead(JsValue value, out double milliseconds, TimeZoneInfo? zone = null)
    {
        milliseconds = value.AsNumber;
        if (value.IsNumber) return double.IsFinite(milliseconds);
        if (value.AsReference is JsDate date)
        {
            milliseconds = date.Milliseconds;
            return date.IsValid;
        }

        if (value.AsReference is { } other and not (JsObject or JsArray)) value = other.ToJson();
        return value.AsString is { } text && TryParse(text.Trim(), zone, out milliseconds);
    }

    private static bool TryParse(string text, TimeZoneInfo? zone, out double milliseconds)
    {
        milliseconds = 0;
        if (text.Length < 4) return false;
        if (text.Length >= 10 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            // Ten digits are seconds, more are milliseconds.
            milliseconds = text.Length <= 11 ? number * 1000.0 : number;
            return true;
        }

        if (text.Length == 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year > 0)
        {
            milliseconds = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
            return true;
        }

        // "Wed Oct 02 2024 13:05:09 GMT+0200 (Central European Summer Time)", as Date() writes it.
        if (text.Contains(" GMT", StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(text.Split(" (", 2)[0], "ddd MMM dd yyyy HH:mm:ss 'GMT'zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var written))
        {
            milliseconds = written.ToUnixTimeMilliseconds();
            return true;
        }

        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind | DateTimeStyles.AllowWhiteSpaces, out var parsed)) return false;
        var utc = parsed.Kind == DateTimeKind.Unspecified ? ToUtc(parsed, zone) : parsed.ToUniversalTime();
        milliseconds = (utc - DateTime.UnixEpoch).TotalMilliseconds;
        return true;
    }

    private static DateTime ToUtc(DateTime local, TimeZoneInfo? zone)
    {
        if (zone is null) return DateTime.SpecifyKind(local, DateTimeKind.Utc);
        // A time that the clocks skip is taken as the one an hour later.
        return TimeZoneInfo.ConvertTimeToUtc(zone.IsInvalidTime(local) ? local.AddHours(1) : local, zone);
    }
}
