using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>Reads the trace that a request belongs to and writes it for the upstream, in the formats that are configured.</summary>
internal sealed class Propagation
{
    private static readonly string[] EveryFormat = ["b3", "w3c", "jaeger", "ot", "datadog", "aws", "gcp"];

    private static readonly PluginSlot<List<KeyValuePair<string, string>>> Shown = new();

    private readonly (string Name, TraceFormat Format)[] extract;
    private readonly string[] clear;
    private readonly string[] inject;
    private readonly string usual;

    /// <param name="config">What is configured.</param>
    /// <param name="fallback">The default of <c>default_format</c>.</param>
    /// <param name="headerType">The plugin's older <c>header_type</c>: it counts where <paramref name="config"/> has only a default.</param>
    /// <param name="defaultHeaderType">The plugin's older <c>default_header_type</c>; as before.</param>
    public Propagation(PropagationConfig config, string fallback, string? headerType, string? defaultHeaderType)
    {
        usual = config.DefaultFormat ?? fallback;
        var (read, written) = (config.Extract, config.Inject);
        if (read is null && written is null && config.Clear is null)
        {
            usual = defaultHeaderType ?? usual;
            (read, written) = headerType switch
            {
                null => (null, null),
                "preserve" => (EveryFormat, ["preserve"]),
                "ignore" => (null, [usual]),
                _ => (EveryFormat, (string[])["preserve", headerType]),
            };
        }

        extract = [.. (read ?? []).Select(name => (name, TraceFormat.All[name]))];
        inject = [.. written ?? []];
        clear = [.. config.Clear ?? []];
    }

    /// <summary>The trace id in the formats that were written upstream, for log entries; null without any.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? IdsOf(Exchange exchange) => Shown.Get(exchange);

    /// <summary>The trace of the caller, and the format that it came in; null when there is none.</summary>
    public (TraceHeaders? Trace, string? Format) Extract(IHeaderDictionary headers)
    {
        foreach (var (name, format) in extract)
            if (format.Read(headers) is { } trace)
                return (trace, name);
        return default;
    }

    /// <summary>Takes out and writes the fields that the upstream gets.</summary>
    /// <param name="exchange">Whose request they are in.</param>
    /// <param name="trace">What they are to say.</param>
    /// <param name="format">The format that the trace came in, if any.</param>
    public void Inject(Exchange exchange, TraceHeaders trace, string? format)
    {
        var headers = exchange.Request.Headers;
        foreach (var name in clear) headers.Remove(name);
        var shown = Shown.Get(exchange);
        foreach (var wanted in inject)
        {
            var name = wanted != "preserve" ? wanted : format ?? usual;
            if (wanted == "preserve" && name == "b3" && trace.SingleField) name = "b3-single";
            var writer = TraceFormat.All[name];
            writer.Write(headers, trace);
            if (shown is null) Shown.Set(exchange, shown = []);
            shown.RemoveAll(s => s.Key == writer.LogKey);
            shown.Add(new(writer.LogKey, writer.Show(trace)));
        }
    }
}
