using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Foundation.Tests.Storage;

public sealed class DatabaseTests
{
    private static readonly Migration[] Schema =
    [
        new(1, "things", "CREATE TABLE things (id {id}, name {text} NOT NULL UNIQUE, content {bytes})"),
    ];

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task What_is_written_is_read_back(DatabaseKind kind)
    {
        await using var database = await WithThingsAsync(kind);
        byte[] content = [0, 1, 255];
        var id = await database.WriteAsync((c, t) => c.ExecuteScalarAsync<long>("INSERT INTO things (name, content) VALUES (@name, @content) RETURNING id", new { name = "ä", content }, t));
        var (name, read) = await database.ReadAsync(c => c.QuerySingleAsync<(string, byte[])>("SELECT name, content FROM things WHERE id = @id", new { id }));
        name.ShouldBe("ä");
        read.ShouldBe(content);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_write_that_fails_leaves_nothing(DatabaseKind kind)
    {
        await using var database = await WithThingsAsync(kind);
        await Should.ThrowAsync<InvalidOperationException>(() => database.WriteAsync(async (c, t) =>
        {
            await c.ExecuteAsync("INSERT INTO things (name) VALUES ('half')", transaction: t);
            throw new InvalidOperationException("in the middle");
        }));
        (await database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT count(*) FROM things"))).ShouldBe(0);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_key_that_is_taken_is_said_so(DatabaseKind kind)
    {
        await using var database = await WithThingsAsync(kind);
        await database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO things (name) VALUES ('a')", transaction: t));
        await Should.ThrowAsync<DuplicateKeyException>(() => database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO things (name) VALUES ('a')", transaction: t)));
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Writers_side_by_side_all_get_their_turn(DatabaseKind kind)
    {
        await using var database = await WithThingsAsync(kind);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
            database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO things (name) VALUES (@name)", new { name = $"{i}" }, t)))));
        (await database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT count(*) FROM things"))).ShouldBe(50);
    }

    /// <summary>SQLite rolls back by itself then; what is told is the full disk, and the next write works.</summary>
    [Fact]
    public async Task A_full_disk_is_said_and_leaves_nothing_behind()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        await database.WriteAsync((c, t) => c.ExecuteAsync("CREATE TABLE t (content blob)", transaction: t));

        var failed = await Should.ThrowAsync<DatabaseUnavailableException>(() => database.WriteAsync(async (c, t) =>
        {
            await c.ExecuteAsync("PRAGMA max_page_count = 3", transaction: t);
            await c.ExecuteAsync("INSERT INTO t VALUES (zeroblob(1000000))", transaction: t);
        }));

        failed.Message.ShouldContain("full");
        await database.WriteAsync(async (c, t) =>
        {
            await c.ExecuteAsync("PRAGMA max_page_count = 1000000", transaction: t);
            await c.ExecuteAsync("INSERT INTO t VALUES (zeroblob(1000000))", transaction: t);
        });
        (await database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT count(*) FROM t"))).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_else_may_read_the_file()
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = Directory.CreateTempSubdirectory("sluice-sqlite-").FullName;
        await using var database = new Database(DatabaseAddress.File(Path.Combine(folder, "sluice.db")));
        await database.WriteAsync((c, t) => c.ExecuteAsync("CREATE TABLE t (content blob)", transaction: t));

        foreach (var file in Directory.GetFiles(folder)) (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)).ShouldBe(UnixFileMode.None, file);
    }

    [Fact]
    public async Task A_dead_server_is_unavailable_and_comes_back()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = new Database(DatabaseAddress.Parse(await server.CreateDatabaseAsync()));
        (await database.ReadAsync(c => c.ExecuteScalarAsync<int>("SELECT 1"))).ShouldBe(1);
        await server.KillAsync();
        (await Should.ThrowAsync<DatabaseUnavailableException>(() => database.ReadAsync(c => c.ExecuteScalarAsync<int>("SELECT 1")))).Message
            .ShouldContain($"postgres://127.0.0.1:{server.Port}/");
        await server.StartAgainAsync();
        (await database.ReadAsync(c => c.ExecuteScalarAsync<int>("SELECT 2"))).ShouldBe(2);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_unavailable_not_a_crash()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("sluice-sqlite-").FullName, "x.db");
        await File.WriteAllTextAsync(file, new string('x', 5000), TestContext.Current.CancellationToken);
        await ShouldSayAsync(file, "it is no database of SQLite; move the file away, or name another one");
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_or_a_file_that_goes_is_said()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-sqlite-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "x.db"));
        await ShouldSayAsync(Path.Combine(folder, "x.db"), "it is a folder, and a file is wanted");

        var file = Path.Combine(folder, "y.db");
        await using var database = new Database(DatabaseAddress.File(file));
        await database.WriteAsync((c, t) => c.ExecuteAsync("CREATE TABLE t (content blob)", transaction: t));
        await database.ReadAsync(c => c.ExecuteScalarAsync<int>("SELECT 1"));
        File.Delete(file);
        (await Should.ThrowAsync<DatabaseUnavailableException>(() => database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO t VALUES ('')", transaction: t)))).Message
            .ShouldContain("it is gone");
    }

    private static async Task ShouldSayAsync(string file, string what)
    {
        await using var database = new Database(DatabaseAddress.File(file));
        (await Should.ThrowAsync<DatabaseUnavailableException>(() => database.ReadAsync(c => c.ExecuteScalarAsync<int>("SELECT 1")))).Message
            .ShouldBe($"the database sqlite:{file} cannot be used: {what}");
    }

    private static async Task<Database> WithThingsAsync(DatabaseKind kind)
    {
        var database = await BothEngines.CreateAsync(kind);
        await Migrations.RunAsync(database, "things", Schema, TimeProvider.System);
        return database;
    }
}
