namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>Splits a parameter into text and the code between <c>{{</c> and <c>}}</c>.</summary>
internal static class TemplateSplitter
{
    /// <summary>More closing braces than these are not tried for one code.</summary>
    private const int MaximumEnds = 40;

    /// <summary>
    /// Walks through a parameter. Code ends at the first <c>}}</c> that leaves it complete, so that an object literal or a string may contain some;
    /// after a backslash neither <c>{{</c> nor <c>}}</c> counts.
    /// </summary>
    /// <param name="text">Is given each stretch of text.</param>
    /// <param name="code">Is given where a code begins and where it may end, and says where it does.</param>
    /// <exception cref="ExpressionSyntaxException">A <c>{{</c> is never closed.</exception>
    public static void Split(string source, int from, Action<string> text, Func<int, IReadOnlyList<int>, int> code)
    {
        var textFrom = from;
        var at = from;
        while (true)
        {
            var open = source.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0) break;
            if (open > from && source[open - 1] == '\\')
            {
                at = open + 2;
                continue;
            }

            if (open > textFrom) text(source[textFrom..open]);
            var ends = Ends(source, open + 2);
            if (ends.Count == 0) throw new ExpressionSyntaxException("'{{' is never closed by '}}'", open);
            at = textFrom = code(open + 2, ends) + 2;
        }

        if (textFrom < source.Length) text(source[textFrom..]);
    }

    private static List<int> Ends(string source, int from)
    {
        var ends = new List<int>();
        for (var i = from; ends.Count < MaximumEnds && (i = source.IndexOf("}}", i, StringComparison.Ordinal)) >= 0; i++)
            if (source[i - 1] != '\\' || i == from) ends.Add(i);
        return ends;
    }
}
