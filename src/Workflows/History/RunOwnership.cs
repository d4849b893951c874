using System.Data.Common;
using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.History;

/// <summary>
/// Which process goes on with which stored run. Every process that runs workflows is an owner, with a row that it renews; a run carries its owner's id. An owner that
/// leaves, or is not heard of for <see cref="DeadAfter"/>, loses its row, and with it all of its runs at once: they belong to nobody, and whoever claims them goes on with
/// them. Each commit of an owner holds on to its row, so that one that was taken for dead and lives cannot store another event: no run is ever continued by two.
/// </summary>
/// <param name="node">What stays the same when the process of a node is started again; null when nothing does.</param>
internal sealed class RunOwnership(Database database, string? node)
{
    /// <summary>How often an owner renews its row and looks for runs of nobody.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>How long an owner may be silent.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(6);

    /// <summary>How many runs are claimed at once, so that several nodes share what a dead one leaves. A file has one node, which would look at all of them each time.</summary>
    private int MostClaimed => IsShared ? 500 : 20_000;

    // The database's own clock, so that those of the nodes need not agree. A file has one process, which nobody takes for dead.
    private readonly string _now = database.Kind == DatabaseKind.Postgres ? "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)" : "0";
    private readonly string _node = node ?? "";

    /// <summary>Whether other processes may use the same store.</summary>
    public bool IsShared => database.Kind == DatabaseKind.Postgres;

