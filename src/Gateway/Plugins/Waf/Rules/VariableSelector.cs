using System.Text.RegularExpressions;
using Sluice.Gateway.Plugins.Waf.Operators;
using Sluice.Gateway.Plugins.Waf.Requests;

namespace Sluice.Gateway.Plugins.Waf.Rules;

/// <summary>Which values of a request a rule looks at: <c>ARGS</c>, <c>REQUEST_HEADERS:Host</c>, <c>ARGS:/^x/</c>, <c>&amp;TX:score</c>, <c>!ARGS:pass</c>.</summary>
/// <param name="Collection">The variable's name, in upper case.</param>
/// <param name="Key">The member of it; null for all.</param>
/// <param name="Pattern">A pattern for members.</param>
/// <param name="IsCount">The number of the values is meant.</param>
/// <param name="IsExclusion">These are not looked at.</param>
internal sealed record VariableSelector(string Collection, string? Key, Regex? Pattern, bool IsCount, bool IsExclusion)
{
    public bool Means(in RequestValue value) =>
        string.Equals(Collection, value.Collection, StringComparison.Ordinal)
        && (Pattern is not null ? PatternMatcher.IsMatch(Pattern, value.Key) : Key is null || string.Equals(Key, value.Key, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a list as <c>ARGS|!ARGS:x</c>.</summary>
    /// <param name="list">The list.</param>
    /// <param name="problem">What cannot be read or is not supported.</param>
    public static List<VariableSelector>? Read(string list, out string problem)
    {
        var selectors = new List<VariableSelector>();
        foreach (var part in Split(list))
        {
            var text = part.Trim();
            var excludes = text.StartsWith('!');
            var counts = text.StartsWith('&');
            if (excludes || counts) text = text[1..];
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var name = (colon < 0 ? text : text[..colon]).ToUpperInvariant();
            var key = colon < 0 ? null : text[(colon + 1)..].Trim('\'');
            problem = $"the variable {name} is not supported";
            if (!VariableNames.Supported.Contains(name)) return null;
            if (name is "XML")
            {
                // What XPath can say is much; the rule sets use these two.
                problem = $"only XML:/* and XML://@* are supported, not XML:{key}";
                if (key is not ("/*" or "//@*")) return null;
                selectors.Add(new(name, key, null, counts, excludes));
                continue;
            }

            Regex? pattern = null;
            if (key is ['/', .., '/'] && key.Length > 2)
            {
                pattern = PatternTranslation.TryCompile(key[1..^1], ignoreCase: true, out problem);
                if (pattern is null) return null;
                key = null;
            }

            selectors.Add(new(name, key, pattern, counts, excludes));
        }

        problem = selectors.Count == 0 ? "there is no variable" : "";
        return selectors.Count == 0 ? null : selectors;
    }

    /// <summary>A bar inside a pattern separates nothing.</summary>
    private static IEnumerable<string> Split(string list)
    {
        var start = 0;
        var inPattern = false;
        for (var i = 0; i < list.Length; i++)
        {
            if (list[i] == '/' && i > 0 && (list[i - 1] == ':' || (inPattern && list[i - 1] != '\\'))) inPattern = !inPattern && list.AsSpan(start, i - start) is not "XML:";
            else if (list[i] is '|' or ',' && !inPattern)
            {
                yield return list[start..i];
                start = i + 1;
            }
        }

        yield return list[start..];
    }
}
