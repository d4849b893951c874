using System.Globalization;

namespace Sluice.Gateway.Plugins.HmacAuth;

/// <summary>Reads the three forms of a date in a header field (RFC 9110, 5.6.7). The day of the week is not held against the date, as in nginx.</summary>
internal static class RequestDate
{
    private static readonly string[] AfterDay = ["dd MMM yyyy HH:mm:ss 'GMT'", "dd-MMM-yy HH:mm:ss 'GMT'"];
    private static readonly string[] Asctime = ["MMM d HH:mm:ss yyyy"];

    public static DateTimeOffset? Parse(string? text)
    {
        if (text is null) return null;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 && text.Length < 5) return null;
        var rest = comma < 0 ? text.AsSpan(4) : text.AsSpan(comma + 1);
        const DateTimeStyles style = DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal;
        return DateTimeOffset.TryParseExact(rest, comma < 0 ? Asctime : AfterDay, CultureInfo.InvariantCulture, style, out var date) ? date : null;
    }
}
