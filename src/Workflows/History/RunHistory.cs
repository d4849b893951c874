using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.History;

/// <summary>One stored run, without its history.</summary>
public sealed record RunSummary(
    string Id, string Workflow, string Version, RunMode Mode, string Tenant, string? Parent, RunPhase Phase, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? WaitUntil, string LastNode, string? Error, long Bytes)
{
    /// <summary>Why somebody wants it ended; null when nobody does.</summary>
    public string? CancelReason { get; init; }
}

/// <summary>Which runs are listed; what is null does not count.</summary>
public sealed record RunFilter
{
    public string? Workflow { get; init; }

    public RunPhase? Phase { get; init; }

    /// <summary>Those of any of these tenants; the empty one stands for runs of nobody's workflows.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }

    /// <summary>Those that began then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Those that began before.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only the runs that these called.</summary>
    public string? Parent { get; init; }

    /// <summary>Only runs with this text, in any case, in their id, workflow, last node or error; looked for in the newest <see cref="Searched"/> that the rest lets through.</summary>
    public string? Text { get; init; }

    /// <summary>How many are passed over.</summary>
    public int Offset { get; init; }

    /// <summary>Only what comes behind the run of this id, for a next page that stays what it is while new runs begin.</summary>
    public string? Before { get; init; }

    /// <summary>1 to 1000.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>How many runs are looked through for a text: no index finds one.</summary>
    public const int Searched = 100_000;
}

/// <summary>What is stored about runs, for reading.</summary>
public sealed class RunHistory(Database database, ObjectStore? objects)
{
    /// <summary>Not by id alone, although ids begin with a time: a run that others call has the id of its caller before its own. The indexes end with the start.</summary>
    private const string Newest = "started_at DESC, id DESC";

    private const string Columns = "id, workflow, version, mode, tenant, parent, phase, started_at, ended_at, wait_until, last_node, error, bytes, cancel_reason";

    /// <summary>Runs, the newest first.</summary>
    public async Task<IReadOnlyList<RunSummary>> ListAsync(RunFilter filter, CancellationToken cancel = default)
    {
        var (sql, arguments) = ListSql(filter, filter.Before is { } before ? await StartOfAsync(before, cancel) : 0);
        return await QueryAsync(sql, arguments, cancel);
    }

    /// <summary>How many runs the filter lets through, whatever its limit and page.</summary>
    public Task<long> CountAsync(RunFilter filter, CancellationToken cancel = default)
    {
        var (from, arguments) = From(filter);
        return database.ReadAsync(c => c.ExecuteScalarAsync<long>(new CommandDefinition($"SELECT count(*) FROM {from}", arguments, cancellationToken: cancel)), cancel);
    }

    /// <param name="start">When the run began behind which the page begins.</param>
    internal static (string Sql, DynamicParameters Arguments) ListSql(RunFilter filter, long start)
    {
        var (from, arguments) = From(filter);
        var page = "";
        if (filter.Before is { } before)
        {
            // The first condition is for the index.
            page = " AND started_at <= @start AND (started_at, id) < (@start, @before)";
            arguments.Add("start", start);
            arguments.Add("before", before);
        }

        arguments.Add("limit", Math.Clamp(filter.Limit, 1, 1000));
        arguments.Add("offset", filter.Offset);
        return ($"SELECT {Columns} FROM {from}{page} ORDER BY {Newest} LIMIT @limit OFFSET @offset", arguments);
    }

    /// <summary>When a run began; when its id was made, for one that is gone.</summary>
    private async Task<long> StartOfAsync(string id, CancellationToken cancel) =>
        await database.ReadAsync(c => c.ExecuteScalarAsync<long?>(new CommandDefinition("SELECT started_at FROM workflow_runs WHERE id = @id", new { id }, cancellationToken: cancel)), cancel)
        ?? (id.Length >= 12 && long.TryParse(id.AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var made) ? made : long.MaxValue);

