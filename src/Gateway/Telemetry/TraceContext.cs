using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// The trace that a request belongs to, as its sender says: W3C Trace Context (traceparent, tracestate), or Zipkin's B3 in one field or several.
/// What cannot be read counts as absent, as the specifications ask.
/// </summary>
internal static class TraceContext
{
    /// <summary>The context of the caller; false when there is none.</summary>
    public static bool TryRead(IHeaderDictionary headers, out ActivityContext context)
    {
        if (headers.TraceParent is [{ } parent]
            && ActivityContext.TryParse(parent, headers.TraceState.Count > 0 ? headers.TraceState.ToString() : null, isRemote: true, out context)) return true;
        if (headers["b3"] is [{ } single] && TryParseB3(single, out context)) return true;
        return TryReadB3Fields(headers, out context);
    }

    /// <summary>The trace id of a W3C <c>traceparent</c> of the known version, without making anything; empty when there is none.</summary>
    public static ReadOnlySpan<char> TraceIdOf(IHeaderDictionary headers) =>
        headers.TraceParent is [{ Length: 55 } parent] && parent.StartsWith("00-", StringComparison.Ordinal) && IsLowerHex(parent.AsSpan(3, 32))
            ? parent.AsSpan(3, 32)
            : default;

    /// <summary><c>{trace id}-{span id}</c>, with <c>-{sampling}</c> and <c>-{parent span id}</c> after them if any.</summary>
    internal static bool TryParseB3(string value, out ActivityContext context)
    {
        var parts = value.Split('-');
        context = default;
        return parts.Length is >= 2 and <= 4 && TryBuild(parts[0], parts[1], parts.Length > 2 ? parts[2] : null, out context);
    }

    private static bool TryReadB3Fields(IHeaderDictionary headers, out ActivityContext context)
    {
        context = default;
        if (headers["X-B3-TraceId"] is not [{ } trace] || headers["X-B3-SpanId"] is not [{ } span]) return false;
        string? sampled = headers["X-B3-Flags"] is ["1"] ? "d" : headers["X-B3-Sampled"];
        return TryBuild(trace, span, sampled, out context);
    }

    private static bool TryBuild(string trace, string span, string? sampled, out ActivityContext context)
    {
        context = default;
        if (trace.Length == 16) trace = "0000000000000000" + trace;
        if (trace.Length != 32 || span.Length != 16 || !IsLowerHex(trace) || !IsLowerHex(span)) return false;
        if (trace.AsSpan().TrimStart('0').IsEmpty || span.AsSpan().TrimStart('0').IsEmpty) return false;
        var flags = sampled is "0" or "false" ? ActivityTraceFlags.None : ActivityTraceFlags.Recorded;
        context = new ActivityContext(
            ActivityTraceId.CreateFromString(trace), ActivitySpanId.CreateFromString(span), flags, traceState: null, isRemote: true);
        return true;
    }

    private static bool IsLowerHex(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        return true;
    }
}
