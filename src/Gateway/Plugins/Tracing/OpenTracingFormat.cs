using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>OpenTracing's <c>ot-tracer-</c> fields, with baggage in <c>ot-baggage-</c> fields.</summary>
internal sealed class OpenTracingFormat : TraceFormat
{
    public override string LogKey => "ot";

    public override TraceHeaders? Read(IHeaderDictionary headers)
    {
        if (!headers.ContainsKey("ot-tracer-sampled") && !headers.ContainsKey("ot-tracer-traceid") && !headers.ContainsKey("ot-tracer-spanid")) return null;
        var trace = TraceText.Single(headers, "ot-tracer-traceid");
        var span = TraceText.Single(headers, "ot-tracer-spanid");
        if (trace is not { Length: 16 or 32 } || !TraceText.IsHex(trace)) (trace, span) = (null, null);
        if (span is not null && (span.Length != 16 || !TraceText.IsHex(span))) (trace, span) = (null, null);
        return new TraceHeaders
        {
            TraceId = trace is null ? null : TraceText.Id128(trace),
            TraceIdBytes = (trace?.Length ?? 0) / 2,
            SpanId = span is null ? null : TraceText.Id64(span),
            Sampled = TraceText.Decision(TraceText.Single(headers, "ot-tracer-sampled")),
            Baggage = TraceText.Baggage(headers, "ot-baggage-"),
        };
    }

    public override void Write(IHeaderDictionary headers, TraceHeaders trace)
    {
        if (trace.TraceId is null || trace.SpanId is not { } span) return;
        headers["ot-tracer-traceid"] = Hex(trace, 8, 16);
        headers["ot-tracer-spanid"] = Hex(span);
        if (trace.Sampled is { } sampled) headers["ot-tracer-sampled"] = sampled ? "1" : "0";
        TraceText.WriteBaggage(headers, "ot-baggage-", trace);
    }

    public override string Show(TraceHeaders trace) => trace.TraceId is null ? "" : Hex(trace, 8, 16);
}
