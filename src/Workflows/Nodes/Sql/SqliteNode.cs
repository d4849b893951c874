using System.Data.Common;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Nodes.Sql;

/// <summary>Reads and writes an SQLite database.</summary>
internal sealed class SqliteNode(SqlParameters parameters, NodeSetup setup) : SqlNode(parameters, setup, "sqlite")
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SqliteNode, SqlParameters>((p, s) => new(p, s))
    {
        Type = "sqlite",
        Summary = "Reads and writes an SQLite database, a file of this machine: tables, or statements of one's own.",
        Category = NodeCategory.Store,
    };

    protected override async ValueTask<DbConnection> OpenAsync(NodeContext context, TimeSpan patience) =>
        await context.Services.Databases.OpenAsync(await Connection!.FieldsAsync<SqliteFileConnection>(context), patience, context.Cancellation);
}
