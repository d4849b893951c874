using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Sql;

/// <summary>What is done with a table, or a statement of one's own.</summary>
[CamelCase]
internal sealed record SqlParameters
{
    /// <summary>For editors.</summary>
    public string Resource { get; init; } = "database";

    /// <summary>What is done.</summary>
    [OneOf("executeQuery", "insert", "upsert", "update", "select", "deleteTable")]
    public string Operation { get; init; } = "insert";

    /// <summary>The statement, with <c>$1</c>, <c>$2</c> for the values of <c>options.queryReplacement</c>.</summary>
    public Parameter<string> Query { get; init; } = "";

    /// <summary>The schema that the table is in; PostgreSQL only.</summary>
    public Parameter<string> Schema { get; init; } = "public";

    /// <summary>The table.</summary>
    public Parameter<string> Table { get; init; } = "";

    /// <summary>Which columns get which values.</summary>
    public SqlColumns Columns { get; init; } = new();

    /// <summary>Which rows: all conditions of the list, or one of them.</summary>
    public SqlConditions Where { get; init; } = new();

    /// <summary>Whether a row has to meet all conditions or one.</summary>
    [OneOf("AND", "OR")]
    public string CombineConditions { get; init; } = "AND";

    /// <summary>The order of the rows.</summary>
    public SqlOrder Sort { get; init; } = new();

    /// <summary>Whether <c>limit</c> does not count.</summary>
    public bool ReturnAll { get; init; }

    /// <summary>Most rows that are read.</summary>
    [Between(1, 1_000_000)]
    public double Limit { get; init; } = 50;

    /// <summary>Whether rows go, all rows of the table at once, or the table itself.</summary>
    [OneOf("truncate", "delete", "drop")]
    public string DeleteCommand { get; init; } = "truncate";

    /// <summary>Whether columns that count begin anew when a table is emptied.</summary>
    public bool RestartSequences { get; init; }

    /// <summary>More about it.</summary>
    public SqlOptions Options { get; init; } = new();
}

/// <summary>Which columns get which values.</summary>
[CamelCase]
internal sealed record SqlColumns
{
    /// <summary>By name, or from the fields of each item that have a column's name.</summary>
    [OneOf("defineBelow", "autoMapInputData")]
    public string MappingMode { get; init; } = "autoMapInputData";

    /// <summary>The columns with their values.</summary>
    public Parameter<JsValue> Value { get; init; } = new(default);

    /// <summary>For update and upsert, the columns that say which row it is.</summary>
    public IReadOnlyList<string> MatchingColumns { get; init; } = [];

    /// <summary>For editors.</summary>
    public IReadOnlyList<MapNode> Schema { get; init; } = [];
}

/// <summary>Conditions on rows.</summary>
[CamelCase]
internal sealed record SqlConditions
{
    /// <summary>The conditions.</summary>
    public IReadOnlyList<SqlCondition> Values { get; init; } = [];
}

/// <summary>A condition on a column.</summary>
[CamelCase]
internal sealed record SqlCondition
{
    /// <summary>The column.</summary>
    [Required]
    public Parameter<string> Column { get; init; } = "";

    /// <summary>How it is compared.</summary>
    [OneOf("equal", "=", "!=", "LIKE", ">", "<", ">=", "<=", "IS NULL", "IS NOT NULL")]
    public string Condition { get; init; } = "equal";

    /// <summary>With what.</summary>
    public Parameter<JsValue> Value { get; init; } = new(default);
}

/// <summary>The order of rows.</summary>
[CamelCase]
internal sealed record SqlOrder
{
    /// <summary>The columns, the most important first.</summary>
    public IReadOnlyList<SqlOrderColumn> Values { get; init; } = [];
}

/// <summary>A column that orders rows.</summary>
[CamelCase]
internal sealed record SqlOrderColumn
{
    /// <summary>The column.</summary>
    [Required]
    public Parameter<string> Column { get; init; } = "";

    /// <summary>Whether small or large values come first.</summary>
    [OneOf("ASC", "DESC")]
    public string Direction { get; init; } = "ASC";
}

/// <summary>More about a statement.</summary>
[CamelCase]
internal sealed record SqlOptions
{
    /// <summary>The values of <c>$1</c>, <c>$2</c>: a list, or text with commas between them.</summary>
    public Parameter<JsValue> QueryReplacement { get; init; } = new(default);

    /// <summary>Whether the items are one transaction, all or nothing, or each stands for itself.</summary>
    [OneOf("single", "transaction", "independently")]
    public string QueryBatching { get; init; } = "single";

    /// <summary>The columns that are given back; all unless said.</summary>
    public IReadOnlyList<string> OutputColumns { get; init; } = ["*"];

    /// <summary>Whether a row that is there already is left as it is, without a failure.</summary>
    public bool SkipOnConflict { get; init; }

    /// <summary>Whether empty text is stored as NULL.</summary>
    public bool ReplaceEmptyStrings { get; init; }

    /// <summary>Whether whole numbers that JavaScript cannot hold come as text or as the nearest number.</summary>
    [OneOf("text", "numbers")]
    public string LargeNumbersOutput { get; init; } = "text";

    /// <summary>Seconds that the server may take to answer when it is connected to.</summary>
    [Between(1, 3600)]
    public double ConnectionTimeout { get; init; } = 30;

    /// <summary>Whether what depends on a table goes with it.</summary>
    public bool Cascade { get; init; }

    /// <summary>For editors.</summary>
    public double? NodeVersion { get; init; }

    /// <summary>For pools of n8n.</summary>
    [NoEffect("connections are pooled")]
    public double? DelayClosingIdleConnection { get; init; }
}
