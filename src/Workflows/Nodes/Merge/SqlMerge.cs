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
            var written = new Written();
            for (var i = 0; i < inputs.Length; i++) Fill(connection, $"input{i + 1}", inputs[i], written);
            var paired = inputs.SelectMany((input, n) => Enumerable.Range(0, input.Count).Select(i => new PairedItem(i, n))).ToList();
            using var command = connection.CreateCommand();
            command.CommandText = query;
            using var timer = new CancellationTokenSource(Limit, TimeProvider.System);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
            using var stop = both.Token.UnsafeRegister(static c => SQLitePCL.raw.sqlite3_interrupt(((SqliteConnection)c!).Handle), connection);
            using var reader = command.ExecuteReader();
            var items = new List<Item>();
            while (reader.Read()) items.Add(new Item(Row(reader, written)) { PairedItems = paired });
            return items;
        }
        catch (SqliteException e)
        {
            throw new NodeException(e.SqliteErrorCode == 9 ? $"the query took longer than {Limit.TotalSeconds} seconds" : $"the query failed: {e.Message}", e) { Retryable = false };
        }
    }

    private static void Fill(SqliteConnection connection, string table, IReadOnlyList<Item> items, Written written)
    {
        var columns = items.SelectMany(i => i.Json.Names).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        foreach (var column in columns) written.Column(column);
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
                for (var i = 0; i < columns.Length; i++) insert.Parameters[i].Value = Value(columns[i], item.Json[columns[i]], written);
                insert.ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    private static object Value(string column, JsValue value, Written written) => value.Kind switch
    {
        JsKind.Undefined => DBNull.Value,
        JsKind.Null => written.Null(column),
        JsKind.Boolean => value.IsTrue ? 1L : 0L,
        JsKind.Number when value.AsNumber == Math.Floor(value.AsNumber) && Math.Abs(value.AsNumber) < 9e15 => (long)value.AsNumber,
        JsKind.Number => value.AsNumber,
        JsKind.String => value.AsString!,
        _ => written.Structure(value),
    };

    private static JsObject Row(SqliteDataReader reader, Written written)
    {
        var row = new JsObject(reader.FieldCount);
        for (var i = 0; i < reader.FieldCount; i++)
        {
            var column = reader.GetName(i);
            // Of two columns of one name the one that has something counts, and no item gets a field for being in a table with others that have it.
            if (reader.IsDBNull(i) && (row.Contains(column) || written.IsMissing(column))) continue;
            row.Set(column, reader.GetValue(i) switch
            {
                long number => number,
                double number => number,
                string text => written.Read(text),
                byte[] bytes => Convert.ToBase64String(bytes),
                IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
                _ => JsValue.Null,
            });
        }

        return row;
    }

    private static string Quote(string column) => $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>What a table cannot tell from something else: objects and lists, which it has as text, and fields that are null, not missing.</summary>
    private sealed class Written
    {
        private readonly Dictionary<string, JsValue> _structures = new(StringComparer.Ordinal);
        private readonly HashSet<string> _columns = new(StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<string> _nulls = new(StringComparer.OrdinalIgnoreCase);

        public DBNull Null(string column)
        {
            _nulls.Add(column);
            return DBNull.Value;
        }

        public void Column(string column) => _columns.Add(column);

        public bool IsMissing(string column) => _columns.Contains(column) && !_nulls.Contains(column);

        public string Structure(JsValue value)
        {
            var text = ParameterValues.ToText(value);
            _structures.TryAdd(text, value);
            return text;
        }

        public JsValue Read(string text) => _structures.TryGetValue(text, out var value) ? value : text;
    }
}
