using Sluice.Foundation.Schema;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.Authorization;

/// <summary>
/// A pattern for paths, segment by segment: a text, <c>*</c> for any one segment, <c>**</c> at the end for any rest (also none),
/// <c>{claim:NAME}</c> for what is claimed of the caller, <c>{consumer}</c> for the consumer's username. Segments are compared decoded; empty ones
/// do not count, so that <c>/a//b/</c> is <c>/a/b</c>.
/// </summary>
internal sealed class PathPattern
{
    private readonly Segment[] segments;
    private readonly bool openEnd;

    /// <param name="pattern">One that <see cref="Refuse"/> finds nothing wrong with.</param>
    public PathPattern(string pattern)
    {
        var parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        openEnd = parts is [.., "**"];
        segments = [.. (openEnd ? parts[..^1] : parts).Select(Segment.Read)];
    }

    /// <summary>Why <paramref name="pattern"/> is none; null when it is one.</summary>
    public static string? Refuse(string pattern)
    {
        if (!pattern.StartsWith('/')) return "a path pattern starts with /";
        var parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] is "**" && i < parts.Length - 1) return "** stands at the end of a path pattern";
            if (parts[i] is "*" or "**" || Segment.Read(parts[i]).Kind != SegmentKind.Text) continue;
            if (parts[i].AsSpan().ContainsAny('*', '{', '}')) return $"'{parts[i]}' must be a text, *, **, {{consumer}} or {{claim:NAME}}";
        }

        return null;
    }

    /// <summary>Whether <paramref name="path"/> (as <see cref="Exchange.Path"/> has it) is one of those meant.</summary>
    public bool Matches(Exchange exchange, ReadOnlySpan<char> path)
    {
        var at = 0;
        foreach (var range in path.Split('/'))
        {
            var segment = path[range];
            if (segment.IsEmpty) continue;
            if (at == segments.Length) return openEnd;
            if (!segments[at++].Matches(exchange, segment)) return false;
        }

        return at == segments.Length;
    }

    /// <summary>Whether an upstream may take the path apart differently than it is done here: it has backslashes, semicolons, or slashes, NULs or percent signs in encoded form.</summary>
    public static bool IsAmbiguous(ReadOnlySpan<char> path)
    {
        for (var at = path.IndexOf('%'); at >= 0;)
        {
            if (path[at..].StartsWith("%2F", StringComparison.OrdinalIgnoreCase) || path[at..].StartsWith("%5C", StringComparison.OrdinalIgnoreCase)
                || path[at..].StartsWith("%3B", StringComparison.OrdinalIgnoreCase) || path[at..].StartsWith("%00", StringComparison.Ordinal) || path[at..].StartsWith("%25", StringComparison.Ordinal)) return true;
            var next = path[(at + 1)..].IndexOf('%');
            at = next < 0 ? -1 : at + 1 + next;
        }

        // Some upstreams take what follows a semicolon for a parameter of the segment, and leave it out: /a/..;/b is /b to them.
        return path.ContainsAny('\\', ';');
    }

    private enum SegmentKind { Text, Any, Claim, Consumer }

    private readonly record struct Segment(SegmentKind Kind, string Text, string[] Claim)
    {
        public static Segment Read(string part)
        {
            if (part is "*") return new(SegmentKind.Any, part, []);
            if (part is "{consumer}") return new(SegmentKind.Consumer, part, []);
            return part.StartsWith("{claim:", StringComparison.Ordinal) && part.Length > "{claim:}".Length && part.EndsWith('}')
                ? new(SegmentKind.Claim, part, part["{claim:".Length..^1].Split('.'))
                : new(SegmentKind.Text, Uri.UnescapeDataString(part), []);
        }

        public bool Matches(Exchange exchange, ReadOnlySpan<char> segment)
        {
            if (Kind == SegmentKind.Any) return true;
            var expected = Kind switch
            {
                SegmentKind.Claim => AuthenticatedClaims.Of(exchange)?.Text(Claim),
                SegmentKind.Consumer => exchange.Consumer?.Config.Username,
                _ => Text,
            };
            if (string.IsNullOrEmpty(expected)) return false;
            return segment.Contains('%') ? Uri.UnescapeDataString(segment).Equals(expected, StringComparison.Ordinal) : segment.SequenceEqual(expected);
        }
    }
}

/// <summary>A pattern for paths.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PathPatternAttribute : RuleAttribute
{
    public override string? Refuse(string value) => PathPattern.Refuse(value);
}
