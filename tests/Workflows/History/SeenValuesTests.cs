using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.History;

/// <summary>What earlier runs have seen.</summary>
public sealed class SeenValuesTests
{
    private static readonly WorkflowDefinition Workflow = Make("seen", "Start > End", "{}", "Start manual-trigger", "End no-op").Definition;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Two_processes_that_see_the_same_at_once_have_each_value_new_once(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using var one = new Database(address);
        await using var other = new Database(address);
        await Migrations.RunAsync(one, "workflows", HistorySql.Migrations, TimeProvider.System, Cancel);
        var values = Enumerable.Range(0, 20).Select(i => $"value {i}").ToList();
        var found = await Task.WhenAll(new[] { one, other, one, other }.Select(d => new SeenValues(d).AddAsync(Workflow, "", "node:A", values, values.Count, 1000, Cancel).AsTask()));
        for (var i = 0; i < values.Count; i++) found.Count(f => f[i]).ShouldBe(1);

        var raised = await Task.WhenAll(Enumerable.Range(1, 6).Select(n => new SeenValues(n % 2 == 0 ? one : other).RaiseAsync(Workflow, "", "node:B", "number", n, Cancel).AsTask()));
        raised.Count(r => r is null).ShouldBe(1);
        (await new SeenValues(other).RaiseAsync(Workflow, "", "node:B", "number", 3, Cancel)).ShouldBe(6);
    }

    [Theory, InlineData(null), InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Parts_and_tenants_are_apart_and_bounded_and_can_be_cleared(DatabaseKind? kind)
    {
        await using var database = kind is { } stored ? new Database(await BothEngines.AddressAsync(stored)) : null;
        if (database is not null) await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, TimeProvider.System, Cancel);
        var seen = new SeenValues(database);
        (await seen.AddAsync(Workflow, "", "node:A", ["a", "b"], 2, 3, Cancel)).ShouldBe([true, true]);
        (await seen.AddAsync(Workflow, "", "node:B", ["a"], 1, 3, Cancel)).ShouldBe([true]);
        (await seen.AddAsync(Workflow, "t", "node:A", ["a"], 1, 3, Cancel)).ShouldBe([true]);
        (await seen.AddAsync(Workflow, "", "node:A", ["b"], 1, 3, Cancel)).ShouldBe([false]);
        (await Should.ThrowAsync<NodeException>(async () => await seen.AddAsync(Workflow, "", "node:A", ["c", "d"], 2, 3, Cancel))).Message.ShouldStartWith("The number of items to be processed exceeds the maximum history size: 2 are kept and 2 come in, of 3.");
        (await Should.ThrowAsync<NodeException>(async () => await seen.RaiseAsync(Workflow, "", "node:A", "number", 1, Cancel))).Message.ShouldContain("was kept for another 'logic'");
        await seen.ClearAsync(Workflow, "", "node:A", Cancel);
        (await seen.RaiseAsync(Workflow, "", "node:A", "date", 1.5, Cancel)).ShouldBeNull();
        (await seen.RaiseAsync(Workflow, "", "node:A", "date", 1, Cancel)).ShouldBe(1.5);
        (await seen.AddAsync(Workflow, "t", "node:A", ["a"], 1, 3, Cancel)).ShouldBe([false]);
    }
}
