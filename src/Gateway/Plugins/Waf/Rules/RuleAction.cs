using System.Text;

namespace Sluice.Gateway.Plugins.Waf.Rules;

/// <summary>One action of a rule: <c>id:1</c>, <c>setvar:'tx.x=1'</c>, <c>deny</c>.</summary>
/// <param name="Name">In lower case.</param>
/// <param name="Value">What stands behind the colon, without its quotes; empty when nothing does.</param>
internal readonly record struct RuleAction(string Name, string Value)
{
    /// <summary>Takes a list apart at the commas that stand outside single quotes.</summary>
    public static List<RuleAction> Read(string list)
    {
        var actions = new List<RuleAction>();
        var part = new StringBuilder();
        var quoted = false;
        for (var i = 0; i <= list.Length; i++)
        {
            if (i == list.Length || (list[i] == ',' && !quoted))
            {
                if (part.ToString().Trim() is { Length: > 0 } text) actions.Add(Of(text));
                part.Clear();
                continue;
            }

            if (list[i] == '\\' && i + 1 < list.Length && list[i + 1] == '\'') i++;
            else if (list[i] == '\'') quoted = !quoted;
            part.Append(list[i]);
        }

        return actions;
    }

    private static RuleAction Of(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return new(text.ToLowerInvariant(), "");
        var value = text[(colon + 1)..].Trim();
        if (value is ['\'', .., '\'']) value = value[1..^1];
        return new(text[..colon].Trim().ToLowerInvariant(), value);
    }
}
