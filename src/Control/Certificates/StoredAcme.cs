using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Plugins.Acme;

namespace Sluice.Control.Certificates;

/// <summary>
/// Accounts, certificates and challenges of ACME in the database that the nodes share. A lock is a row with an end, so that one node asks for a certificate at a
/// time, and another goes on when that one dies.
/// </summary>
public sealed class StoredAcme(Database database, TimeProvider time) : AcmeStore, IDisposable
{
    private const string Forever = "9223372036854775807";

    private static readonly Migration[] Schema =
    [
        new(1, "acme", $"CREATE TABLE acme (name {{text}} NOT NULL PRIMARY KEY, value {{text}} NOT NULL, ends_at bigint NOT NULL DEFAULT {Forever})"),
    ];

    private readonly ComponentDatabase _database = new(database, "acme", Schema, time);

    public override async ValueTask<string?> GetAsync(string key) => await AskAsync(
        () => _database.ReadAsync(c => c.QueryFirstOrDefaultAsync<string?>("SELECT value FROM acme WHERE name = @key AND ends_at > @now", new { key, now = Now })));

    public override async ValueTask SetAsync(string key, string value, TimeSpan? lifetime = null) => await AskAsync(() => _database.WriteAsync((c, t) => c.ExecuteAsync(
        """
        INSERT INTO acme (name, value, ends_at) VALUES (@key, @value, @end)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, ends_at = excluded.ends_at
        """, new { key, value, end = EndOf(lifetime) }, t)));

    public override async ValueTask DeleteAsync(string key) =>
        await AskAsync(() => _database.WriteAsync((c, t) => c.ExecuteAsync("DELETE FROM acme WHERE name = @key", new { key }, t)));

    public override async ValueTask<bool> TryLockAsync(string key, TimeSpan lifetime) => await AskAsync(() => _database.WriteAsync(async (c, t) =>
    {
        // What nodes that died have left behind goes along.
        await c.ExecuteAsync("DELETE FROM acme WHERE ends_at <= @now", new { now = Now }, t);
        return await c.ExecuteAsync("INSERT INTO acme (name, value, ends_at) VALUES (@key, '', @end) ON CONFLICT (name) DO NOTHING", new { key, end = EndOf(lifetime) }, t) == 1;
    }));

    public void Dispose() => _database.Dispose();

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private long EndOf(TimeSpan? lifetime) => lifetime is { } l ? Now + (long)l.TotalMilliseconds : long.MaxValue;

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (DatabaseException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
