using System.Globalization;
using Sluice.Gateway.Routing.Matching;

namespace Sluice.Gateway.Routing.Expressions;

/// <summary>What an expression can look at.</summary>
internal enum FieldKind : byte
{
    Method, Host, Path, Protocol, Sni, Segment, Header, Query,
    SegmentCount, SourcePort, DestinationPort,
    SourceAddress, DestinationAddress,
}

internal enum FieldType : byte { Text, Integer, Address }

/// <summary>A field as an expression names it.</summary>
/// <param name="Header">For <c>http.headers.*</c>.</param>
/// <param name="Query">For <c>http.queries.*</c>.</param>
/// <param name="From">The first segment of <c>http.path.segments.*</c>, from 0.</param>
/// <param name="To">The last one; the same for a single segment.</param>
internal sealed record ExpressionField(string Name, FieldKind Kind, RequestHeader Header = default, string Query = "", int From = 0, int To = 0)
{
    private const string Headers = "http.headers.";
    private const string Queries = "http.queries.";
    private const string Segments = "http.path.segments.";

    public FieldType Type => Kind switch
    {
        FieldKind.SegmentCount or FieldKind.SourcePort or FieldKind.DestinationPort => FieldType.Integer,
        FieldKind.SourceAddress or FieldKind.DestinationAddress => FieldType.Address,
        _ => FieldType.Text,
    };

    /// <summary>The field of this name; null when there is none.</summary>
    public static ExpressionField? Find(string name)
    {
        var kind = name switch
        {
            "http.method" => FieldKind.Method,
            "http.host" => FieldKind.Host,
            "http.path" => FieldKind.Path,
            "http.path.segments.len" => FieldKind.SegmentCount,
            "net.protocol" => FieldKind.Protocol,
            "tls.sni" => FieldKind.Sni,
            "net.src.ip" => FieldKind.SourceAddress,
            "net.src.port" => FieldKind.SourcePort,
            "net.dst.ip" => FieldKind.DestinationAddress,
            "net.dst.port" or "net.port" => FieldKind.DestinationPort,
            _ => (FieldKind?)null,
        };
        if (kind is { } found) return new(name, found);
        if (name.StartsWith(Headers, StringComparison.Ordinal) && name.Length > Headers.Length)
            return new(name, FieldKind.Header, Header: RequestHeader.Canonical(name[Headers.Length..]));
        if (name.StartsWith(Queries, StringComparison.Ordinal) && name.Length > Queries.Length)
            return new(name, FieldKind.Query, Query: name[Queries.Length..]);
        return name.StartsWith(Segments, StringComparison.Ordinal) ? FindSegments(name) : null;
    }

    private static ExpressionField? FindSegments(string name)
    {
        var range = name.AsSpan(Segments.Length);
        var bar = range.IndexOf('_');
        if (!TryIndex(bar < 0 ? range : range[..bar], out var from)) return null;
        var to = from;
        if (bar >= 0 && (!TryIndex(range[(bar + 1)..], out to) || to <= from)) return null;
        return new(name, FieldKind.Segment, From: from, To: to);
    }

    private static bool TryIndex(ReadOnlySpan<char> digits, out int index) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
