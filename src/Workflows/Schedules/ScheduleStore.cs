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
    public Task<bool> TakeAsync(string workflow, string node, DateTimeOffset due, CancellationToken cancel) => database.WriteAsync(async (c, t) => await c.ExecuteAsync(
        "UPDATE workflow_schedules SET last_due = @at WHERE workflow = @workflow AND node = @node AND last_due < @at", new { workflow, node, at = due.ToUnixTimeMilliseconds() }, t) == 1, cancel);
}
