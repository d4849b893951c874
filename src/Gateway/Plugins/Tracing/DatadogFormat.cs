using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>Datadog's <c>x-datadog-</c> fields: decimal numbers of 64 bits.</summary>
internal sealed class DatadogFormat : TraceFormat
{
    public override string LogKey => "datadog";

    public override TraceHeaders? Read(IHeaderDictionary headers)
    {
        if (!headers.ContainsKey("x-datadog-trace-id") && !headers.ContainsKey("x-datadog-parent-id") && !headers.ContainsKey("x-datadog-sampling-priority")) return null;
        bool? sampled = null;
        if (headers.ContainsKey("x-datadog-sampling-priority"))
        {
            sampled = TraceText.Single(headers, "x-datadog-sampling-priority") switch { "1" or "2" => true, "0" or "-1" => false, _ => null };
            if (sampled is null) return null;
        }

        var trace = Number("x-datadog-trace-id");
        return new TraceHeaders
        {
            TraceId = trace,
            TraceIdBytes = trace is null ? 0 : 8,
            SpanId = trace is null ? null : Number("x-datadog-parent-id"),
            Sampled = sampled,
        };

        ulong? Number(string name) => TraceText.Single(headers, name) is { } text ? TraceText.Decimal64(text.AsSpan().Trim()) : null;
    }

    public override void Write(IHeaderDictionary headers, TraceHeaders trace)
    {
        if (trace.TraceId is not null) headers["x-datadog-trace-id"] = Show(trace);
        if (trace.SpanId is { } span) headers["x-datadog-parent-id"] = span.ToString(CultureInfo.InvariantCulture);
        if (trace.Sampled is { } sampled) headers["x-datadog-sampling-priority"] = sampled ? "1" : "0";
    }

    public override string Show(TraceHeaders trace) => trace.TraceId is { } id ? ((ulong)id).ToString(CultureInfo.InvariantCulture) : "";
}
