using Dapper;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Nodes;

/// <summary>
/// The nodes that share a database: each writes every few seconds what it is and which release it serves. A database in a file has one node, which needs
/// no register.
/// </summary>
public sealed partial class NodeRegister(Database database, Node self, Func<NodeReport> report, TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>How often a node writes.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>A node that was not heard of for so long is forgotten.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    // The database's own clock, so that the clocks of the nodes need not agree.
    private const string Now = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

    private readonly ComponentDatabase _database = new(database, "nodes", NodeMigrations.Steps, time);
    private readonly SemaphoreSlim _wake = new(0, 1);

    private bool IsShared => database.Kind == DatabaseKind.Postgres;

    /// <summary>All nodes, by host and id.</summary>
    /// <exception cref="DatabaseException">The database does not answer.</exception>
    public async Task<IReadOnlyList<NodeStatus>> ListAsync(CancellationToken cancel = default)
    {
        if (!IsShared) return [new NodeStatus(self, report(), TimeSpan.Zero, IsSelf: true)];
        var rows = await _database.ReadAsync(c => c.QueryAsync<Row>(
            $"SELECT id, host, version, roles, started_at AS StartedAt, {Now} - seen_at AS Age, release, problem FROM nodes ORDER BY host, id"), cancel);
        return [.. rows.Select(r => new NodeStatus(
            new Node { Id = r.Id, Host = r.Host, Version = r.Version, Roles = (NodeRoles)r.Roles, StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(r.StartedAt) },
            new NodeReport(r.Release, r.Problem), TimeSpan.FromMilliseconds(Math.Max(0, r.Age)), r.Id == self.Id))];
    }

    /// <summary>Writes at once, because the report has changed.</summary>
    public void Hurry()
    {
        if (_wake.CurrentCount > 0) return;
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else was first.
        }
    }

    /// <summary>Writes until told to stop, and then takes this node out.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (!IsShared) return;
        var away = false;
        try
        {
            while (true)
            {
                try
                {
                    await WriteAsync(stop);
                    away = false;
                }
                catch (DatabaseException e)
                {
                    if (!away) LogAway(e.Message);
                    away = true;
                }
                await _wake.WaitAsync(Beat, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await LeaveAsync();
        }
    }

    public void Dispose() => _database.Dispose();

    private Task WriteAsync(CancellationToken stop)
    {
        var (release, problem) = report();
        var row = new
        {
            self.Id,
            self.Host,
            self.Version,
            Roles = (long)self.Roles,
            StartedAt = self.StartedAt.ToUnixTimeMilliseconds(),
            release,
            problem,
            memory = (long)Memory.TotalMilliseconds,
        };
        return _database.WriteAsync(async (c, t) =>
        {
            await c.ExecuteAsync($"DELETE FROM nodes WHERE seen_at < {Now} - @memory", row, t);
            return await c.ExecuteAsync(
                $"""
                INSERT INTO nodes (id, host, version, roles, started_at, seen_at, release, problem)
                VALUES (@Id, @Host, @Version, @Roles, @StartedAt, {Now}, @release, @problem)
                ON CONFLICT (id) DO UPDATE SET host = excluded.host, version = excluded.version, roles = excluded.roles, started_at = excluded.started_at,
                    seen_at = excluded.seen_at, release = excluded.release, problem = excluded.problem
                """, row, t);
        }, stop);
    }

    private async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await _database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM nodes WHERE id = @Id", new { self.Id }, t), limit.Token);
        }
        catch (Exception e) when (e is DatabaseException or OperationCanceledException)
        {
            // The others will notice.
        }
    }

    private sealed class Row
    {
        public string Id { get; init; } = "";

        public string Host { get; init; } = "";

        public string Version { get; init; } = "";

        public long Roles { get; init; }

        public long StartedAt { get; init; }

        public long Age { get; init; }

        public long? Release { get; init; }

        public string? Problem { get; init; }
    }

    [LoggerMessage(1, LogLevel.Warning, "this node cannot say that it runs: {Problem}")]
    private partial void LogAway(string problem);
}
