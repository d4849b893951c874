using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>W3C Trace Context, level 1: <c>traceparent</c>, and <c>tracestate</c>, which is passed on only beside a traceparent that was understood.</summary>
internal sealed class W3CFormat : TraceFormat
{
    private const int KnownLength = 55;

    public override string LogKey => "w3c";

    public override TraceHeaders? Read(IHeaderDictionary headers)
    {
        if (TraceText.Single(headers, "traceparent") is not { } field) return null;
        return Parse(field.AsSpan().Trim(" \t"));
    }

    public override void Write(IHeaderDictionary headers, TraceHeaders trace)
    {
        if (trace.TraceId is null || trace.SpanId is not { } span) return;
        var state = headers.TraceState;
        if (state.Count > 0)
        {
            // The state belongs to the trace that the client's traceparent names, and to no other.
            var kept = Read(headers) is { } caller && caller.TraceId == trace.TraceId ? TraceState.Combine(state) : null;
            if (kept is null) headers.Remove("tracestate");
            else headers.TraceState = kept;
        }

        headers.TraceParent = $"00-{Hex(trace, 16)}-{Hex(span)}-{(trace.Sampled == true ? "01" : "00")}";
    }

    public override string Show(TraceHeaders trace) => trace.TraceId is null ? "" : Hex(trace, 16);

    /// <summary><c>version-trace-parent-flags</c>; later versions may have more behind another dash, and are read as far as this one goes.</summary>
    private static TraceHeaders? Parse(ReadOnlySpan<char> field)
    {
        if (field.Length < KnownLength || field[2] != '-' || field[35] != '-' || field[52] != '-') return null;
        if (!IsLowerHex(field[..2]) || !IsLowerHex(field[3..35]) || !IsLowerHex(field[36..52]) || !IsLowerHex(field[53..55])) return null;
        var version = field[..2];
        if (version is "ff") return null;
        if (field.Length > KnownLength && (version is "00" || field[KnownLength] != '-')) return null;
        var trace = TraceText.Id128(field[3..35])!.Value;
        var parent = TraceText.Id64(field[36..52])!.Value;
        if (trace == 0 || parent == 0) return null;
        return new TraceHeaders { TraceId = trace, TraceIdBytes = 16, SpanId = parent, Sampled = (TraceText.Id64(field[53..55]) & 1) == 1 };
    }

    private static bool IsLowerHex(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        return true;
    }
}
