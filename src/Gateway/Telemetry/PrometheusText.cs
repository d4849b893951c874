using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// Writes the Prometheus text format, version 0.0.4. Several sources may add to one family; its samples come out together, as the format asks.
/// </summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Dictionary<string, StringBuilder> byName = new(StringComparer.Ordinal);
    private readonly List<StringBuilder> families = [];
    private readonly Dictionary<(StringBuilder Family, string Sample), double> sums = [];
    private StringBuilder text = new();

    /// <summary>Begins a family or goes on with it; its samples follow.</summary>
    public PrometheusText Family(string name, string type, string help)
    {
        if (byName.TryGetValue(name, out var begun))
        {
            text = begun;
            return this;
        }

        text = new StringBuilder();
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        byName[name] = text;
        families.Add(text);
        return this;
    }

    /// <summary>A part of a sample: what several sources say of the same labels is added up.</summary>
    public PrometheusText Part(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var family = text;
        text = new StringBuilder();
        AppendName(name, labels);
        var sample = text.ToString();
        text = family;
        sums[(family, sample)] = sums.GetValueOrDefault((family, sample)) + value;
        return this;
    }

    public PrometheusText Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        AppendName(name, labels);
        return AppendValue(value);
    }

    /// <summary>All samples of one histogram: its buckets, sum and count.</summary>
    /// <param name="scale">What a bound in seconds is multiplied with: 1 for seconds, 1000 for Kong's milliseconds.</param>
    public PrometheusText Histogram(string name, LatencyHistogram histogram, double scale, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        Span<(string, string)> withBound = [.. labels, ("le", "")];
        var bounds = histogram.Bounds;
        long cumulative = 0;
        for (var i = 0; i <= bounds.Count; i++)
        {
            cumulative += histogram.CountIn(i);
            withBound[^1] = ("le", i == bounds.Count ? "+Inf" : Math.Round(bounds[i] * scale, 6).ToString("R", CultureInfo.InvariantCulture));
            Sample($"{name}_bucket", cumulative, withBound);
        }

        return Sample($"{name}_sum", histogram.SumSeconds * scale, labels).Sample($"{name}_count", cumulative, labels);
    }

    public override string ToString()
    {
        foreach (var ((family, sample), value) in sums)
        {
            text = family;
            text.Append(sample);
            AppendValue(value);
        }

        sums.Clear();
        var all = new StringBuilder();
        foreach (var family in families) all.Append(family);
        return all.ToString();
    }

    private void AppendName(string name, ReadOnlySpan<(string Name, string Value)> labels)
    {
        text.Append(name);
        if (labels.Length == 0) return;
        text.Append('{');
        for (var i = 0; i < labels.Length; i++)
        {
            if (i > 0) text.Append(',');
            text.Append(labels[i].Name).Append("=\"");
            AppendEscaped(labels[i].Value);
            text.Append('"');
        }

        text.Append('}');
    }

    private PrometheusText AppendValue(double value)
    {
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        return this;
    }

    private void AppendEscaped(string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                _ => text.Append(c),
            };
        }
    }
}
