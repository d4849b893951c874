using System.Globalization;
using System.Text;
using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes;

/// <summary>The reference page of all node types, written from their records.</summary>
public static class NodeReference
{
    public static string Write()
    {
        var table = new ReferenceTable(ParameterReader.Descriptions);
        var text = new StringBuilder("# Nodes\n\nGenerated from the code. Every parameter that takes an expression takes a literal, too.\n\n");
        foreach (var category in NodeCatalog.All.GroupBy(d => d.Category))
        {
            text.Append(CultureInfo.InvariantCulture, $"## {category.Key}\n\n");
            foreach (var node in category)
            {
                text.Append(CultureInfo.InvariantCulture, $"### {node.Type}\n\n{node.Summary}\n\n");
                foreach (var alias in node.Aliases)
                    text.Append(CultureInfo.InvariantCulture, $"n8n's name: `{alias.Type}`{(alias.To is 99 ? "" : alias.From == alias.To ? $", version {alias.To}" : $", versions {alias.From} to {alias.To}")}.\n\n");
                if (node.Difference is { } difference) text.Append(CultureInfo.InvariantCulture, $"Differs from n8n: {difference}.\n\n");
                if (node.Lacks is { } lacks) text.Append(CultureInfo.InvariantCulture, $"Not supported: {lacks}.\n\n");
                if (node.Connector is { } connector)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{connector.Service} at {(connector.Address is null ? "the address of the connection" : $"<{connector.Address}>")}{(connector.Connections.Count == 0 ? "" : $"; connections: {string.Join(", ", connector.Connections.Select(c => $"`{c}`"))}")}.\n\n");
                    text.Append("| resource | operations |\n|---|---|\n").AppendJoin("", connector.Operations.Select(o => $"| `{o.Key}` | {string.Join(", ", o.Value.Select(n => $"`{n}`"))} |\n")).Append('\n');
                }

                text.Append(CultureInfo.InvariantCulture, $"[Example and notes](../../src/Workflows/Nodes/{FolderOf(node)}/README.md)\n\n");
                if (RecordPlan.For(node.ParametersType).Fields.Count > 0) text.Append(table.Write("Parameters", 4, node.ParametersType));
            }
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string FolderOf(NodeDescriptor node) => node.ParametersType == typeof(NoParameters)
        ? node.GetType().GetGenericArguments()[0].Namespace!.Split('.')[^1]
        : node.ParametersType.Namespace!.Split('.')[^1];
}
