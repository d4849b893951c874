namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>What header fields say, or are to say, of the trace that a request belongs to.</summary>
internal sealed record TraceHeaders
{
    /// <summary>Null when it is not known.</summary>
    public UInt128? TraceId { get; init; }

    /// <summary>How many bytes the trace id had as it came; 0 when it was made here. Formats that know two sizes keep it.</summary>
    public int TraceIdBytes { get; init; }

    /// <summary>The span of the sender; or, where <see cref="SharesSpan"/>, the span that sender and receiver share.</summary>
    public ulong? SpanId { get; init; }

    /// <summary>The parent of <see cref="SpanId"/>, in formats that tell it.</summary>
    public ulong? ParentId { get; init; }

    /// <summary>The format has sender and receiver share one span.</summary>
    public bool SharesSpan { get; init; }

    /// <summary>Whether the trace is recorded; null when nobody has decided.</summary>
    public bool? Sampled { get; init; }

    /// <summary>X-B3-Flags as it came; <c>1</c> asks for debugging.</summary>
    public string? Flags { get; init; }

    /// <summary>B3 came in its one field.</summary>
    public bool SingleField { get; init; }

    /// <summary>What travels along with the trace, in formats that have it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Baggage { get; init; } = [];
}
