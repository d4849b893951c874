using System.Text;
using Dapper;

namespace Sluice.Control.Audit;

/// <summary>Which entries are wanted; null for any.</summary>
public sealed record AuditFilter
{
    public string? Actor { get; init; }

    /// <summary>An action, or its beginning up to a dot: <c>users</c> for <c>users.create</c> and <c>users.delete</c>.</summary>
    public string? Action { get; init; }

    public string? Object { get; init; }

    public string? Outcome { get; init; }

    /// <summary>Part of the actor, path, object, address, request id or detail, in any case.</summary>
    public string? Text { get; init; }

    /// <summary>The earliest and the first moment no longer wanted.</summary>
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Entries with their outcomes as one row each, as far as wanted.</summary>
    internal (string Sql, DynamicParameters Values) ToSql()
    {
        var sql = new StringBuilder(
            """
            FROM (
                SELECT e.seq, e.at, e.actor, e.actor_kind, e.address, e.method, e.path, e.action, COALESCE(NULLIF(o.object, ''), e.object) AS object,
                    COALESCE(o.status, e.status) AS status, COALESCE(o.outcome, e.outcome) AS outcome, e.request_id, COALESCE(o.detail, e.detail) AS detail, e.hash
                FROM audit e LEFT JOIN audit o ON o.answers = e.seq
                WHERE e.answers IS NULL
            ) entry WHERE 1 = 1
            """);
        var values = new DynamicParameters();
        Add("actor = @Actor", nameof(Actor), Actor);
        Add("(action = @Action OR action LIKE @ActionPrefix ESCAPE '!')", nameof(Action), Action);
        if (Action is not null) values.Add("ActionPrefix", Escape(Action) + ".%");
        Add("object = @Object", nameof(Object), Object);
        Add("outcome = @Outcome", nameof(Outcome), Outcome);
        Add("at >= @From", nameof(From), From?.ToUnixTimeMilliseconds());
        Add("at < @To", nameof(To), To?.ToUnixTimeMilliseconds());
        Add("lower(actor || ' ' || path || ' ' || object || ' ' || address || ' ' || request_id || ' ' || detail) LIKE @Text ESCAPE '!'", nameof(Text),
            Text is null ? null : $"%{Escape(Text.ToLowerInvariant())}%");
        return (sql.ToString(), values);

        void Add(string condition, string name, object? value)
        {
            if (value is null) return;
            sql.Append(" AND ").Append(condition);
            values.Add(name, value);
        }
    }

    private static string Escape(string text) =>
        text.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal);
}
