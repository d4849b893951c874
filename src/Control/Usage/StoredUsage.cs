using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Plugins.Usage;

namespace Sluice.Control.Usage;

/// <summary>Counts of calls in the database that the nodes share.</summary>
/// <param name="keep">How long counts are kept; null for ever.</param>
public sealed class StoredUsage(Database database, TimeProvider time, TimeSpan? keep = null) : UsageStore, IDisposable
{
    private const string Sums = "CAST(coalesce(sum(calls), 0) AS bigint), CAST(coalesce(sum(failed), 0) AS bigint), CAST(coalesce(sum(bytes), 0) AS bigint)";

    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    private static readonly Migration[] Schema =
    [
        new(1, "calls by consumer, route and hour",
            """
            CREATE TABLE usage (
                consumer {text} NOT NULL,
                route {text} NOT NULL,
                hour bigint NOT NULL,
                consumer_name {text} NOT NULL,
                calls bigint NOT NULL,
                failed bigint NOT NULL,
                bytes bigint NOT NULL,
                PRIMARY KEY (consumer, route, hour)
            );
            CREATE INDEX usage_by_hour ON usage (hour)
            """),
    ];

    private readonly ComponentDatabase _database = new(database, "usage", Schema, time);
    private DateTimeOffset _pruneAt;

    public override async Task AddAsync(IReadOnlyList<UsageCount> counts)
    {
        try
        {
            await _database.WriteAsync(async (connection, transaction) =>
            {
                // In one order on all nodes, so that none waits for another that waits for it.
                var rows = counts.Select(c => new { consumer = c.Consumer.ToString(), route = c.Route, hour = c.Hour.ToUnixTimeMilliseconds(), name = c.ConsumerName, calls = c.Calls, failed = c.Failed, bytes = c.Bytes })
                    .OrderBy(r => r.consumer, StringComparer.Ordinal).ThenBy(r => r.route, StringComparer.Ordinal).ThenBy(r => r.hour);
                return await connection.ExecuteAsync(
                    """
                    INSERT INTO usage (consumer, route, hour, consumer_name, calls, failed, bytes) VALUES (@consumer, @route, @hour, @name, @calls, @failed, @bytes)
                    ON CONFLICT (consumer, route, hour) DO UPDATE SET consumer_name = excluded.consumer_name,
                        calls = usage.calls + excluded.calls, failed = usage.failed + excluded.failed, bytes = usage.bytes + excluded.bytes
                    """, rows, transaction);
            });
            await PruneAsync();
        }
        catch (DatabaseException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Counts added up, the earliest and then by name, and how many rows there are.</summary>
    public Task<(IReadOnlyList<UsageRow> Rows, long Total)> ListAsync(UsageQuery query, int skip, int take, CancellationToken cancel = default) => _database.ReadAsync<(IReadOnlyList<UsageRow>, long)>(async c =>
    {
        var (where, values) = query.Condition();
        var period = query.PeriodSql(_database.Kind);
        var groups = new List<string> { period };
        if (query.ByConsumer) groups.Add("consumer");
        if (query.ByRoute) groups.Add("route");
        var grouped = $"GROUP BY {string.Join(", ", groups)}";
        var total = await c.ExecuteScalarAsync<long>(new CommandDefinition($"SELECT count(*) FROM (SELECT 1 FROM usage WHERE {where} {grouped}) counted", values, cancellationToken: cancel));
        values.Add("take", take);
        values.Add("skip", skip);
        // What rows are not by is 0 and '' here: of a column that is all null, not every engine says what it would hold.
        var rows = await c.QueryAsync<(long Since, string ConsumerId, string Consumer, string Route, long Calls, long Failed, long Bytes)>(new CommandDefinition(
            $"""
            SELECT {period}, {(query.ByConsumer ? "consumer, max(consumer_name)" : "'', ''")}, {(query.ByRoute ? "route" : "''")}, {Sums}
            FROM usage WHERE {where} {grouped} ORDER BY 1, 3, 2, 4 LIMIT @take OFFSET @skip
            """, values, cancellationToken: cancel));
        return ([.. rows.Select(r => new UsageRow(
            query.ByConsumer ? r.ConsumerId : null, query.ByConsumer ? r.Consumer : null, query.ByRoute ? r.Route : null, query.Period == UsagePeriod.All ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.Since),
            new UsageSums(r.Calls, r.Failed, r.Bytes)))], total);
    }, cancel);

    /// <summary>All of them in one.</summary>
    public Task<UsageSums> SumAsync(UsageQuery query, CancellationToken cancel = default) => _database.ReadAsync(async c =>
    {
        var (where, values) = query.Condition();
        var (calls, failed, bytes) = await c.QuerySingleAsync<(long, long, long)>(new CommandDefinition($"SELECT {Sums} FROM usage WHERE {where}", values, cancellationToken: cancel));
        return new UsageSums(calls, failed, bytes);
    }, cancel);

    public void Dispose() => _database.Dispose();

    /// <summary>Removes what is too old, once an hour.</summary>
    private async Task PruneAsync()
    {
        var now = time.GetUtcNow();
        if (keep is not { } limit || now < _pruneAt) return;
        await _database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM usage WHERE hour < @before", new { before = (now - limit).ToUnixTimeMilliseconds() }, t));
        _pruneAt = now + PruneEvery;
    }
}
