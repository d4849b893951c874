using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Workflows.History;

/// <summary>How much of what is over is kept; what is null sets no limit.</summary>
/// <param name="Age">How long after its end a run is kept.</param>
/// <param name="Count">How many ended runs are kept.</param>
/// <param name="Bytes">How many bytes the histories of ended runs may take.</param>
public sealed record RetentionLimits(TimeSpan? Age, long? Count, long? Bytes)
{
    /// <summary>Two weeks, a hundred thousand runs, a gibibyte.</summary>
    public static RetentionLimits Default { get; } = new(TimeSpan.FromDays(14), 100_000, 1L << 30);
}

/// <summary>Removes ended runs that are too old or too many, the oldest first, with their files.</summary>
internal sealed class Retention(Database database, ObjectStore? objects, RetentionLimits limits, TimeProvider time)
{
    private const int AtOnce = 500;
    private const int ObjectsAtOnce = 8;

    /// <summary>Removes whatever is beyond the limits.</summary>
    /// <param name="ages">How long the runs of some workflows are kept, by their names, in place of the general limit.</param>
    /// <returns>How many runs were removed.</returns>
    public async Task<int> EnforceAsync(IReadOnlyDictionary<string, TimeSpan> ages, CancellationToken cancel)
    {
        var removed = 0;
        var now = time.GetUtcNow();
        foreach (var (workflow, age) in ages)
            removed += await RemoveAllAsync("ended_at < @limit AND workflow = @workflow", new { limit = (now - age).ToUnixTimeMilliseconds(), workflow }, cancel);
        if (limits.Age is { } general)
            removed += await RemoveAllAsync(ages.Count == 0 ? "ended_at < @limit" : "ended_at < @limit AND workflow NOT IN (SELECT value FROM own)", new { limit = (now - general).ToUnixTimeMilliseconds() }, cancel, ages.Keys);
        while (limits.Count is not null || limits.Bytes is not null)
        {
            var (count, bytes) = await database.ReadAsync(c => c.QuerySingleAsync<(long, long)>(new CommandDefinition("SELECT count(*), CAST(coalesce(sum(bytes), 0) AS bigint) FROM workflow_runs WHERE ended_at IS NOT NULL", cancellationToken: cancel)), cancel);
            if (count == 0 || (count <= (limits.Count ?? long.MaxValue) && bytes <= (limits.Bytes ?? long.MaxValue))) break;
            var excess = count - (limits.Count ?? long.MaxValue);
            var some = bytes > (limits.Bytes ?? long.MaxValue) ? Math.Max(excess, (bytes - limits.Bytes!.Value) * count / Math.Max(1, bytes) + 1) : excess;
            removed += await RemoveAsync("ended_at IS NOT NULL", null, (int)Math.Clamp(some, 1, AtOnce), cancel, []);
        }

        if (removed > 0)
        {
            await database.WriteAsync((c, t) => c.ExecuteAsync(new CommandDefinition(
                "DELETE FROM workflow_documents WHERE stored_at < @old AND NOT EXISTS (SELECT 1 FROM workflow_runs r WHERE r.version = workflow_documents.version)",
                new { old = now.AddDays(-1).ToUnixTimeMilliseconds() }, t, cancellationToken: cancel)), cancel);
        }

        return removed;
    }

    private async Task<int> RemoveAllAsync(string condition, object arguments, CancellationToken cancel, IEnumerable<string>? except = null)
    {
        var removed = 0;
        int some;
        do removed += some = await RemoveAsync(condition, arguments, AtOnce, cancel, except ?? []);
        while (some == AtOnce);
        return removed;
    }

    private async Task<int> RemoveAsync(string condition, object? arguments, int most, CancellationToken cancel, IEnumerable<string> except)
    {
        var all = new DynamicParameters(arguments);
        all.Add("most", most);
        var names = except.Select((name, i) => (Name: $"own{i}", Value: name)).ToList();
        foreach (var (name, value) in names) all.Add(name, value);
        condition = condition.Replace("(SELECT value FROM own)", $"({string.Join(", ", names.Select(n => "@" + n.Name))})", StringComparison.Ordinal);
        var ids = await database.ReadAsync(async c => (await c.QueryAsync<string>(new CommandDefinition($"SELECT id FROM workflow_runs WHERE {condition} ORDER BY ended_at LIMIT @most", all, cancellationToken: cancel))).AsList(), cancel);
        if (ids.Count == 0) return 0;

        // The files first: what is left over after a crash still has a run that names it.
        if (objects is not null)
            await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = ObjectsAtOnce, CancellationToken = cancel }, (id, stop) => objects.DeleteAsync(HistoryWriter.Folder(id) + "/", stop));
        await database.WriteAsync(async (connection, transaction) =>
        {
            await using var statements = Statements.Create(connection, transaction);
            foreach (var id in ids)
            {
                await statements.RunAsync("DELETE FROM workflow_run_lines WHERE run_id = @id", ("id", id));
                await statements.RunAsync("DELETE FROM workflow_runs WHERE id = @id", ("id", id));
            }

            await statements.FinishAsync();
        }, cancel);
        return ids.Count;
    }
}
