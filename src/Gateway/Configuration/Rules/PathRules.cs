using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Rules;

/// <summary>A path of a service or a health check: starts with <c>/</c>, no empty segments, RFC 3986 characters, properly percent-encoded.</summary>
public sealed class PathAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        if (!value.StartsWith('/'))
            return "should start with: /";
        if (value.Contains("//", StringComparison.Ordinal))
            return "must not have empty segments";
        return !NormalizedPath.IsPlain(value)
            ? $"invalid path: '{value}' (characters outside of the reserved list of RFC 3986 found)"
            : NormalizedPath.BadEscape(value) is { } bad ? $"invalid url-encoded value: '{bad}'" : null;
    }
}

/// <summary>A path of a route: a normalised prefix, or <c>~</c> and a regular expression that starts with <c>/</c>.</summary>
public sealed class RoutePathAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        if (!value.StartsWith('/') && !value.StartsWith("~/", StringComparison.Ordinal))
            return "should start with: / (fixed path) or ~/ (regex path)";
        if (value.Contains("//", StringComparison.Ordinal))
            return "must not have empty segments";
        if (value[0] == '~')
            return RouteRegex.Refuse(value[1..]);
        if (NormalizedPath.IsPlain(value) && NormalizedPath.BadEscape(value) is { } bad)
            return $"invalid url-encoded value: '{bad}'";
        var normalized = NormalizedPath.Of(value);
        return string.Equals(value, normalized, StringComparison.Ordinal) ? null : $"non-normalized path, consider use '{normalized}' instead";
    }
}

/// <summary>Regular expressions of routes are those of Rust's regex crate, as in Kong: no look-around and no back-references.</summary>
internal static partial class RouteRegex
{
    private static readonly ConcurrentDictionary<string, string> Refusals = new(StringComparer.Ordinal);

    /// <summary>Why <paramref name="pattern"/> is refused; null when it is fine.</summary>
    public static string? Refuse(string pattern)
    {
        if (Refusals.Count > 100_000)
            Refusals.Clear();
        var refusal = Refusals.GetOrAdd(pattern, static p => Judge(p) ?? "");
        return refusal.Length == 0 ? null : refusal;
    }

    private static string? Judge(string pattern)
    {
        if (Unsupported(pattern) is { } what)
            return $"invalid regex: '{pattern}' ({what} are not supported)";
        try
        {
            _ = new Regex(RustNamedGroup().Replace(pattern, "(?<"), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return null;
        }
        catch (ArgumentException e)
        {
            return $"invalid regex: '{pattern}' ({e.Message})";
        }
    }

    private static string? Unsupported(string pattern)
    {
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            if (pattern[i] == '\\')
            {
                if (!inClass && i + 1 < pattern.Length && (char.IsBetween(pattern[i + 1], '1', '9') || rest.StartsWith("\\k<") || rest.StartsWith("\\k{")))
                    return "backreferences";
                i++;
            }
            else if (inClass)
                inClass = pattern[i] != ']' || pattern[i - 1] == '[' || rest.StartsWith("[^]");
            else if (pattern[i] == '[')
                inClass = true;
            else if (rest.StartsWith("(?=") || rest.StartsWith("(?!") || rest.StartsWith("(?<=") || rest.StartsWith("(?<!"))
                return "look-around assertions";
            else if (rest.StartsWith("(?>") || rest.StartsWith("(?("))
                return "atomic and conditional groups";
        }
        return null;
    }

    [GeneratedRegex(@"\(\?P<", RegexOptions.None, 1000)]
    private static partial Regex RustNamedGroup();
}
