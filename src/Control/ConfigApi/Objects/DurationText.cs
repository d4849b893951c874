using System.Globalization;
using System.Text.Json.Nodes;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>Durations in words: <c>30s</c>, <c>500ms</c>, <c>1m30s</c>. The stored objects have numbers of milliseconds.</summary>
internal static class DurationText
{
    /// <summary>Milliseconds; null for what is no duration.</summary>
    public static long? Parse(string text)
    {
        double sum = 0;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            rest = rest[digits..];
            var letters = rest.IndexOfAny("0123456789.");
            var unit = letters < 0 ? rest : rest[..letters];
            rest = rest[unit.Length..];
            sum += number * unit switch { "ms" => 1, "s" => 1000, "m" => 60_000, "h" => 3_600_000, _ => double.NaN };
        }
        return text.Length > 0 && double.IsFinite(sum) && sum <= int.MaxValue && sum == Math.Floor(sum) ? (long)sum : null;
    }

    public static string Show(long milliseconds) =>
        milliseconds % 1000 == 0 ? (milliseconds / 1000).ToString(CultureInfo.InvariantCulture) + "s" : milliseconds.ToString(CultureInfo.InvariantCulture) + "ms";

    /// <summary>A short field that is a stored record whose <paramref name="durations"/> are in words; numbers of milliseconds are taken, too.</summary>
    public static ShortField Field(string name, string field, JsonObject schema, params string[] durations) => new(name, field, schema)
    {
        Read = (value, _) =>
        {
            if (value is not JsonObject given)
                return ShortValue.Wrong("expected an object");
            var full = given.DeepClone().AsObject();
            foreach (var duration in durations)
            {
                if (full[duration] is not JsonValue text || !text.TryGetValue<string>(out var words))
                    continue;
                if (Parse(words) is not { } milliseconds)
                    return ShortValue.Wrong("expected a duration such as 30s or 500ms", duration);
                full[duration] = milliseconds;
            }
            return new ShortValue(full);
        },
        Show = (stored, _) =>
        {
            if (stored[field] is not JsonObject full)
                return null;
            var shown = full.DeepClone().AsObject();
            foreach (var duration in durations)
                if (shown[duration] is JsonValue number && number.TryGetValue<long>(out var milliseconds))
                    shown[duration] = Show(milliseconds);
            return shown;
        },
    };
}
