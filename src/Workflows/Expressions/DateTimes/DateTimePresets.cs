using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's presets for <c>toLocaleString</c>, such as <c>DateTime.DATE_MED</c>.</summary>
internal static class DateTimePresets
{
    private static readonly Dictionary<string, JsObject> Presets = Build();

    public static IEnumerable<string> Names => Presets.Keys;

    public static JsObject Get(string name) => Presets[name];

    public static string Format(Evaluator e, JsDateTime time, JsValue options, JsValue locale) =>
        time.Invalid is not null ? "Invalid DateTime"
            : LocaleDateFormat.Format(e, time.Milliseconds, time.Zone, locale.IsUndefined ? time.Locale : locale, options.IsUndefined ? Get("DATE_SHORT") : options, LocaleDateFormat.Parts.Both);

    private static Dictionary<string, JsObject> Build()
    {
        var presets = new Dictionary<string, JsObject>(StringComparer.Ordinal);
        (string Name, string[] Fields)[] dates =
        [
            ("SHORT", ["year", "numeric", "month", "numeric", "day", "numeric"]),
            ("MED", ["year", "numeric", "month", "short", "day", "numeric"]),
            ("MED_WITH_WEEKDAY", ["year", "numeric", "month", "short", "day", "numeric", "weekday", "short"]),
            ("FULL", ["year", "numeric", "month", "long", "day", "numeric", "luxonPreset", "true"]),
            ("HUGE", ["year", "numeric", "month", "long", "day", "numeric", "weekday", "long", "luxonPreset", "true"]),
        ];
        string[] minutes = ["hour", "numeric", "minute", "numeric"];
        string[] seconds = [.. minutes, "second", "numeric"];
        foreach (var (name, fields) in dates)
        {
            Add("DATE_" + name, fields);
            if (name is "FULL" or "HUGE")
            {
                string[] zone = ["timeZoneName", name == "FULL" ? "short" : "long"];
                Add("DATETIME_" + name, [.. fields, .. minutes, .. zone]);
                Add("DATETIME_" + name + "_WITH_SECONDS", [.. fields, .. seconds, .. zone]);
                continue;
            }

            Add("DATETIME_" + name, [.. fields, .. minutes]);
            if (name != "MED_WITH_WEEKDAY") Add("DATETIME_" + name + "_WITH_SECONDS", [.. fields, .. seconds]);
        }

        Add("TIME_SIMPLE", minutes);
        Add("TIME_WITH_SECONDS", seconds);
        Add("TIME_WITH_SHORT_OFFSET", [.. seconds, "timeZoneName", "short"]);
        Add("TIME_WITH_LONG_OFFSET", [.. seconds, "timeZoneName", "long"]);
        Add("TIME_24_SIMPLE", [.. minutes, "hourCycle", "h23"]);
        Add("TIME_24_WITH_SECONDS", [.. seconds, "hourCycle", "h23"]);
        Add("TIME_24_WITH_SHORT_OFFSET", [.. seconds, "hourCycle", "h23", "timeZoneName", "short"]);
        Add("TIME_24_WITH_LONG_OFFSET", [.. seconds, "hourCycle", "h23", "timeZoneName", "long"]);
        return presets;

        void Add(string name, string[] fields)
        {
            var preset = new JsObject();
            for (var i = 0; i < fields.Length; i += 2) preset.Set(fields[i], fields[i + 1]);
            presets[name] = preset;
        }
    }
}
