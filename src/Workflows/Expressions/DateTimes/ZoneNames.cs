namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>What people call the common zones; the others are called by their distance from GMT.</summary>
internal static class ZoneNames
{
    private static readonly Dictionary<string, (string Standard, string Daylight, string ShortStandard, string ShortDaylight)> English = Build();

    /// <summary>luxon's names: a zone that is a distance has no other.</summary>
    public static string Of(Zone zone, double utc, bool isLong) => zone.IsFixed ? zone.Name : isLong ? Long(zone, utc) : Short(zone, utc);

    public static string Long(Zone zone, double utc)
    {
        if (zone.Name is "UTC") return "Coordinated Universal Time";
        if (!English.TryGetValue(zone.Name, out var names)) return "GMT" + (zone.OffsetAt(utc) == 0 ? "" : Zone.OffsetText(zone.OffsetAt(utc), "short"));
        return zone.IsDaylight(utc) ? names.Daylight : names.Standard;
    }

    public static string Short(Zone zone, double utc)
    {
        if (zone.Name is "UTC") return "UTC";
        if (English.TryGetValue(zone.Name, out var names) && names.ShortStandard.Length > 0) return zone.IsDaylight(utc) ? names.ShortDaylight : names.ShortStandard;
        return "GMT" + (zone.OffsetAt(utc) == 0 ? "" : Zone.OffsetText(zone.OffsetAt(utc), "narrow"));
    }

    private static Dictionary<string, (string, string, string, string)> Build()
    {
        var names = new Dictionary<string, (string, string, string, string)>(StringComparer.Ordinal);
        Add("Eastern Standard Time", "Eastern Daylight Time", "EST", "EDT", "America/New_York", "America/Toronto", "America/Detroit");
        Add("Central Standard Time", "Central Daylight Time", "CST", "CDT", "America/Chicago", "America/Winnipeg");
        Add("Mountain Standard Time", "Mountain Daylight Time", "MST", "MDT", "America/Denver", "America/Phoenix", "America/Edmonton");
        Add("Pacific Standard Time", "Pacific Daylight Time", "PST", "PDT", "America/Los_Angeles", "America/Vancouver");
        Add("Alaska Standard Time", "Alaska Daylight Time", "AKST", "AKDT", "America/Anchorage");
        Add("Hawaii-Aleutian Standard Time", "Hawaii-Aleutian Daylight Time", "HST", "HDT", "Pacific/Honolulu");
        Add("Central European Standard Time", "Central European Summer Time", "", "", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Vienna", "Europe/Zurich", "Europe/Amsterdam", "Europe/Brussels", "Europe/Prague", "Europe/Warsaw", "Europe/Stockholm", "Europe/Oslo", "Europe/Copenhagen", "Europe/Budapest", "Europe/Belgrade");
        Add("Eastern European Standard Time", "Eastern European Summer Time", "", "", "Europe/Athens", "Europe/Helsinki", "Europe/Kiev", "Europe/Kyiv", "Europe/Bucharest", "Europe/Sofia", "Africa/Cairo");
        Add("Western European Standard Time", "Western European Summer Time", "", "", "Europe/Lisbon");
        Add("Greenwich Mean Time", "British Summer Time", "", "", "Europe/London");
        Add("Moscow Standard Time", "Moscow Summer Time", "", "", "Europe/Moscow");
        Add("India Standard Time", "India Standard Time", "", "", "Asia/Kolkata", "Asia/Calcutta");
        Add("China Standard Time", "China Daylight Time", "", "", "Asia/Shanghai");
        Add("Japan Standard Time", "Japan Daylight Time", "", "", "Asia/Tokyo");
        Add("Korean Standard Time", "Korean Daylight Time", "", "", "Asia/Seoul");
        Add("Singapore Standard Time", "Singapore Standard Time", "", "", "Asia/Singapore");
        Add("Gulf Standard Time", "Gulf Standard Time", "", "", "Asia/Dubai");
        Add("Australian Eastern Standard Time", "Australian Eastern Daylight Time", "", "", "Australia/Sydney", "Australia/Melbourne");
        Add("New Zealand Standard Time", "New Zealand Daylight Time", "", "", "Pacific/Auckland");
        Add("Brasilia Standard Time", "Brasilia Summer Time", "", "", "America/Sao_Paulo");
        return names;

        void Add(string standard, string daylight, string shortStandard, string shortDaylight, params string[] zones)
        {
            foreach (var zone in zones) names[zone] = (standard, daylight, shortStandard, shortDaylight);
        }
    }
}
