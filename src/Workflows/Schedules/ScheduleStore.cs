using System.Data.Common;
using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Workflows.Schedules;

/// <summary>Which time of each schedule was dealt with last, so that times are neither forgotten nor dealt with twice, whoever shares the database.</summary>
internal sealed class ScheduleStore(Database database)
{
    public static readonly Migration Migration = new(2, "times of schedules", """
        CREATE TABLE workflow_schedules (
            workflow {text} NOT NULL,
            node {text} NOT NULL,
            last_due bigint NOT NULL,
            PRIMARY KEY (workflow, node)
        );
        """);

    /// <summary>The time that was dealt with last; <paramref name="now"/> for a schedule that is new.</summary>
    public async Task<DateTimeOffset> LastAsync(string workflow, string node, DateTimeOffset now, CancellationToken cancel)
    {
        var at = now.ToUnixTimeMilliseconds();
        await database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO workflow_schedules (workflow, node, last_due) VALUES (@workflow, @node, @at) ON CONFLICT (workflow, node) DO NOTHING", new { workflow, node, at }, t), cancel);
        return DateTimeOffset.FromUnixTimeMilliseconds(await database.ReadAsync(
            c => c.QuerySingleAsync<long>(new CommandDefinition("SELECT last_due FROM workflow_schedules WHERE workflow = @workflow AND node = @node", new { workflow, node }, cancellationToken: cancel)), cancel));
    }

    /// <summary>Takes a time for this process.</summary>
    /// <returns>False when it, or a later one, has been dealt with.</returns>
    public Task<bool> TakeAsync(ScheduledTime time, CancellationToken cancel) => database.WriteAsync((c, t) => TakeAsync(c, t, time), cancel);

    /// <summary>Takes a time together with what else the transaction stores.</summary>
    /// <inheritdoc cref="TakeAsync(ScheduledTime, CancellationToken)"/>
    public static async Task<bool> TakeAsync(DbConnection connection, DbTransaction transaction, ScheduledTime time) => await connection.ExecuteAsync(
        "UPDATE workflow_schedules SET last_due = @at WHERE workflow = @Workflow AND node = @Node AND last_due < @at", new { time.Workflow, time.Node, at = time.Due.ToUnixTimeMilliseconds() }, transaction) == 1;

    /// <summary>Whether neither a time nor a later one has been dealt with.</summary>
    public Task<bool> IsOpenAsync(ScheduledTime time, CancellationToken cancel) => database.ReadAsync(c => c.ExecuteScalarAsync<bool>(new CommandDefinition(
        "SELECT count(*) > 0 FROM workflow_schedules WHERE workflow = @Workflow AND node = @Node AND last_due < @at", new { time.Workflow, time.Node, at = time.Due.ToUnixTimeMilliseconds() }, cancellationToken: cancel)), cancel);
}

/// <summary>A time of a schedule.</summary>
internal sealed record ScheduledTime(string Workflow, string Node, DateTimeOffset Due);

/// <summary>Somebody else has begun the run of a time: this one is not stored, and never was.</summary>
internal sealed class TimeTakenException() : Exception("somebody else has begun the run of this time");