    private static (string Sql, DynamicParameters Arguments) From(RunFilter filter)
    {
        var (where, arguments) = Condition(filter);
        if (filter.Text is not { } text) return ($"workflow_runs WHERE {where}", arguments);
        arguments.Add("text", $"%{text.ToLowerInvariant().Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)}%");
        arguments.Add("searched", RunFilter.Searched);
        return (
            $"""
            (SELECT {Columns} FROM workflow_runs WHERE {where} ORDER BY {Newest} LIMIT @searched) newest
            WHERE lower(id || ' ' || workflow || ' ' || last_node || ' ' || coalesce(error, '')) LIKE @text ESCAPE '!'
            """, arguments);
    }

    /// <summary>Removes a run that is over, with its history and files.</summary>
    /// <returns>False when there is none, or it is not over.</returns>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancel = default)
    {
        if (await FindAsync(id, cancel) is not { EndedAt: not null }) return false;
        if (objects is not null) await objects.DeleteAsync(HistoryWriter.Folder(id) + "/", cancel);
        await database.WriteAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync("DELETE FROM workflow_run_lines WHERE run_id = @id", new { id }, transaction);
            await connection.ExecuteAsync("DELETE FROM workflow_runs WHERE id = @id", new { id }, transaction);
        }, cancel);
        return true;
    }

    private static (string Where, DynamicParameters Arguments) Condition(RunFilter filter)
    {
        var where = new List<string> { "1 = 1" };
        var arguments = new DynamicParameters();
        Add("workflow = @workflow", "workflow", filter.Workflow);
        Add("phase = @phase", "phase", filter.Phase is { } phase ? HistorySql.NameOf(phase) : null);
        Add("started_at >= @from", "from", filter.From?.ToUnixTimeMilliseconds());
        Add("started_at < @to", "to", filter.To?.ToUnixTimeMilliseconds());
        Add("parent = @parent", "parent", filter.Parent);
        if (filter.Tenants is { } tenants)
        {
            where.Add(tenants.Count == 0 ? "1 = 0" : $"tenant IN ({string.Join(", ", tenants.Select((_, i) => $"@tenant{i}"))}){(tenants.Contains("") ? "" : " AND tenant <> ''")}");
            for (var i = 0; i < tenants.Count; i++) arguments.Add($"tenant{i}", tenants[i]);
        }

        return (string.Join(" AND ", where), arguments);

        void Add(string condition, string name, object? value)
        {
            if (value is null) return;
            where.Add(condition);
            arguments.Add(name, value);
        }
    }

    public async Task<RunSummary?> FindAsync(string id, CancellationToken cancel = default) =>
        (await QueryAsync($"SELECT {Columns} FROM workflow_runs WHERE id = @id", new { id }, cancel)).FirstOrDefault();

    /// <summary>Those of these runs that are stored, in no order.</summary>
    /// <param name="ids">At most 1000.</param>
    public Task<IReadOnlyList<RunSummary>> FindAsync(IReadOnlyList<string> ids, CancellationToken cancel = default)
    {
        // Dapper gives PostgreSQL a list as an array, which IN does not take.
        var arguments = new DynamicParameters();
        for (var i = 0; i < ids.Count; i++) arguments.Add($"run{i}", ids[i]);
        return ids.Count == 0 ? Task.FromResult<IReadOnlyList<RunSummary>>([]) : QueryAsync($"SELECT {Columns} FROM workflow_runs WHERE id IN ({string.Join(", ", ids.Select((_, i) => $"@run{i}"))})", arguments, cancel);
    }

    /// <summary>Whether other processes may use the same store.</summary>
    public bool IsShared => database.Kind == DatabaseKind.Postgres;

    /// <summary>The runs of others than an owner that began or ended since then, the earliest first, at most 1000.</summary>
    internal Task<IReadOnlyList<RunSummary>> ChangedAsync(string notOf, DateTimeOffset since, CancellationToken cancel) => QueryAsync(
        $"""
        SELECT {Columns} FROM workflow_runs WHERE started_at >= @since AND owner <> @notOf
        UNION SELECT {Columns} FROM workflow_runs WHERE ended_at >= @since AND owner <> @notOf
        ORDER BY started_at LIMIT 1000
        """, new { notOf, since = since.ToUnixTimeMilliseconds() }, cancel);

    /// <summary>The document that a run runs; null when it is not there any more.</summary>
    public Task<string?> DocumentAsync(string version, CancellationToken cancel = default) => database.ReadAsync(
        connection => connection.ExecuteScalarAsync<string?>(new CommandDefinition("SELECT document FROM workflow_documents WHERE version = @version", new { version }, cancellationToken: cancel)), cancel);

    /// <summary>The history of a run as the objects of its lines, the oldest first.</summary>
    public async Task<(IReadOnlyList<JsObject> Lines, int NextNumber)> LinesAsync(string id, CancellationToken cancel = default)
    {
        var parts = await database.ReadAsync(
            async connection => (await connection.QueryAsync<(long Number, byte[] Lines)>(new CommandDefinition("SELECT number, lines FROM workflow_run_lines WHERE run_id = @id ORDER BY number", new { id }, cancellationToken: cancel))).AsList(), cancel);
        var lines = new List<JsObject>();
        foreach (var part in parts)
        {
            var rest = part.Lines.AsMemory();
            while (!rest.IsEmpty)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                if (end < 0) end = rest.Length;
                var line = JsJson.ParseOwn(rest.Span[..end]).AsObject ?? throw new JsonException("a line of the history is no object");
                lines.Add(line["stored"].AsString is { } key ? await FetchAsync(key, cancel) : line);
                rest = rest[Math.Min(rest.Length, end + 1)..];
            }
        }

        return (lines, parts.Count == 0 ? 0 : (int)parts[^1].Number + 1);
    }

    /// <summary>The number of the next piece of a run's history.</summary>
    internal Task<int> NextNumberAsync(string id, CancellationToken cancel) => database.ReadAsync(
        c => c.ExecuteScalarAsync<int>(new CommandDefinition("SELECT coalesce(max(number), -1) + 1 FROM workflow_run_lines WHERE run_id = @id", new { id }, cancellationToken: cancel)), cancel);

    /// <summary>The runs that a run called, and those that these called, that are not over: the innermost first.</summary>
    internal Task<IReadOnlyList<string>> OpenBelowAsync(string id, CancellationToken cancel) => database.ReadAsync<IReadOnlyList<string>>(async c => (await c.QueryAsync<string>(new CommandDefinition(
        // The id of a called run begins with that of its caller and a dot, and the character after the dot is a slash.
        "SELECT id FROM workflow_runs WHERE id > @from AND id < @to AND ended_at IS NULL ORDER BY id DESC", new { from = id + '.', to = id + '/' }, cancellationToken: cancel))).AsList(), cancel);

    /// <summary>The history of a run as events of its workflow.</summary>
    internal async Task<(IReadOnlyList<RunEvent> Events, int NextNumber)> EventsAsync(string id, WorkflowModel model, CancellationToken cancel)
    {
        var (lines, next) = await LinesAsync(id, cancel);
        return ([.. lines.Select(line => RunEventJson.Read(line, model))], next);
    }

    private async Task<JsObject> FetchAsync(string key, CancellationToken cancel)
    {
        var content = objects is null ? null : await objects.ReadAsync(key, cancel);
        return JsJson.ParseOwn((content ?? throw new JsonException($"the object store has no '{key}' any more")).Span).AsObject ?? throw new JsonException("a line of the history is no object");
    }

    private Task<IReadOnlyList<RunSummary>> QueryAsync(string sql, object? arguments, CancellationToken cancel) => database.ReadAsync<IReadOnlyList<RunSummary>>(
        async connection =>
        {
            await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, arguments, cancellationToken: cancel));
            var runs = new List<RunSummary>();
            while (await reader.ReadAsync(cancel)) runs.Add(Read(reader));
            return runs;
        }, cancel);

    private static RunSummary Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), HistorySql.Mode(row.GetString(3)), row.GetString(4), Text(row, 5), HistorySql.Phase(row.GetString(6)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)), Time(row, 8), Time(row, 9), row.GetString(10), Text(row, 11), row.GetInt64(12))
    {
        CancelReason = Text(row, 13),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
