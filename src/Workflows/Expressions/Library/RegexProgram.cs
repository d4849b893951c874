using System.Text.RegularExpressions;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A compiled regular expression.</summary>
/// <param name="Matcher">Takes time linear in the text, or has a time limit.</param>
/// <param name="Numbers">For each of JavaScript's groups from 1 on: its number in the matcher.</param>
internal sealed record RegexProgram(string Pattern, string Flags, Regex Matcher, int[] Numbers, IReadOnlyDictionary<string, int> Names)
{
    /// <summary>A longer pattern is refused.</summary>
    private const int MaximumLength = 4096;

    public static RegexProgram? TryCompile(string pattern, string flags, out string problem)
    {
        problem = "";
        if (flags.Any(f => !"dgimsuyv".Contains(f, StringComparison.Ordinal)) || flags.Distinct().Count() != flags.Length || (flags.Contains('u') && flags.Contains('v')))
        {
            problem = $"invalid flags '{flags}'";
            return null;
        }

        if (pattern.Length > MaximumLength)
        {
            problem = $"longer than {MaximumLength} characters";
            return null;
        }

        try
        {
            var translated = RegexTranslator.Translate(pattern, flags);
            var options = RegexOptions.CultureInvariant;
            if (flags.Contains('i')) options |= RegexOptions.IgnoreCase;
            return new RegexProgram(pattern, flags, Compile(translated, options), translated.Numbers, translated.Names);
        }
        catch (ArgumentException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private static Regex Compile(TranslatedRegex translated, RegexOptions options)
    {
        if (!translated.NeedsBacktracking)
        {
            try
            {
                return new Regex(translated.Text, options | RegexOptions.NonBacktracking, ExpressionLimits.Default.RegexTime * 10);
            }
            catch (NotSupportedException)
            {
                // Too large for an automaton.
            }
        }

        return new Regex(translated.Text, options, ExpressionLimits.Default.RegexTime);
    }
}
