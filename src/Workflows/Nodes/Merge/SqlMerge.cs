using System.Globalization;
using Microsoft.Data.Sqlite;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Merge;

/// <summary>Joins inputs with a query over one table for each, in a database of its own in memory that cannot reach anything else.</summary>
internal static class SqlMerge
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<Item> Run(string query, IReadOnlyList<Item>[] inputs, CancellationToken cancel)
    {
        SystemSqlite.Use();
        using var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        // No other database file can be attached.
        SQLitePCL.raw.sqlite3_limit(connection.Handle, SQLitePCL.raw.SQLITE_LIMIT_ATTACHED, 0);
        try
        {
            for (var i = 0; i < inputs.Length; i++) Fill(connection, $"input{i + 1}", inputs[i]);
            using var command = connection.CreateCommand();
            command.CommandText = query;
            using var timer = new CancellationTokenSource(Limit, TimeProvider.System);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
            using var stop = both.Token.UnsafeRegister(static c => SQLitePCL.raw.sqlite3_interrupt(((SqliteConnection)c!).Handle), connection);
            using var reader = command.ExecuteReader();
            var items = new List<Item>();
            while (reader.Read()) items.Add(new Item(Row(reader)));
            return items;
        }
        catch (SqliteException e)
        {
            throw new NodeException(e.SqliteErrorCode == 9 ? $"the query took longer than {Limit.TotalSeconds} seconds" : $"the query failed: {e.Message}", e) { Retryable = false };
        }
    }

    private static void Fill(SqliteConnection connection, string table, IReadOnlyList<Item> items)
    {
        var columns = items.SelectMany(i => i.Json.Names).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        using var transaction = connection.BeginTransaction();
        using var create = connection.CreateCommand();
        create.CommandText = $"CREATE TABLE {table} ({(columns.Length == 0 ? "\"nothing\"" : string.Join(", ", columns.Select(Quote)))})";
        create.ExecuteNonQuery();
        if (columns.Length > 0)
        {
            using var insert = connection.CreateCommand();
            insert.CommandText = $"INSERT INTO {table} VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
            for (var i = 0; i < columns.Length; i++) insert.Parameters.Add(new SqliteParameter($"@p{i}", null));
            foreach (var item in items)
            {
                for (var i = 0; i < columns.Length; i++) insert.Parameters[i].Value = Value(item.Json[columns[i]]);
                insert.ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    private static object Value(JsValue value) => value.Kind switch
    {
        JsKind.Undefined or JsKind.Null => DBNull.Value,
        JsKind.Boolean => value.IsTrue ? 1L : 0L,
        JsKind.Number when value.AsNumber == Math.Floor(value.AsNumber) && Math.Abs(value.AsNumber) < 9e15 => (long)value.AsNumber,
        JsKind.Number => value.AsNumber,
        _ => ParameterValues.ToText(value),
    };

    private static JsObject Row(SqliteDataReader reader)
    {
        var row = new JsObject(reader.FieldCount);
        for (var i = 0; i < reader.FieldCount; i++)
        {
            row.Set(reader.GetName(i), reader.GetValue(i) switch
            {
                long number => number,
                double number => number,
                string text => text,
                byte[] bytes => Convert.ToBase64String(bytes),
                IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
                _ => JsValue.Null,
            });
        }

        return row;
    }

    private static string Quote(string column) => $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
