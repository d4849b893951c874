using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.History;

/// <summary>What code keeps from one run to the next.</summary>
public sealed class StaticDataStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task What_is_written_last_is_read_by_every_node(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using var database = new Database(address);
        await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, TimeProvider.System, Cancel);
        var workflow = Make("kept", "Start > End", "{}", "Start manual-trigger", "End no-op").Definition;
        var store = new StaticDataStore(database);
        (await store.ReadAsync(workflow, "", "global", Cancel)).Count.ShouldBe(0);
        await store.WriteAsync(workflow, "", "global", new JsObject { ["n"] = 1 }, Cancel);
        await store.WriteAsync(workflow, "", "node:End", new JsObject { ["n"] = 2 }, Cancel);
        await store.WriteAsync(workflow, "", "global", new JsObject { ["n"] = 3 }, Cancel);

        await using var again = new Database(address);
        var other = new StaticDataStore(again);
        JsJson.WriteString(await other.ReadAsync(workflow, "", "global", Cancel)).ShouldBe("""{"n":3}""");
        JsJson.WriteString(await other.ReadAsync(workflow, "", "node:End", Cancel)).ShouldBe("""{"n":2}""");
    }

    [Fact]
    public async Task Too_much_is_refused_and_what_is_read_is_a_copy()
    {
        var store = new StaticDataStore(null);
        var workflow = Make("kept", "Start > End", "{}", "Start manual-trigger", "End no-op").Definition;
        await store.WriteAsync(workflow, "", "global", new JsObject { ["n"] = 1 }, Cancel);
        (await store.ReadAsync(workflow, "", "global", Cancel)).Set("n", 2);
        (await store.ReadAsync(workflow, "", "global", Cancel))["n"].AsNumber.ShouldBe(1);
        var much = new JsObject { ["text"] = new string('x', StaticDataStore.MaximumLength) };
        (await Should.ThrowAsync<NodeException>(async () => await store.WriteAsync(workflow, "", "global", much, Cancel))).Message.ShouldBe("the static data of the workflow is longer than 1 MiB");
    }
}
