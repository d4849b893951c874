using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Workflows.History;

/// <summary>
/// The stored runs that wait for whichever worker has room. They belong to nobody; a worker takes one by making it its own in one statement, so that of several that
/// try, one gets it. Only for databases that nodes share.
/// </summary>
internal sealed class QueuedRuns(Database database, RunOwnership ownership)
{
    public static readonly Migration Migration = new(3, "runs that wait for a worker", "CREATE INDEX workflow_runs_queued ON workflow_runs (workflow, tenant, id) WHERE phase = 'queued';");

    /// <summary>Which workflows and tenants have runs that wait, without looking at each run.</summary>
    /// <param name="most">How far the runs of each are counted.</param>
    public Task<IReadOnlyList<QueuedLane>> LanesAsync(int most, CancellationToken cancel) => database.ReadAsync<IReadOnlyList<QueuedLane>>(async c => (await c.QueryAsync<QueuedLane>(new CommandDefinition(
        """
        WITH RECURSIVE lane AS (
            (SELECT workflow, tenant FROM workflow_runs WHERE phase = 'queued' ORDER BY workflow, tenant LIMIT 1)
            UNION ALL
            SELECT further.workflow, further.tenant FROM lane CROSS JOIN LATERAL (
                SELECT workflow, tenant FROM workflow_runs
                WHERE phase = 'queued' AND (workflow, tenant) > (lane.workflow, lane.tenant) ORDER BY workflow, tenant LIMIT 1) further
        )
        SELECT workflow, tenant, (SELECT CAST(count(*) AS integer) FROM (
            SELECT 1 FROM workflow_runs r WHERE r.phase = 'queued' AND r.workflow = lane.workflow AND r.tenant = lane.tenant LIMIT @most) counted) AS count
        FROM lane
        """, new { most }, cancellationToken: cancel))).AsList(), cancel);

    /// <summary>Makes runs this process's own, the oldest first; those that somebody else is just taking are passed over.</summary>
    /// <param name="shares">How many of which lane.</param>
    /// <returns>Those it got.</returns>
    /// <exception cref="RunsTakenException">This process was taken for dead.</exception>
    public Task<IReadOnlyList<ClaimedRun>> ClaimAsync(IReadOnlyList<QueuedLane> shares, CancellationToken cancel) => database.WriteAsync<IReadOnlyList<ClaimedRun>>(async (connection, transaction) =>
    {
        var owner = await ownership.HoldAsync(connection, transaction);
        return (await connection.QueryAsync<ClaimedRun>(new CommandDefinition(
            """
            WITH picked AS MATERIALIZED (
                SELECT run.id FROM unnest(@workflows, @tenants, @counts) AS share (workflow, tenant, count) CROSS JOIN LATERAL (
                    SELECT id FROM workflow_runs WHERE phase = 'queued' AND workflow = share.workflow AND tenant = share.tenant
                    ORDER BY id LIMIT share.count FOR UPDATE SKIP LOCKED) run
            )
            UPDATE workflow_runs SET phase = 'running', owner = @owner FROM picked WHERE workflow_runs.id = picked.id
            RETURNING workflow_runs.id, workflow, tenant, cancel_reason AS CancelReason
            """,
            new { owner, workflows = shares.Select(s => s.Workflow).ToArray(), tenants = shares.Select(s => s.Tenant).ToArray(), counts = shares.Select(s => s.Count).ToArray() },
            transaction, cancellationToken: cancel))).AsList();
    }, cancel);

    /// <summary>How many wait in all.</summary>
    /// <param name="most">How far they are counted.</param>
    public Task<int> CountAsync(int most, CancellationToken cancel) => database.ReadAsync(c => c.ExecuteScalarAsync<int>(
        new CommandDefinition("SELECT count(*) FROM (SELECT 1 FROM workflow_runs WHERE phase = 'queued' LIMIT @most) counted", new { most }, cancellationToken: cancel)), cancel);
}

/// <summary>Runs of one workflow and tenant that wait for a worker.</summary>
internal sealed record QueuedLane(string Workflow, string Tenant, int Count);

/// <summary>A run that was taken out of the queue.</summary>
/// <param name="CancelReason">Why somebody wants it ended; null when nobody does.</param>
internal sealed record ClaimedRun(string Id, string Workflow, string Tenant, string? CancelReason);
