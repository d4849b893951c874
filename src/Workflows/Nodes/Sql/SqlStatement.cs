using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Sql;

/// <summary>A statement with its values, which never stand in its text.</summary>
internal sealed record SqlStatement(string Text, IReadOnlyList<JsValue> Values)
{
    /// <summary>Most columns or conditions of one statement; PostgreSQL itself has 65,535 values at most.</summary>
    private const int Most = 1600;

    /// <summary>The statement of an item.</summary>
    public static SqlStatement Of(SqlParameters parameters, NodeContext context, int index, bool postgres)
    {
        if (parameters.Operation == "executeQuery") return new(parameters.Query.Get(context, index), Replacements(parameters.Options.QueryReplacement.Get(context, index)));
        var writer = new Writer(parameters, context, index, postgres);
        return parameters.Operation switch
        {
            "select" => writer.Select(),
            "insert" => writer.Insert(),
            "update" => writer.Update(),
            "upsert" => writer.Upsert(),
            _ => writer.Delete(),
        };
    }

    private static IReadOnlyList<JsValue> Replacements(JsValue given) => given switch
    {
        { AsArray: { } list } => [.. list],
        { IsNullish: true } => [],
        { AsString: "" } => [],
        { AsString: { } text } => [.. text.Split(',').Select(t => (JsValue)t.Trim())],
        _ => [given],
    };

    private sealed class Writer(SqlParameters parameters, NodeContext context, int index, bool postgres)
    {
        private readonly StringBuilder _text = new();
        private readonly List<JsValue> _values = [];

        private string Table
        {
            get
            {
                var table = parameters.Table.Get(context, index);
                if (table.Length == 0) throw Refuse("table: say which");
                var schema = parameters.Schema.Get(context, index);
                return postgres && schema.Length > 0 ? $"{Quote(schema)}.{Quote(table)}" : Quote(table);
            }
        }

        private string Returning => " RETURNING " + (parameters.Options.OutputColumns is ["*"] or [] ? "*" : string.Join(", ", parameters.Options.OutputColumns.Select(Quote)));

        public SqlStatement Select()
        {
            _text.Append("SELECT ").Append(parameters.Options.OutputColumns is ["*"] or [] ? "*" : string.Join(", ", parameters.Options.OutputColumns.Select(Quote))).Append(" FROM ").Append(Table);
            Where();
            if (parameters.Sort.Values.Count > 0)
                _text.Append(" ORDER BY ").AppendJoin(", ", parameters.Sort.Values.Select(s => $"{Quote(s.Column.Get(context, index))} {s.Direction}"));
            if (!parameters.ReturnAll) _text.Append(CultureInfo.InvariantCulture, $" LIMIT {(long)parameters.Limit}");
            return Done();
        }

        public SqlStatement Insert()
        {
            var columns = Columns();
            Insert(columns);
            if (parameters.Options.SkipOnConflict) _text.Append(" ON CONFLICT DO NOTHING");
            _text.Append(Returning);
            return Done();
        }

        public SqlStatement Upsert()
        {
            var columns = Columns();
            var matching = Matching(columns);
            Insert(columns);
            _text.Append(" ON CONFLICT (").AppendJoin(", ", matching.Select(Quote)).Append(") DO ");
            var others = columns.Where(c => !matching.Contains(c.Name, StringComparer.Ordinal)).ToList();
            if (others.Count == 0) _text.Append("NOTHING");
            else _text.Append("UPDATE SET ").AppendJoin(", ", others.Select(c => $"{Quote(c.Name)} = excluded.{Quote(c.Name)}"));
            _text.Append(Returning);
            return Done();
        }

