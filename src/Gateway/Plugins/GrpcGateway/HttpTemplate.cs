
using Sluice.Foundation.Protobuf;

namespace Sluice.Gateway.Plugins.GrpcGateway;

/// <summary>A path template of <c>google.api.http</c>: <c>/v1/{name=shelves/*}/books/**:publish</c>.</summary>
internal sealed class HttpTemplate
{
    private readonly List<Segment> segments = [];
    private readonly List<(string Field, int From, int To)> variables = [];
    private readonly string? verb;

    /// <exception cref="ProtoFormatException">The template breaks the rules.</exception>
    public HttpTemplate(string template)
    {
        var text = template;
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf('/') && colon > text.LastIndexOf('}'))
        {
            verb = text[(colon + 1)..];
            text = text[..colon];
        }

        if (!text.StartsWith('/')) throw new ProtoFormatException($"'{template}' does not begin with /");
        for (var i = 1; i <= text.Length;)
        {
            if (i < text.Length && text[i] == '{')
            {
                var end = text.IndexOf('}', i);
                if (end < 0) throw new ProtoFormatException($"'{template}' has a brace that does not end");
                var (field, pattern) = text[(i + 1)..end].Split('=', 2) is [var f, var p] ? (f, p) : (text[(i + 1)..end], "*");
                var from = segments.Count;
                foreach (var part in pattern.Split('/')) AddSegment(part);
                variables.Add((field, from, segments.Count));
                i = end + 2;
            }
            else
            {
                var end = text.IndexOf('/', i) is >= 0 and var slash ? slash : text.Length;
                AddSegment(text[i..end]);
                i = end + 1;
            }
        }
    }

    /// <summary>The values of its variables in <paramref name="path"/>, or null when it does not match.</summary>
    public List<KeyValuePair<string, string>>? Match(string path)
    {
        if (verb is not null)
        {
            if (!path.EndsWith(":" + verb, StringComparison.Ordinal)) return null;
            path = path[..^(verb.Length + 1)];
        }

        if (!path.StartsWith('/')) return null;
        var parts = path[1..].Split('/');
        var ends = new int[segments.Count + 1];
        if (!Match(parts, 0, 0, ends)) return null;
        var values = new List<KeyValuePair<string, string>>();
        foreach (var (field, from, to) in variables)
        {
            // In a variable of several segments an escaped slash is not one that divides them, and stays escaped (google/api/http.proto).
            var several = to - from > 1 || segments[from].Kind == Kind.Many;
            values.Add(new(field, string.Join('/', parts[ends[from]..ends[to]].Select(p => Uri.UnescapeDataString(several ? p.Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase) : p)))));
        }

        return values;
    }

    private void AddSegment(string text) => segments.Add(new Segment(text, text switch { "*" => Kind.One, "**" => Kind.Many, _ => Kind.Literal }));

    private bool Match(string[] parts, int segment, int part, int[] begins)
    {
        begins[segment] = part;
        if (segment == segments.Count) return part == parts.Length;
        var (text, kind) = segments[segment];
        if (kind == Kind.Many)
        {
            // Google allows ** only as the last one; here it takes as much as leaves enough for what follows.
            for (var end = parts.Length - (segments.Count - segment - 1); end >= part; end--)
                if (Match(parts, segment + 1, end, begins)) return Fix(segment, part, begins);
            return false;
        }

        if (part >= parts.Length) return false;
        if (kind == Kind.Literal ? parts[part] != text : parts[part].Length == 0) return false;
        return Match(parts, segment + 1, part + 1, begins) && Fix(segment, part, begins);
    }

    private static bool Fix(int segment, int part, int[] begins)
    {
        begins[segment] = part;
        return true;
    }

    private enum Kind { Literal, One, Many }

    private readonly record struct Segment(string Text, Kind Kind);
}
