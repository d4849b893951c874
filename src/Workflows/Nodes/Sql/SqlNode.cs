using System.Data.Common;
using Npgsql;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Sql;

/// <summary>What both nodes for databases do.</summary>
internal abstract class SqlNode : Node
{
    /// <summary>Rows that one execution gives at most: they are held in memory.</summary>
    private const int MostRows = 1_000_000;

    private readonly SqlParameters _parameters;

    protected SqlNode(SqlParameters parameters, NodeSetup setup, string kind)
    {
        _parameters = parameters;
        Connection = ConnectionReference.Of(setup, kind, "operation");
        if (parameters.Operation is "executeQuery" && parameters.Query is { IsLiteral: true, Literal: "" }) setup.Report("query", "required for the operation executeQuery");
        if (parameters.Operation is not "executeQuery" && parameters.Table is { IsLiteral: true, Literal: "" }) setup.Report("table", $"required for the operation {parameters.Operation}");
        if (parameters.Operation is "update" or "upsert" && parameters.Columns.MatchingColumns.Count == 0) setup.Report("columns.matchingColumns", $"required for the operation {parameters.Operation}: the columns that tell the row");
    }

    /// <summary>Nobody knows what a statement of one's own does; of the others only reading, and writing the same again, does nothing twice.</summary>
    public override bool Idempotent => _parameters.Operation is "select" or "upsert" or "update" or "deleteTable";

    protected ConnectionReference? Connection { get; }

    /// <summary>An open connection to the database.</summary>
    protected abstract ValueTask<DbConnection> OpenAsync(NodeContext context, TimeSpan patience);

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (context.Items.Count == 0) return NodeResult.Of(new List<Item>());
        try
        {
            await using var connection = await OpenAsync(context, TimeSpan.FromSeconds(_parameters.Options.ConnectionTimeout));
            return NodeResult.Of(_parameters.Options.QueryBatching == "independently" || context.ContinueOnFail ? await OneByOneAsync(context, connection) : await TogetherAsync(context, connection));
        }
        catch (DbException e)
        {
            throw Explain(e, -1);
        }
    }

    private async Task<List<Item>> TogetherAsync(NodeContext context, DbConnection connection)
    {
        var output = new List<Item>();
        await using var transaction = context.Items.Count > 1 ? await connection.BeginTransactionAsync(context.Cancellation) : null;
        for (var i = 0; i < context.Items.Count; i++) await RunAsync(context, connection, transaction, i, output);
        if (transaction is not null) await transaction.CommitAsync(context.Cancellation);
        return output;
    }

    private async Task<List<Item>> OneByOneAsync(NodeContext context, DbConnection connection)
    {
        var output = new List<Item>();
        for (var i = 0; i < context.Items.Count; i++)
        {
            var before = output.Count;
            try
            {
                await RunAsync(context, connection, null, i, output);
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.RemoveRange(before, output.Count - before);
                output.Add(context.Failed(i, e));
            }
        }

        return output;
    }

    private async Task RunAsync(NodeContext context, DbConnection connection, DbTransaction? transaction, int index, List<Item> output)
    {
        var statement = SqlStatement.Of(_parameters, context, index, connection is NpgsqlConnection);
        try
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = statement.Text;
            command.CommandTimeout = 0; // The node's own time limit cancels it.
            SqlValues.Bind(command, statement.Values);
            var gives = false;
            await using var reader = await command.ExecuteReaderAsync(context.Cancellation);
            do
            {
                gives |= reader.FieldCount > 0;
                while (await reader.ReadAsync(context.Cancellation))
                {
                    if (output.Count == MostRows) throw new NodeException($"the statement gives more than {MostRows} rows: ask for fewer at a time") { ItemIndex = index, Retryable = false };
                    output.Add(new Item(SqlValues.Row(reader, _parameters.Options.LargeNumbersOutput == "text")) { PairedItems = Positions.Of(index) });
                }
            }
            while (await reader.NextResultAsync(context.Cancellation));

            // What never gives rows says that it was done.
            if (!gives) output.Add(new Item(new JsObject(1) { ["success"] = true }) { PairedItems = Positions.Of(index) });
        }
        catch (DbException e)
        {
            throw Explain(e, index);
        }
        catch (OperationCanceledException e) when (!context.Cancellation.IsCancellationRequested)
        {
            throw new NodeException($"the database broke off: {e.Message}", e) { ItemIndex = index };
        }
    }

    private static NodeException Explain(DbException e, int index) => new(e is PostgresException p ? p.MessageText : e.Message, e)
    {
        ItemIndex = index,
        Code = e.SqlState,
        // Of what the server said, what helps to mend it; never values.
        Details = e is PostgresException { Position: > 0 } at ? new JsObject { ["position"] = at.Position } : default(JsValue),
        Retryable = e.IsTransient,
    };
}
