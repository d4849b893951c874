using System.Text.RegularExpressions;

namespace Sluice.Gateway.Routing;

/// <summary>
/// A regular expression of a route or an expression: Rust's syntax, run without backtracking, so that its time is linear in what it looks at.
/// The automaton is built when it is first needed, because a file may hold thousands.
/// </summary>
internal sealed class RouteRegex
{
    private readonly string translated;
    private readonly IReadOnlyList<string?> groupNames;
    private Regex? compiled;

    private RouteRegex(string pattern, RouteRegexSyntax syntax)
    {
        Pattern = pattern;
        translated = syntax.Translated;
        LiteralPrefix = syntax.LiteralPrefix;
        groupNames = syntax.GroupNames;
    }

    /// <summary>As written, in Rust's syntax.</summary>
    public string Pattern { get; }

    /// <summary>What every matching text starts with; often empty.</summary>
    public string LiteralPrefix { get; }

    /// <summary>Whether a match captures anything.</summary>
    public bool HasGroups => groupNames.Count > 0;

    private Regex Compiled => compiled ??= new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);

    /// <summary>Reads <paramref name="pattern"/>; it is not anchored unless it says so.</summary>
    /// <param name="error">What is wrong and where, for people; null when it is right.</param>
    public static RouteRegex? TryCompile(string pattern, out string? error)
    {
        if (RouteRegexSyntax.Read(pattern, out error) is not { } syntax) return null;
        var regex = new RouteRegex(pattern, syntax);
        try
        {
            // Parsing alone finds what our own reading of the syntax let through.
            _ = new Regex(regex.translated, RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);
            return regex;
        }
        catch (ArgumentException problem)
        {
            error = problem.Message;
            return null;
        }
    }

    /// <summary>A route's path without its <c>~</c>, which Kong anchors at the start.</summary>
    public static RouteRegex? TryCompilePath(string pattern, out string? error) => TryCompile("^" + pattern, out error);

    /// <summary>Whether it matches anywhere in <paramref name="text"/>.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => Compiled.IsMatch(text);

    /// <summary>Whether it matches, and how many characters; allocates nothing.</summary>
    public bool TryMatch(ReadOnlySpan<char> text, out int length)
    {
        foreach (var match in Compiled.EnumerateMatches(text))
        {
            length = match.Length;
            return true;
        }

        length = 0;
        return false;
    }

    /// <summary>The groups of the first match in <paramref name="text"/>; null when there are none.</summary>
    public RouteCaptures? Captures(string text)
    {
        if (groupNames.Count == 0 || Compiled.Match(text) is not { Success: true } match) return null;
        var unnamed = new string[groupNames.Count];
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < unnamed.Length; i++)
        {
            var group = match.Groups[i + 1];
            unnamed[i] = group.Value;
            if (group.Success && groupNames[i] is { } name) named[name] = group.Value;
        }

        return new RouteCaptures(unnamed, named);
    }
}
