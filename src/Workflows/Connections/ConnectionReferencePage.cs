using System.Globalization;
using System.Text;
using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections;

/// <summary>The reference page of all kinds of connection, written from their records.</summary>
public static class ConnectionReferencePage
{
    public static string Write()
    {
        var table = new ReferenceTable();
        var text = new StringBuilder("# Connections\n\nGenerated from the code. How they are made, kept and used: [connections](../guides/connections.md).\n\n");
        foreach (var kind in ConnectionKinds.All)
        {
            text.Append(table.Write(kind.Name, 2, kind.Record));
            if (kind.Aliases.Count > 0) text.Append(CultureInfo.InvariantCulture, $"In files of n8n: {string.Join(", ", kind.Aliases.Select(a => $"`{a}`"))}.\n\n");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }
}
