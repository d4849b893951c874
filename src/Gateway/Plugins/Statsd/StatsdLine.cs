using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Plugins.Statsd;

/// <summary>Writes metrics in the line format of StatsD: <c>name:value|type|@rate</c>, with tags in one of four dialects.</summary>
internal static class StatsdLine
{
    /// <summary>The abbreviation of a type: <c>c</c> for a counter.</summary>
    public static string TypeOf(string type) => type switch
    {
        "gauge" => "g",
        "counter" => "c",
        "timer" => "ms",
        "histogram" => "h",
        "meter" => "m",
        "distribution" => "d",
        _ => "s",
    };

    /// <summary>What is written for a rate: nothing for all of them.</summary>
    public static string RateOf(double? rate) =>
        rate is { } some and not 1 ? string.Create(CultureInfo.InvariantCulture, $"|@{some:G14}") : "";

    /// <summary>Adds a line, after a line end if it is not the first.</summary>
    /// <param name="style">dogstatsd, influxdb, librato or signalfx; null without tags.</param>
    public static void Append(
        StringBuilder lines, string prefix, string name, string value, string type, string rate, string? style = null, IReadOnlyList<(string Name, string Value)>? tags = null)
    {
        if (lines.Length > 0) lines.Append('\n');
        lines.Append(prefix).Append('.').Append(name);
        if (style is null || tags is null)
        {
            lines.Append(':').Append(value).Append('|').Append(type).Append(rate);
            return;
        }

        var separator = style == "dogstatsd" ? ':' : '=';
        var text = string.Join(',', tags.Select(t => $"{t.Name}{separator}{t.Value}"));
        _ = style switch
        {
            "dogstatsd" => lines.Append(':').Append(value).Append('|').Append(type).Append(rate).Append("|#").Append(text),
            "influxdb" => lines.Append(',').Append(text).Append(':').Append(value).Append('|').Append(type).Append(rate),
            "librato" => lines.Append('#').Append(text).Append(':').Append(value).Append('|').Append(type).Append(rate),
            _ => lines.Append('[').Append(text).Append("]:").Append(value).Append('|').Append(type).Append(rate),
        };
    }
}
