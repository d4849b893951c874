using System.Globalization;
using System.Text;

namespace Sluice.Workflows.Nodes;

/// <summary>The reference page of n8n's node types: which run here, and what is done about those that do not.</summary>
public static class ForeignReference
{
    public static string Write()
    {
        var text = new StringBuilder(
            """
            # n8n's node types

            Generated from the code. What `sluice workflow check` says of a node depends on its parameters, too: one that Sluice's node does not have, or that changes
            nothing here, makes it `runs with differences`; an operation that is not there makes it `not supported`. See [Moving from n8n](../guides/from-n8n.md).

            ## Run

            | n8n's type | versions | here | differs |
            |---|---|---|---|

            """);
        foreach (var (alias, node) in NodeCatalog.All.SelectMany(d => d.Aliases.Select(a => (a, d))).OrderBy(a => a.a.Type, StringComparer.Ordinal))
        {
            var differences = new[] { node.Difference, node.Lacks is { } lacks ? $"not supported: {lacks}" : null, alias.Older is { } older ? string.Create(CultureInfo.InvariantCulture, $"versions below {older.Below}: {older.Difference}") : null }.OfType<string>();
            text.Append(CultureInfo.InvariantCulture, $"| `{alias.Type}` | {(alias.To is 99 ? "all" : alias.From == alias.To ? $"{alias.To}" : $"{alias.From} to {alias.To}")} | [`{node.Type}`](nodes.md#{node.Type}) | {string.Join("; ", differences)} |\n");
        }

        text.Append("\n## Do not run\n\n| n8n's type | why, and what does its work |\n|---|---|\n");
        foreach (var type in ForeignTypes.All) text.Append(CultureInfo.InvariantCulture, $"| `{type.Type}` | {type.Why} |\n");
        text.Append("\nTypes that are not listed:\n\n| names | what they are | |\n|---|---|---|\n");
        foreach (var (pattern, what, why) in ForeignTypes.Families) text.Append(CultureInfo.InvariantCulture, $"| {(pattern.Contains('*', StringComparison.Ordinal) ? $"`{pattern}`" : pattern)} | {what} | {why} |\n");
        return text.ToString();
    }
}
