using Sluice.Foundation.Schema;
using Sluice.Gateway.Routing.RegularExpressions;

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
            return RegexRule.Refuse(value[1..]);
        if (NormalizedPath.IsPlain(value) && NormalizedPath.BadEscape(value) is { } bad)
            return $"invalid url-encoded value: '{bad}'";
        var normalized = NormalizedPath.Of(value);
        return string.Equals(value, normalized, StringComparison.Ordinal) ? null : $"non-normalized path, consider use '{normalized}' instead";
    }
}

/// <summary>Regular expressions of routes are those of Rust's regex crate, as in Kong: no look-around and no back-references.</summary>
internal static class RegexRule
{
    /// <summary>Why <paramref name="pattern"/> is refused; null when it is fine.</summary>
    public static string? Refuse(string pattern) =>
        RouteRegex.TryCompilePath(pattern, out var error) is null ? $"invalid regex: '{pattern}' ({error})" : null;
}
