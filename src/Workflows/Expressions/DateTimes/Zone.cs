using System.Collections.Concurrent;
using System.Globalization;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>A time zone: one of the IANA database, or a fixed distance from UTC.</summary>
internal sealed class Zone
{
    private static readonly ConcurrentDictionary<string, Zone?> Known = new(StringComparer.OrdinalIgnoreCase);

    private readonly TimeZoneInfo? _info;
    private readonly double _fixed;

    private Zone(string name, TimeZoneInfo? info, double fixedOffset)
    {
        Name = name;
        _info = info;
        _fixed = fixedOffset;
    }

    public static Zone Utc { get; } = new("UTC", null, 0);

    /// <summary>As the zone calls itself: <c>Europe/Berlin</c>, <c>UTC</c>, <c>UTC+3</c>.</summary>
    public string Name { get; }

    public bool IsFixed => _info is null;

    public static Zone Of(TimeZoneInfo info) => info.BaseUtcOffset == TimeSpan.Zero && !info.SupportsDaylightSavingTime && info.Id is "UTC" or "Etc/UTC" ? Utc
        : Known.GetOrAdd(info.Id, _ => new Zone(info.Id, info, 0)) ?? new Zone(info.Id, info, 0);

    public static Zone Fixed(double minutes) => minutes == 0 ? Utc
        : new($"UTC{(minutes < 0 ? '-' : '+')}{Math.Floor(Math.Abs(minutes) / 60).ToString(CultureInfo.InvariantCulture)}{(minutes % 60 == 0 ? "" : $":{Math.Abs(minutes) % 60:00}")}", null, minutes * 60_000);

    /// <summary>The zone of a name as luxon takes it; null when there is none.</summary>
    public static Zone? Find(string name, Zone local)
    {
        if (name.Length is 0 or > 64) return null;
        switch (name.ToLowerInvariant())
        {
            case "local" or "default" or "system": return local;
            case "utc" or "gmt" or "etc/utc" or "z": return Utc;
        }

        if (name.StartsWith("utc", StringComparison.OrdinalIgnoreCase) && ParseOffset(name.AsSpan(3)) is { } minutes) return Fixed(minutes);
        if (Known.TryGetValue(name, out var known)) return known;
        Zone? found = TimeZoneInfo.TryFindSystemTimeZoneById(name, out var info) && (name.Contains('/') || info.HasIanaId) ? new Zone(name, info, 0) : null;
        // What does not exist is not remembered: anybody may ask for anything.
        if (found is not null && Known.Count < 1000) Known[name] = found;
        return found;
    }

    /// <summary>How far local time is ahead of UTC at a point in time, in milliseconds.</summary>
    public double OffsetAt(double utc)
    {
        if (_info is null) return _fixed;
        var clamped = Math.Clamp(utc, -62_135_596_800_000 + 86_400_000, 253_402_300_799_999 - 86_400_000);
        return _info.GetUtcOffset(DateTime.UnixEpoch.AddMilliseconds(clamped)).TotalMilliseconds;
    }

    /// <summary>The point in time of a local time. Of a time that comes twice it is the first, of one that is skipped it is as much later.</summary>
    public double ToUtc(double local)
    {
        if (_info is null) return local - _fixed;
        var before = OffsetAt(local - 86_400_000);
        if (OffsetAt(local - before) == before) return local - before;
        var after = OffsetAt(local + 86_400_000);
        return OffsetAt(local - after) == after ? local - after : local - before;
    }

    /// <summary>Whether summer time is on.</summary>
    public bool IsDaylight(double utc)
    {
        if (_info is null) return false;
        var (year, _, _) = Data.IsoText.CivilFromDays((long)Math.Floor(utc / 86_400_000));
        var offset = OffsetAt(utc);
        double january = OffsetAt(Data.IsoText.DaysFromCivil(year, 1, 1) * 86_400_000.0), june = OffsetAt(Data.IsoText.DaysFromCivil(year, 6, 1) * 86_400_000.0);
        return offset > Math.Min(january, june);
    }

    /// <summary>Minutes of <c>+01:00</c>, <c>+0100</c>, <c>-3</c>.</summary>
    public static double? ParseOffset(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] is not ('+' or '-')) return null;
        var digits = text[1..].ToString().Replace(":", "", StringComparison.Ordinal);
        if (digits.Length is 0 or > 4 || !digits.All(char.IsAsciiDigit)) return null;
        var number = int.Parse(digits, CultureInfo.InvariantCulture);
        var minutes = digits.Length <= 2 ? number * 60 : number / 100 * 60 + number % 100;
        return minutes > 14 * 60 + 59 ? null : text[0] == '-' ? -minutes : minutes;
    }

    /// <summary><c>+01:00</c> (narrow: <c>+1</c>, techie: <c>+0100</c>).</summary>
    public static string OffsetText(double offset, string form)
    {
        var minutes = (int)Math.Round(offset / 60_000);
        var sign = minutes < 0 ? "-" : "+";
        minutes = Math.Abs(minutes);
        return form switch
        {
            "narrow" => sign + (minutes / 60).ToString(CultureInfo.InvariantCulture) + (minutes % 60 == 0 ? "" : ":" + (minutes % 60).ToString(CultureInfo.InvariantCulture)),
            "techie" => string.Create(CultureInfo.InvariantCulture, $"{sign}{minutes / 60:00}{minutes % 60:00}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{sign}{minutes / 60:00}:{minutes % 60:00}"),
        };
    }

    public override string ToString() => Name;
}
