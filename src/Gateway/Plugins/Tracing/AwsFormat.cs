using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>AWS X-Ray's <c>X-Amzn-Trace-Id</c>: <c>Root=1-seconds-random;Parent=span;Sampled=1</c>.</summary>
internal sealed class AwsFormat : TraceFormat
{
    public override string LogKey => "aws";

    public override TraceHeaders? Read(IHeaderDictionary headers)
    {
        if (TraceText.Single(headers, "x-amzn-trace-id") is not { } field) return null;
        UInt128? trace = null;
        ulong? parent = null;
        bool? sampled = null;
        foreach (var pair in field.Split(';'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;
            var value = pair.AsSpan(equals + 1).Trim();
            switch (pair.AsSpan(0, equals).Trim())
            {
                case "Root":
                    if (value.Length != 35 || !value.StartsWith("1-") || value[10] != '-') return null;
                    trace = TraceText.Id128($"{value[2..10]}{value[11..]}");
                    if (trace is null) return null;
                    break;
                case "Parent":
                    if (value.Length != 16) return null;
                    parent = TraceText.Id64(value);
                    break;
                case "Sampled":
                    if (value is not ("0" or "1")) return null;
                    sampled = value is "1";
                    break;
            }
        }

        return new TraceHeaders { TraceId = trace, TraceIdBytes = trace is null ? 0 : 16, SpanId = parent, Sampled = sampled };
    }

    public override void Write(IHeaderDictionary headers, TraceHeaders trace)
    {
        if (trace.TraceId is null || trace.SpanId is not { } span) return;
        var id = Hex(trace, 16);
        headers["x-amzn-trace-id"] = $"Root=1-{id.AsSpan(0, 8)}-{id.AsSpan(8)};Parent={Hex(span)};Sampled={(trace.Sampled == true ? "1" : "0")}";
    }

    public override string Show(TraceHeaders trace) => trace.TraceId is null ? "" : Hex(trace, 16);
}
