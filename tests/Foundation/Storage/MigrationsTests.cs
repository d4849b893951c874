using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Foundation.Tests.Storage;

public sealed class MigrationsTests
{
    private static readonly Migration First = new(1, "one", "CREATE TABLE one (id {id})");
    private static readonly Migration Second = new(2, "two", "ALTER TABLE one ADD COLUMN name {text}; CREATE INDEX one_name ON one (name)");

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Each_step_runs_once(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        (await RunAsync(database, First)).ShouldBe(1);
        (await RunAsync(database, First, Second)).ShouldBe(1);
        (await RunAsync(database, First, Second)).ShouldBe(0);
        await database.WriteAsync((c, t) => c.ExecuteAsync("INSERT INTO one (name) VALUES ('x')", transaction: t));
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_newer_schema_is_refused(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        await RunAsync(database, First, Second);
        (await Should.ThrowAsync<NewerSchemaException>(() => RunAsync(database, First))).Message.ShouldContain("the schema 2 and this program knows 1");
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_step_that_fails_leaves_the_ones_before_it_undone_too(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        await Should.ThrowAsync<Exception>(() => RunAsync(database, First, new Migration(2, "wrong", "CREATE TABLE")));
        (await RunAsync(database, First, Second)).ShouldBe(2);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Nodes_that_start_together_run_them_once(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        var ran = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var node = new Database(address);
            return await RunAsync(node, First, Second);
        }));
        ran.Sum().ShouldBe(2);
    }

    private static Task<int> RunAsync(Database database, params Migration[] steps) => Migrations.RunAsync(database, "test", steps, TimeProvider.System);
}
