using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Sql;

/// <summary>Values between items and databases.</summary>
internal static class SqlValues
{
    private const double LargestWhole = 9007199254740991;

    /// <summary>Adds a statement's values to a command.</summary>
    public static void Bind(DbCommand command, IReadOnlyList<JsValue> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (command is NpgsqlCommand postgres)
            {
                // Sent as text of no type: the server takes it for what its place needs.
                var value = values[i].IsNullish ? DBNull.Value : (object)TextOf(values[i]);
                postgres.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Unknown });
            }
            else
            {
                ((SqliteCommand)command).Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"${i + 1}"), Native(values[i]));
            }
        }
    }

    /// <summary>A row as an item's data.</summary>
    /// <param name="largeAsText">Whether numbers that JavaScript cannot hold come as text.</param>
    public static JsObject Row(DbDataReader reader, bool largeAsText)
    {
        var row = new JsObject(reader.FieldCount);
        for (var i = 0; i < reader.FieldCount; i++)
            row.Set(reader.GetName(i), reader.IsDBNull(i) ? JsValue.Null : Value(reader.GetValue(i), reader.GetDataTypeName(i), largeAsText));
        return row;
    }

    private static JsValue Value(object value, string type, bool largeAsText) => value switch
    {
        string text when type is "json" or "jsonb" => JsJson.Parse(text),
        string text => text,
        bool flag => flag,
        short number => number,
        int number => number,
        float number => double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        double number => number,
        // SQLite has one type of whole numbers; PostgreSQL's bigint is one that people chose for what is large.
        long number when Math.Abs((double)number) <= LargestWhole && (!largeAsText || type is not "bigint") => number,
        long number => largeAsText ? number.ToString(CultureInfo.InvariantCulture) : (double)number,
        decimal number => largeAsText ? number.ToString(CultureInfo.InvariantCulture) : (double)number,
        DateTime time when type is "date" => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => DateTime.SpecifyKind(time, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToBase64String(bytes),
        Array list => new JsArray([.. list.Cast<object?>().Select(e => e is null or DBNull ? JsValue.Null : Value(e, type.TrimEnd('[', ']'), largeAsText))]),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string TextOf(JsValue value)
    {
        var text = ParameterValues.ToText(value);
        return text.Contains('\0', StringComparison.Ordinal) ? throw new NodeException("PostgreSQL cannot store text with a NUL in it") { Retryable = false } : text;
    }

    private static object Native(JsValue value) => value switch
    {
        { IsNullish: true } => DBNull.Value,
        { IsBoolean: true } => value.IsTrue ? 1L : 0L,
        { IsNumber: true } when Math.Abs(value.AsNumber) <= LargestWhole && Math.Floor(value.AsNumber) == value.AsNumber => (long)value.AsNumber,
        { IsNumber: true } => value.AsNumber,
        _ => ParameterValues.ToText(value),
    };
}
