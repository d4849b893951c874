using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>Google Cloud's <c>X-Cloud-Trace-Context</c>: <c>trace/span;o=1</c>, the span in decimal.</summary>
internal sealed class GcpFormat : TraceFormat
{
    public override string LogKey => "gcp";

    public override TraceHeaders? Read(IHeaderDictionary headers)
    {
        if (TraceText.Single(headers, "x-cloud-trace-context") is not { } field) return null;
        var rest = field.AsSpan();
        if (rest.Length < 34 || rest[32] != '/' || rest[..32].ContainsAnyInRange('A', 'F') || TraceText.Id128(rest[..32]) is not { } trace) return null;
        rest = rest[33..];
        var sampled = false;
        if (rest.IndexOf(';') is >= 0 and var end)
        {
            if (rest.Length != end + 4 || !rest[end..].StartsWith(";o=") || !char.IsAsciiDigit(rest[^1])) return null;
            sampled = rest[^1] == '1';
            rest = rest[..end];
        }

        if (rest.Length > 20 || TraceText.Decimal64(rest) is not { } span) return null;
        return new TraceHeaders { TraceId = trace, TraceIdBytes = 16, SpanId = span, Sampled = sampled };
    }

    public override void Write(IHeaderDictionary headers, TraceHeaders trace)
    {
        if (trace.TraceId is null || trace.SpanId is not { } span) return;
        headers["x-cloud-trace-context"] = string.Create(
            CultureInfo.InvariantCulture, $"{Hex(trace, 16)}/{span};o={(trace.Sampled == true ? 1 : 0)}");
    }

    public override string Show(TraceHeaders trace) => trace.TraceId is null ? "" : Hex(trace, 16);
}
