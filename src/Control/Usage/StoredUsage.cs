using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Plugins.Usage;

namespace Sluice.Control.Usage;

/// <summary>Counts of calls in the database that the nodes share.</summary>
public sealed class StoredUsage(Database database, TimeProvider time) : UsageStore, IDisposable
{
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
        }
        catch (DatabaseException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public void Dispose() => _database.Dispose();
}
