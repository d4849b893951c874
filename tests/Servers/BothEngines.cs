using Sluice.Foundation.Storage;

namespace Sluice.Tests.Servers;

/// <summary>
/// Databases for the tests of stores, which run on both engines: one PostgreSQL server for the whole test program, an empty database for each test.
/// Use: <c>[Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]</c> and <c>await using var store = await BothEngines.CreateAsync(kind)</c>.
/// </summary>
public static class BothEngines
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(StartAsync);

    public static async Task<Database> CreateAsync(DatabaseKind kind) => new(await AddressAsync(kind));

    /// <summary>The address of a new, empty database; several <see cref="Database"/>s on it are several nodes.</summary>
    public static async Task<DatabaseAddress> AddressAsync(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Sqlite)
            return DatabaseAddress.File(Path.Combine(Directory.CreateTempSubdirectory("sluice-sqlite-").FullName, "sluice.db"));
        return DatabaseAddress.Parse(await (await Server.Value).CreateDatabaseAsync());
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var server = await PostgresServer.StartAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    }
}
