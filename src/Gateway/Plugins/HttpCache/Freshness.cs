using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>How long a response is fresh and how old it was when it came (RFC 9111, section 4.2), in seconds.</summary>
/// <param name="Lifetime">0 where it must be validated before each use.</param>
/// <param name="InitialAge">When it was received.</param>
/// <param name="IsExplicit">The response says so itself.</param>
internal readonly record struct Freshness(long Lifetime, long InitialAge, bool IsExplicit)
{
    private const long MaxSeconds = int.MaxValue;

    /// <summary>RFC 9110, section 5.6.7: the preferred form, that of RFC 850, and that of asctime, all without the day of the week, which nobody needs to be right.</summary>
    private static readonly string[] Formats = ["dd MMM yyyy HH:mm:ss 'GMT'", "dd-MMM-yy HH:mm:ss 'GMT'", "MMM d HH:mm:ss yyyy"];

    /// <summary>A year of two digits is one of the next fifty or of those before, which the framework's own calendar begins in 1950.</summary>
    private static readonly CultureInfo Dates = WithRecentYears();

    /// <param name="headers">Of the response.</param>
    /// <param name="control">What its Cache-Control says, or the field that stands in for it.</param>
    /// <param name="isTargeted">The control comes from a targeted field, so that Expires does not count (RFC 9213, section 2.1).</param>
    /// <param name="now">When it was received.</param>
    /// <param name="delay">Seconds between request and response.</param>
    public static Freshness Of(IHeaderDictionary headers, in CacheControl control, bool isTargeted, DateTimeOffset now, long delay)
    {
        var date = DateOf(headers.Date) ?? now;
        var (age, isAgeValid) = AgeOf(headers["Age"]);
        var initial = Math.Max((long)Math.Max(0, (now - date).TotalSeconds), age + delay);
        long? lifetime = (control.SharedMaxAge ?? control.MaxAge) is { } seconds ? seconds
            : !isTargeted && headers.Expires.Count > 0 ? (long)Math.Clamp(((DateOf(headers.Expires) ?? date) - date).TotalSeconds, 0, MaxSeconds)
            : null;
        return new Freshness(isAgeValid ? lifetime ?? 0 : 0, Math.Min(initial, MaxSeconds), lifetime is not null);
    }

    /// <summary>A tenth of the time since the last modification (RFC 9111, section 4.2.2).</summary>
    public Freshness Guessed(IHeaderDictionary headers, DateTimeOffset now, long most) =>
        DateOf(headers.LastModified) is { } modified && now > modified
            ? this with { Lifetime = Math.Min(most, (long)(((DateOf(headers.Date) ?? now) - modified).TotalSeconds / 10)) }
            : this;

    /// <summary>An HTTP date in one of the three formats; null for anything else, or several.</summary>
    public static DateTimeOffset? DateOf(StringValues field) =>
        field.Count == 1 && field[0].AsSpan() is var text && text.IndexOf(' ') is > 0 and var day
        && DateTimeOffset.TryParseExact(text[(day + 1)..], Formats, Dates, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out var date) ? date : null;

    private static CultureInfo WithRecentYears()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.DateTimeFormat.Calendar.TwoDigitYearMax = TimeProvider.System.GetUtcNow().Year + 50;
        return culture;
    }

    /// <summary>
    /// A field that is no single number makes the response count as stale: who wrote it meant to say something, and validating costs little.
    /// </summary>
    private static (long Seconds, bool IsValid) AgeOf(StringValues field)
    {
        if (field.Count == 0) return (0, true);
        var text = field.Count == 1 ? field[0].AsSpan().Trim() : default;
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9')) return (0, false);
        return (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var age) ? Math.Min(age, MaxSeconds) : MaxSeconds, true);
    }
}