        public SqlStatement Update()
        {
            var columns = Columns();
            var matching = Matching(columns);
            var others = columns.Where(c => !matching.Contains(c.Name, StringComparer.Ordinal)).ToList();
            if (others.Count == 0) throw Refuse("columns: there is none to change besides those that say which row it is");
            _text.Append("UPDATE ").Append(Table).Append(" SET ").AppendJoin(", ", others.Select(c => $"{Quote(c.Name)} = {Value(c.Value)}")).Append(" WHERE ");
            _text.AppendJoin(" AND ", matching.Select(m => $"{Quote(m)} = {Value(columns.First(c => c.Name == m).Value)}")).Append(Returning);
            return Done();
        }

        public SqlStatement Delete()
        {
            switch (parameters.DeleteCommand)
            {
                case "drop":
                    _text.Append("DROP TABLE IF EXISTS ").Append(Table).Append(postgres && parameters.Options.Cascade ? " CASCADE" : "");
                    return Done();
                case "truncate" when postgres:
                    _text.Append("TRUNCATE TABLE ").Append(Table).Append(parameters.RestartSequences ? " RESTART IDENTITY" : "").Append(parameters.Options.Cascade ? " CASCADE" : "");
                    return Done();
                default:
                    _text.Append("DELETE FROM ").Append(Table);
                    if (parameters.DeleteCommand == "delete")
                    {
                        // Without a condition that would be everything: truncate says so.
                        if (parameters.Where.Values.Count == 0) throw Refuse("where: say which rows; deleteCommand 'truncate' deletes all");
                        Where();
                    }

                    return Done();
            }
        }

        private void Insert(List<(string Name, JsValue Value)> columns) =>
            _text.Append("INSERT INTO ").Append(Table).Append(" (").AppendJoin(", ", columns.Select(c => Quote(c.Name))).Append(") VALUES (").AppendJoin(", ", columns.Select(c => Value(c.Value))).Append(')');

        private void Where()
        {
            if (parameters.Where.Values.Count == 0) return;
            _text.Append(" WHERE ").AppendJoin($" {parameters.CombineConditions} ", parameters.Where.Values.Select(Condition));
        }

        private string Condition(SqlCondition condition)
        {
            var column = Quote(condition.Column.Get(context, index));
            if (condition.Condition is "IS NULL" or "IS NOT NULL") return $"{column} {condition.Condition}";
            var value = condition.Value.Get(context, index);
            return $"{column} {(condition.Condition is "equal" ? "=" : condition.Condition)} {Value(value)}";
        }

        private List<(string Name, JsValue Value)> Columns()
        {
            var given = parameters.Columns.MappingMode is "autoMapInputData" ? context.Items[index].Json : JsonParameter.Parse(parameters.Columns.Value.Get(context, index), "columns.value").AsObject;
            var columns = (given ?? new JsObject()).Where(c => !c.Value.IsUndefined).Select(c => (c.Key, c.Value)).ToList();
            if (columns.Count is 0 or > Most) throw Refuse(columns.Count == 0 ? "columns: there is none" : $"columns: there are more than {Most}");
            return columns;
        }

        private IReadOnlyList<string> Matching(List<(string Name, JsValue Value)> columns)
        {
            var matching = parameters.Columns.MatchingColumns;
            if (matching.Count == 0) throw Refuse("columns.matchingColumns: say which columns tell the row");
            if (matching.FirstOrDefault(m => !columns.Exists(c => c.Name == m)) is { } missing) throw Refuse($"columns: there is no value for '{missing}', which tells the row");
            return matching;
        }

        private string Value(JsValue value)
        {
            _values.Add(parameters.Options.ReplaceEmptyStrings && value.AsString is "" ? JsValue.Null : value);
            return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
        }

        private SqlStatement Done() => new(_text.ToString(), _values);

        private NodeException Refuse(string message) => new(message) { ItemIndex = index, Retryable = false };

        /// <summary>Names may come from items: inside quotes, with quotes doubled, they are never anything but a name.</summary>
        private static string Quote(string name) => name.Contains('\0', StringComparison.Ordinal)
            ? throw new NodeException("a name in SQL cannot hold a NUL") { Retryable = false }
            : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
