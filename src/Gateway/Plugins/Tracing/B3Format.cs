using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>Zipkin's B3: the field <c>b3</c>, or several <c>X-B3-</c> fields; read both, what the one does not say taken from the others.</summary>
/// <param name="single">Write the one field.</param>
internal sealed class B3Format(bool single) : TraceFormat
{
    private static readonly string[] Fields = ["x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"];

    public override string LogKey => "b3";

    public override TraceHeaders? Read(IHeaderDictionary headers)
    {
        var one = SingleField(headers);
        if (one is null && !Array.Exists(Fields, headers.ContainsKey)) return null;
        var (trace, span, parent, sampled, flags) = one is null ? default : ReadSingle(one);
        var several = ReadSeveral(headers);
        trace ??= several.Trace;
        span ??= several.Span;
        parent ??= several.Parent;
        if (trace is null) (span, parent) = (null, null);
        return new TraceHeaders
        {
            TraceId = trace is null ? null : TraceText.Id128(trace),
            TraceIdBytes = trace is null ? 0 : trace.Length / 2,
            SpanId = span is null ? null : TraceText.Id64(span),
            ParentId = parent is null ? null : TraceText.Id64(parent),
            SharesSpan = true,
            Sampled = sampled ?? several.Sampled,
            Flags = flags ?? several.Flags,
            SingleField = one is not null,
        };
    }

    public override void Write(IHeaderDictionary headers, TraceHeaders trace)
    {
        if (single) headers["b3"] = WriteSingle(trace);
        else WriteSeveral(headers, trace);
    }

    public override string Show(TraceHeaders trace) => trace.TraceId is null ? "" : Hex(trace, 16, 8);

    /// <summary>The field, or what <c>tracestate</c> carries in its place.</summary>
    private static string? SingleField(IHeaderDictionary headers)
    {
        if (headers["b3"] is [{ Length: > 0 } field]) return field;
        foreach (var line in headers.TraceState)
            if (line is not null && line.Length > 3 && line.StartsWith("b3=", StringComparison.Ordinal))
                return line[3..];
        return null;
    }

    /// <summary><c>trace-span</c>, <c>trace-span-sampled</c>, <c>trace-span-sampled-parent</c>, or only the decision.</summary>
    private static Parts ReadSingle(string field)
    {
        if (field is "0" or "1" or "d") return new(null, null, null, field != "0", field == "d" ? "1" : null);
        var parts = field.Split('-');
        if (parts.Length is < 2 or > 4 || parts[0].Length is not (16 or 32) || !TraceText.IsHex(parts[0])) return default;
        if (parts[1].Length != 16 || !TraceText.IsHex(parts[1])) return default;
        var sampled = parts.Length > 2 && parts[2] is "0" or "1" or "d" ? parts[2] : "";
        var parent = parts.Length == 4 ? parts[3] : parts.Length == 3 && sampled.Length == 0 ? parts[2] : "";
        if (parent.Length != 0 && (parent.Length != 16 || !TraceText.IsHex(parent))) return default;
        return new(parts[0], parts[1], parent.Length == 0 ? null : parent, sampled.Length == 0 ? null : sampled != "0", sampled == "d" ? "1" : null);
    }

    private static Parts ReadSeveral(IHeaderDictionary headers)
    {
        var flags = TraceText.Single(headers, "x-b3-flags");
        var sampled = flags == "1" ? true : TraceText.Decision(TraceText.Single(headers, "x-b3-sampled"));
        var valid = true;
        var trace = Id("x-b3-traceid", 32);
        var span = Id("x-b3-spanid", 16);
        var parent = Id("x-b3-parentspanid", 16);
        return valid ? new(trace, span, parent, sampled, flags) : new(null, null, null, sampled, flags);

        string? Id(string name, int longest)
        {
            if (!headers.ContainsKey(name)) return null;
            var id = TraceText.Single(headers, name);
            if (id is not null && (id.Length == 16 || id.Length == longest) && TraceText.IsHex(id)) return id;
            valid = false;
            return null;
        }
    }

    private static string WriteSingle(TraceHeaders trace)
    {
        var sampled = trace.Flags == "1" ? "d" : trace.Sampled switch { true => "1", false => "0", null => null };
        if (trace.TraceId is null || trace.SpanId is not { } span) return sampled ?? "0";
        return $"{Hex(trace, 16, 8)}-{Hex(span)}{(sampled is null ? "" : $"-{sampled}")}{(trace.ParentId is { } parent ? $"-{Hex(parent)}" : "")}";
    }

    private static void WriteSeveral(IHeaderDictionary headers, TraceHeaders trace)
    {
        if (trace.TraceId is not null && trace.SpanId is { } span)
        {
            headers["x-b3-traceid"] = Hex(trace, 16, 8);
            headers["x-b3-spanid"] = Hex(span);
            if (trace.ParentId is { } parent) headers["x-b3-parentspanid"] = Hex(parent);
        }

        if (trace.Flags is { } flags) headers["x-b3-flags"] = flags;
        else headers["x-b3-sampled"] = trace.Sampled == true ? "1" : "0";
    }

    private readonly record struct Parts(string? Trace, string? Span, string? Parent, bool? Sampled, string? Flags);
}
