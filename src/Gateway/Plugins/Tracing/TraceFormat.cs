using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>A way to write a trace into header fields.</summary>
internal abstract class TraceFormat
{
    /// <summary>By Kong's names.</summary>
    public static IReadOnlyDictionary<string, TraceFormat> All { get; } = new Dictionary<string, TraceFormat>(StringComparer.Ordinal)
    {
        ["w3c"] = new W3CFormat(),
        ["b3"] = new B3Format(single: false),
        ["b3-single"] = new B3Format(single: true),
        ["jaeger"] = new JaegerFormat(),
        ["ot"] = new OpenTracingFormat(),
        ["datadog"] = new DatadogFormat(),
        ["aws"] = new AwsFormat(),
        ["gcp"] = new GcpFormat(),
    };

    /// <summary>The key under which log entries show the trace id.</summary>
    public abstract string LogKey { get; }

    /// <summary>What the fields say; null when there are none of this format or they cannot be understood.</summary>
    public abstract TraceHeaders? Read(IHeaderDictionary headers);

    /// <summary>Writes the fields. Formats that need both ids write nothing without them.</summary>
    public abstract void Write(IHeaderDictionary headers, TraceHeaders trace);

    /// <summary>The trace id as this format shows it; empty without one.</summary>
    public abstract string Show(TraceHeaders trace);

    /// <summary>The trace id in hex, in its original size where that is one of the two this format knows.</summary>
    protected static string Hex(TraceHeaders trace, int usual, int other = 0)
    {
        var bytes = trace.TraceIdBytes == other && other != 0 ? other : usual;
        return bytes == 8 ? Hex((ulong)trace.TraceId!.Value) : trace.TraceId!.Value.ToString("x32", null);
    }

    protected static string Hex(ulong id) => id.ToString("x16", null);
}
