using System.Text;
using System.Text.RegularExpressions;

namespace Sluice.Gateway.Plugins.OpenApi;

/// <summary>A path of a document, <c>/pets/{id}</c>. Values of parameters hold no slash.</summary>
internal sealed partial class PathTemplate : IComparable<PathTemplate>
{
    private readonly Segment[] segments;

    private PathTemplate(string text, Segment[] segments)
    {
        Text = text;
        this.segments = segments;
    }

    public string Text { get; }

    /// <summary>Null when it is none.</summary>
    public static PathTemplate? Parse(string text)
    {
        if (!text.StartsWith('/')) return null;
        var parts = new List<Segment>();
        foreach (var written in text[1..].Split('/'))
        {
            if (Segment.Parse(written) is not { } segment) return null;
            parts.Add(segment);
        }

        return new PathTemplate(text, [.. parts]);
    }

    public bool TryMatch(ReadOnlySpan<char> path, List<(string Name, string Value)> values)
    {
        values.Clear();
        if (!path.StartsWith('/')) return false;
        var rest = path[1..];
        for (var i = 0; i < segments.Length; i++)
        {
            var slash = rest.IndexOf('/');
            if (slash < 0 != (i == segments.Length - 1)) return false;
            if (!segments[i].TryMatch(slash < 0 ? rest : rest[..slash], values)) return false;
            rest = slash < 0 ? default : rest[(slash + 1)..];
        }

        return true;
    }

    /// <summary>The more concrete comes first, as OpenAPI wants: <c>/pets/mine</c> before <c>/pets/{id}</c>.</summary>
    public int CompareTo(PathTemplate? other)
    {
        for (var i = 0; i < Math.Min(segments.Length, other!.segments.Length); i++)
        {
            var order = segments[i].Vagueness.CompareTo(other.segments[i].Vagueness);
            if (order != 0) return order;
        }

        return other.segments.Length.CompareTo(segments.Length);
    }

    [GeneratedRegex(@"\{([^{}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Parameters();

    /// <param name="Literal">What must stand there, where it holds no parameter.</param>
    /// <param name="Name">The parameter that is the whole of it.</param>
    /// <param name="Mixed">A parameter or several among other text, with their names.</param>
    private sealed record Segment(string? Literal, string? Name, (Regex Pattern, string[] Names)? Mixed)
    {
        public int Vagueness => Literal is not null ? 0 : Name is null ? 1 : 2;

        public static Segment? Parse(string text)
        {
            var found = Parameters().Matches(text);
            if (found.Count == 0) return text.AsSpan().ContainsAny('{', '}') ? null : new Segment(Decode(text), null, null);
            if (found.Any(m => m.Groups[1].Length == 0)) return null;
            if (found is [{ Length: var length }] && length == text.Length) return new Segment(null, found[0].Groups[1].Value, null);
            var pattern = new StringBuilder("^");
            var at = 0;
            foreach (Match match in found)
            {
                pattern.Append(Regex.Escape(text[at..match.Index])).Append("(.+?)");
                at = match.Index + match.Length;
            }

            pattern.Append(Regex.Escape(text[at..])).Append("\\z");
            return new Segment(null, null, (new Regex(pattern.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), [.. found.Select(m => m.Groups[1].Value)]));
        }

        public bool TryMatch(ReadOnlySpan<char> text, List<(string Name, string Value)> values)
        {
            if (Literal is not null) return text.SequenceEqual(Literal) || (text.Contains('%') && Decode(text.ToString()) == Literal);
            if (text.IsEmpty) return false;
            if (Name is not null)
            {
                values.Add((Name, text.ToString()));
                return true;
            }

            var match = Mixed!.Value.Pattern.Match(text.ToString());
            if (!match.Success) return false;
            for (var i = 0; i < Mixed.Value.Names.Length; i++) values.Add((Mixed.Value.Names[i], match.Groups[i + 1].Value));
            return true;
        }

        private static string Decode(string text) => Uri.UnescapeDataString(text);
    }
}
