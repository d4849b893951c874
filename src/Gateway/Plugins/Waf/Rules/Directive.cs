using System.Text;

namespace Sluice.Gateway.Plugins.Waf.Rules;

/// <summary>A directive of a rule file.</summary>
/// <param name="Place">File and line, for people.</param>
/// <param name="Name">Such as <c>SecRule</c>.</param>
/// <param name="Arguments">What stands behind it, without its quotes.</param>
internal sealed record Directive(string Place, string Name, IReadOnlyList<string> Arguments)
{
    private const int MaxArguments = 16;

    /// <summary>Takes rules apart: lines that end in a backslash go on, <c>#</c> begins a comment, arguments may be quoted.</summary>
    /// <param name="file">For places.</param>
    /// <param name="text">The rules.</param>
    /// <param name="problems">Gets what is not well formed.</param>
    public static List<Directive> Read(string file, string text, ICollection<RuleProblem> problems)
    {
        var directives = new List<Directive>();
        var whole = new StringBuilder();
        var number = 0;
        var first = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r');
            if (whole.Length == 0)
            {
                line = line.TrimStart();
                if (line.Length == 0 || line[0] == '#') continue;
                first = number;
            }
            else
            {
                line = line.TrimStart();
            }

            if (line.EndsWith('\\'))
            {
                whole.Append(line, 0, line.Length - 1);
                continue;
            }

            whole.Append(line);
            Add(directives, $"{file}:{first}", whole.ToString(), problems);
            whole.Clear();
        }

        if (whole.Length > 0) Add(directives, $"{file}:{first}", whole.ToString(), problems);
        return directives;
    }

    private static void Add(List<Directive> directives, string place, string line, ICollection<RuleProblem> problems)
    {
        var words = new List<string>();
        var at = 0;
        while (true)
        {
            while (at < line.Length && line[at] is ' ' or '\t') at++;
            if (at == line.Length) break;
            if (words.Count > MaxArguments)
            {
                problems.Add(new(place, "too many arguments", IsUnsupported: false));
                return;
            }

            var word = new StringBuilder();
            var quote = line[at] is '"' or '\'' ? line[at++] : '\0';
            for (; at < line.Length && (quote != '\0' ? line[at] != quote : line[at] is not (' ' or '\t')); at++)
            {
                // Only the quote itself is escaped: the backslashes of patterns stay.
                if (quote != '\0' && line[at] == '\\' && at + 1 < line.Length && line[at + 1] == quote) at++;
                word.Append(line[at]);
            }

            if (quote != '\0' && at++ >= line.Length)
            {
                problems.Add(new(place, "a quote is not closed", IsUnsupported: false));
                return;
            }

            words.Add(word.ToString());
        }

        if (words.Count > 0) directives.Add(new(place, words[0], words[1..]));
    }
}

/// <summary>What is wrong with a rule.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Message">What it is.</param>
/// <param name="IsUnsupported">The rule is right, but uses what is not supported here.</param>
internal sealed record RuleProblem(string Place, string Message, bool IsUnsupported);
