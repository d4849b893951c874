using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>Jaeger's <c>uber-trace-id</c>, <c>trace:span:parent:flags</c>, with baggage in <c>uberctx-</c> fields.</summary>
internal sealed class JaegerFormat : TraceFormat
{
    public override string LogKey => "jaeger";

    public override TraceHeaders? Read(IHeaderDictionary headers)
    {
        if (TraceText.Single(headers, "uber-trace-id") is not { } field) return null;
        var parts = field.Split(':');
        if (parts.Length != 4 || !Array.TrueForAll(parts, p => TraceText.IsHex(p)) || parts[3].Length > 2) return null;
        if (TraceText.Id128(parts[0]) is not { } trace || trace == 0 || TraceText.Id64(parts[1]) is not { } span || span == 0) return null;
        return new TraceHeaders
        {
            TraceId = trace,
            TraceIdBytes = (parts[0].Length + 1) / 2,
            SpanId = span,
            ParentId = TraceText.Id64(parts[2].Length > 16 ? parts[2].AsSpan(parts[2].Length - 16) : parts[2]),
            SharesSpan = true,
            Sampled = (TraceText.Id64(parts[3]) & 1) == 1,
            Baggage = TraceText.Baggage(headers, "uberctx-"),
        };
    }

    public override void Write(IHeaderDictionary headers, TraceHeaders trace)
    {
        if (trace.TraceId is null || trace.SpanId is not { } span) return;
        var parent = trace.ParentId is { } id ? Hex(id) : "0";
        headers["uber-trace-id"] = $"{Hex(trace, 16, 8)}:{Hex(span)}:{parent}:{(trace.Sampled == true ? "01" : "00")}";
        TraceText.WriteBaggage(headers, "uberctx-", trace);
    }

    public override string Show(TraceHeaders trace) => trace.TraceId is null ? "" : Hex(trace, 16, 8);
}
