namespace Sluice.Gateway.Routing.RegularExpressions;

/// <summary>
/// A regular expression of a route or an expression: Rust's syntax, run in a time that is linear in what it looks at. It is our own because .NET's
/// NonBacktracking takes milliseconds and half a megabyte to build one, of which a file may hold tens of thousands.
/// </summary>
internal sealed class RouteRegex
{
    private readonly RegexProgram program;
    private readonly IReadOnlyList<string?> groupNames;
    private readonly bool anchored;
    private readonly int startInstruction;

    private RouteRegex(string pattern, RegexNode root, RegexProgram program, IReadOnlyList<string?> groupNames)
    {
        Pattern = pattern;
        this.program = program;
        this.groupNames = groupNames;
        (anchored, LiteralPrefix) = RegexPrefix.Of(root);

        // A program of a pattern that begins with ^ and literals begins with an instruction for each.
        if (LiteralPrefix.Length > 0) startInstruction = 1 + LiteralPrefix.Length;
    }

    /// <summary>As written, in Rust's syntax.</summary>
    public string Pattern { get; }

    /// <summary>What every matching text starts with; often empty.</summary>
    public string LiteralPrefix { get; }

    /// <summary>Whether a match captures anything.</summary>
    public bool HasGroups => groupNames.Count > 0;

    /// <summary>Reads <paramref name="pattern"/>; it is not anchored unless it says so.</summary>
    /// <param name="error">What is wrong and where, for people; null when it is right.</param>
    public static RouteRegex? TryCompile(string pattern, out string? error)
    {
        if (RegexReader.Read(pattern, out var groupNames, out error) is not { } root) return null;
        if (RegexProgram.Compile(root) is { } program) return new RouteRegex(pattern, root, program, groupNames);
        error = "the repetitions make it too large";
        return null;
    }

    /// <summary>A route's path without its <c>~</c>, which Kong anchors at the start.</summary>
    public static RouteRegex? TryCompilePath(string pattern, out string? error) => TryCompile("^" + pattern, out error);

    /// <summary>Whether it matches anywhere in <paramref name="text"/>.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => TryMatch(text, out _);

    /// <summary>Whether it matches, and how many characters; allocates nothing.</summary>
    public bool TryMatch(ReadOnlySpan<char> text, out int length)
    {
        Span<int> found = stackalloc int[2];
        var matched = Run(text, found);
        length = matched ? found[1] - found[0] : 0;
        return matched;
    }

    /// <summary>The groups of the first match in <paramref name="text"/>; null when there are none.</summary>
    public RouteCaptures? Captures(string text)
    {
        if (!HasGroups) return null;
        var found = new int[2 * (groupNames.Count + 1)];
        if (!Run(text, found)) return null;

        var unnamed = new string[groupNames.Count];
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < unnamed.Length; i++)
        {
            var from = found[(2 * i) + 2];
            var to = found[(2 * i) + 3];
            unnamed[i] = from < 0 || to < 0 ? "" : text[from..to];
            if (to >= 0 && groupNames[i] is { } name) named[name] = unnamed[i];
        }

        return new RouteCaptures(unnamed, named);
    }

    private bool Run(ReadOnlySpan<char> text, scoped Span<int> found) =>
        text.StartsWith(LiteralPrefix, StringComparison.Ordinal)
        && RegexMachine.Run(program, text, startInstruction, LiteralPrefix.Length, anchored, found);
}