    /// <summary>This process as an owner; a new one each time it registers.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Becomes an owner. What the same node owned in an earlier life belongs to nobody from now on; in a file, everything does.</summary>
    public async Task RegisterAsync(CancellationToken cancel)
    {
        var id = Guid.NewGuid().ToString("N");
        await database.WriteAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync(IsShared ? "DELETE FROM workflow_owners WHERE node = @node AND node <> ''" : "DELETE FROM workflow_owners", new { node = _node }, transaction);
            await connection.ExecuteAsync($"INSERT INTO workflow_owners (id, node, seen_at) VALUES (@id, @node, {_now})", new { id, node = _node }, transaction);
        }, cancel);
        Id = id;
    }

    /// <summary>Says that this process lives.</summary>
    /// <returns>False when it was taken for dead.</returns>
    public Task<bool> BeatAsync(CancellationToken cancel) =>
        database.WriteAsync(async (c, t) => await c.ExecuteAsync($"UPDATE workflow_owners SET seen_at = {_now} WHERE id = @Id", new { Id }, t) == 1, cancel);

    /// <summary>Takes the rows of owners that are not heard of any more. Only for who has itself been heard of for as long: after an outage of the database nobody else could have been.</summary>
    public Task ForgetDeadAsync(CancellationToken cancel) =>
        database.WriteAsync((c, t) => c.ExecuteAsync($"DELETE FROM workflow_owners WHERE seen_at < {_now} - @dead AND id <> @Id", new { dead = (long)DeadAfter.TotalMilliseconds, Id }, t), cancel);

    /// <summary>Makes some of the runs that belong to nobody runs of this process. Those that others run go on with the ones that called them, and those that wait for a worker (<see cref="QueuedRuns"/>) are taken in turn.</summary>
    public Task<IReadOnlyList<LeftRun>> ClaimAsync(CancellationToken cancel) => database.WriteAsync<IReadOnlyList<LeftRun>>(async (connection, transaction) =>
    {
        var found = (await connection.QueryAsync<(string Id, string Phase, long? Until, int Deaths)>(
            $"""
            SELECT id, phase, wait_until, takeovers FROM workflow_runs
            WHERE ended_at IS NULL AND owner > '' AND phase IN ('running', 'waiting') AND mode <> 'sub-workflow' AND owner NOT IN (SELECT id FROM workflow_owners)
            ORDER BY started_at, id LIMIT {MostClaimed} {(IsShared ? "FOR UPDATE SKIP LOCKED" : "")}
            """, transaction: transaction)).AsList();
        await using var statements = Statements.Create(connection, transaction);
        foreach (var run in found) await statements.RunAsync("UPDATE workflow_runs SET owner = @owner WHERE id = @id", ("owner", Id), ("id", run.Id));
        await statements.FinishAsync();
        return [.. found.Select(r => new LeftRun(r.Id, HistorySql.Phase(r.Phase), r.Until is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null, r.Deaths))];
    }, cancel);

    /// <summary>Notes that this process goes on with runs whose process has died.</summary>
    /// <returns>How often the process of each has died since something of it, or of the runs that it called, was stored.</returns>
    public Task<IReadOnlyDictionary<string, int>> CountAsync(IReadOnlyList<string> ids, CancellationToken cancel) => database.WriteAsync<IReadOnlyDictionary<string, int>>(async (connection, transaction) =>
    {
        await HoldAsync(connection, transaction);
        // Called runs have the id of their caller before their own, and a dot between, after which comes the slash.
        const string stored = "(SELECT count(*) FROM workflow_run_lines l WHERE l.run_id >= workflow_runs.id AND l.run_id < workflow_runs.id || '/')";
        var arguments = new DynamicParameters(new { Id });
        for (var i = 0; i < ids.Count; i++) arguments.Add($"run{i}", ids[i]);
        return (await connection.QueryAsync<(string Id, int Deaths)>(
            $"""
            UPDATE workflow_runs SET takeovers = CASE WHEN stored_at_takeover = {stored} THEN takeovers + 1 ELSE 1 END, stored_at_takeover = {stored}
            WHERE id IN ({string.Join(", ", ids.Select((_, i) => $"@run{i}"))}) AND owner = @Id AND phase = 'running'
            RETURNING id, takeovers
            """, arguments, transaction)).ToDictionary(r => r.Id, r => r.Deaths, StringComparer.Ordinal);
    }, cancel);

    /// <summary>Takes a run that waits, for whoever wakes or ends it: of several that try at once, one succeeds.</summary>
    /// <param name="phase">What it has to be doing now.</param>
    /// <param name="own">Only if it is this process's already: what it knows of the run is not out of date then.</param>
    public Task<bool> TakeAsync(string id, RunPhase phase, bool own, CancellationToken cancel) => database.WriteAsync(async (c, t) => await c.ExecuteAsync(
        $"UPDATE workflow_runs SET phase = 'running', owner = @Id WHERE id = @id AND phase = @phase{(own ? " AND owner = @Id" : "")}",
        new { id, Id, phase = HistorySql.NameOf(phase) }, t) == 1, cancel);

    /// <summary>Puts a run back that was taken, because it goes on waiting.</summary>
    public Task PutBackAsync(string id, CancellationToken cancel) =>
        database.WriteAsync((c, t) => c.ExecuteAsync("UPDATE workflow_runs SET phase = 'waiting' WHERE id = @id AND phase = 'running' AND owner = @Id", new { id, Id }, t), cancel);

    /// <summary>Asks whoever runs it to end a run.</summary>
    /// <returns>False when no such run is under way.</returns>
    public Task<bool> AskToCancelAsync(string id, string reason, CancellationToken cancel) => database.WriteAsync(
        async (c, t) => await c.ExecuteAsync("UPDATE workflow_runs SET cancel_reason = @reason WHERE id = @id AND phase IN ('running', 'queued')", new { id, reason }, t) == 1, cancel);

    /// <summary>The runs of this process that somebody wants ended.</summary>
    public Task<IReadOnlyList<(string Id, string Reason)>> ToCancelAsync(CancellationToken cancel) => database.ReadAsync<IReadOnlyList<(string, string)>>(async c => (await c.QueryAsync<(string, string)>(
        new CommandDefinition("SELECT id, cancel_reason FROM workflow_runs WHERE ended_at IS NULL AND owner = @Id AND phase IN ('running', 'queued') AND cancel_reason IS NOT NULL", new { Id }, cancellationToken: cancel))).AsList(), cancel);

    /// <summary>Keeps this process an owner until the transaction ends.</summary>
    /// <returns>The owner's id.</returns>
    /// <exception cref="RunsTakenException">It is none any more.</exception>
    public async ValueTask<string> HoldAsync(DbConnection connection, DbTransaction transaction)
    {
        var id = Id;
        if (IsShared && await connection.ExecuteScalarAsync<string?>("SELECT id FROM workflow_owners WHERE id = @id FOR KEY SHARE", new { id }, transaction) is null) throw new RunsTakenException(id);
        return id;
    }

    /// <summary>Leaves all runs to whoever comes next. This process has not died of them.</summary>
    public Task LeaveAsync(CancellationToken cancel) => database.WriteAsync((c, t) => c.ExecuteAsync(
        """
        UPDATE workflow_runs SET takeovers = takeovers - 1 WHERE ended_at IS NULL AND owner = @Id AND phase = 'running' AND takeovers > 0;
        DELETE FROM workflow_owners WHERE id = @Id
        """, new { Id }, t), cancel);

    /// <summary>The key with which the addresses of waiting runs are signed: the same for all who share the store, and in every life of theirs.</summary>
    public async Task<byte[]> KeyAsync(byte[] fresh, CancellationToken cancel)
    {
        await database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO workflow_keys (name, value) VALUES ('resume', @fresh) ON CONFLICT (name) DO NOTHING", new { fresh }, t), cancel);
        return await database.ReadAsync(c => c.QuerySingleAsync<byte[]>(new CommandDefinition("SELECT value FROM workflow_keys WHERE name = 'resume'", cancellationToken: cancel)), cancel);
    }
}

/// <summary>A run that an owner left that is none any more.</summary>
/// <param name="Deaths">How often its process had died, at the last count, since something of it was stored.</param>
internal sealed record LeftRun(string Id, RunPhase Phase, DateTimeOffset? Until, int Deaths);

/// <summary>This process was not heard of for so long that others go on with its runs: nothing more of them may be stored here.</summary>
/// <param name="owner">What it owned them as.</param>
internal sealed class RunsTakenException(string owner) : DatabaseException("this process was taken for dead, and its runs are others' now")
{
    public string Owner { get; } = owner;
}
