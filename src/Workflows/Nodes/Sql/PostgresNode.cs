using System.Data.Common;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Nodes.Sql;

/// <summary>Reads and writes a PostgreSQL database.</summary>
internal sealed class PostgresNode(SqlParameters parameters, NodeSetup setup) : SqlNode(parameters, setup, "postgres")
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<PostgresNode, SqlParameters>((p, s) => new(p, s))
    {
        Type = "postgres",
        Summary = "Reads and writes a PostgreSQL database: tables, or statements of one's own.",
        Category = NodeCategory.Store,
        Aliases = [new("n8n-nodes-base.postgres", 2, 2.6)],
        Difference = "with queryBatching 'single', the default, the items are one transaction; columns of bytes come as Base64",
    };

    protected override async ValueTask<DbConnection> OpenAsync(NodeContext context, TimeSpan patience)
    {
        var fields = await Connection!.FieldsAsync<PostgresConnection>(context);
        return await context.Services.Databases.OpenAsync(fields, guarded: context.Services.GuardsAddresses(context.Run.Request.Tenant), patience, context.Cancellation);
    }
}
