using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.Nodes;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Nodes;

public sealed class ChangeFeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_change_by_another_node_is_told(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using var here = new Database(address);
        await using var there = new Database(address);
        await PrepareAsync(here);
        await using var follower = new Follower(here);
        await ChangeAsync(there, 7);
        await follower.UntilAsync(7);
        await ChangeAsync(there, 9);
        await follower.UntilAsync(9);
    }

    [Fact]
    public async Task Postgres_tells_without_being_asked()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Postgres);
        await PrepareAsync(database);
        await using var follower = new Follower(database);
        await Wait.UntilAsync(() => follower.Feed.IsListening);
    }

    [Fact]
    public async Task An_outage_is_sat_out()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = new Database(DatabaseAddress.Parse(await server.CreateDatabaseAsync()));
        await PrepareAsync(database);
        await using var follower = new Follower(database);
        await Wait.UntilAsync(() => follower.Feed.IsListening);
        await server.KillAsync();
        await Wait.UntilAsync(() => !follower.Feed.IsListening);
        await server.StartAgainAsync();
        await ChangeAsync(database, 3);
        await follower.UntilAsync(3);
        await Wait.UntilAsync(() => follower.Feed.IsListening);
    }

    [Fact]
    public async Task A_change_that_could_not_be_taken_is_told_again()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        await PrepareAsync(database);
        await using var follower = new Follower(database, failures: 2);
        await ChangeAsync(database, 5);
        await follower.UntilAsync(5);
    }

    private static Task PrepareAsync(Database database) => database.WriteAsync(async (c, t) =>
    {
        await c.ExecuteAsync("CREATE TABLE numbers (number bigint NOT NULL)", transaction: t);
        await c.ExecuteAsync("INSERT INTO numbers VALUES (0)", transaction: t);
    });

    private static async Task ChangeAsync(Database database, long number)
    {
        // The pool may still hold connections of before an outage.
        for (var attempt = 0; ; attempt++)
            try
            {
                await database.WriteAsync(async (c, t) =>
                {
                    await c.ExecuteAsync("UPDATE numbers SET number = @number", new { number }, t);
                    await ChangeFeed.TellAsync(database.Kind, c, t, "test_numbers", number);
                });
                return;
            }
            catch (DatabaseUnavailableException) when (attempt < 50)
            {
                await Task.Delay(100);
            }
    }

    /// <summary>Follows the number in a database until disposed.</summary>
    private sealed class Follower : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task following;
        private long last;
        private int failures;

        public Follower(Database database, int failures = 0)
        {
            this.failures = failures;
            Feed = new ChangeFeed(database, "test_numbers",
                cancel => database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT number FROM numbers"), cancel),
                (number, _) =>
                {
                    if (this.failures-- > 0) throw new InvalidOperationException("not yet");
                    Interlocked.Exchange(ref last, number);
                    return Task.CompletedTask;
                },
                NullLogger.Instance);
            following = Feed.FollowAsync(0, stop.Token);
        }

        public ChangeFeed Feed { get; }

        public Task UntilAsync(long number) => Wait.UntilAsync(() => Interlocked.Read(ref last) == number);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await following.WaitAsync(Patience);
            stop.Dispose();
        }
    }
}

/// <summary>Waits for what will happen, however slow the machine.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<bool> happened)
    {
        for (var i = 0; !happened(); i++)
        {
            i.ShouldBeLessThan(1200, "it did not happen within a minute");
            await Task.Delay(50);
        }
    }
}
