using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Nodes;

/// <summary>PostgreSQL dies under three nodes and comes back: it costs writes and nothing else.</summary>
public sealed class DatabaseOutageTests
{
    [Fact]
    public async Task Without_the_database_nodes_serve_and_show_and_refuse_writes_until_it_is_back()
    {
        await using var group = await NodeGroup.StartAsync();
        await group.StartNodeAsync(4);
        (await group.AddConsumerAsync(group.Nodes[0], "before")).Status.ShouldBe(201);
        var release = await group.ConvergeAsync();
        await group.KeptAsync(4, release);
        await group.KillNodeAsync(4);
        await using var load = SteadyLoad.Start(group.Nodes, "/");
        await load.GoesOnAsync();

        await group.Postgres.KillAsync();
        await load.GoesOnAsync();
        foreach (var node in group.Nodes)
        {
            await RefusesWritesAsync(group, node, release);
            foreach (var page in new[] { "/", "/services", "/routes/everything", "/consumers/before", "/api/v1/config/export" })
                (await group.GetAsync(node, page)).Status.ShouldBe(200, page);
            (await group.GetAsync(node, "/consumers/during")).Status.ShouldBe(404);
            (await group.GetAsync(node, "/routes/during")).Status.ShouldBe(404);
        }

        foreach (var node in group.Nodes)
            await Eventually.HoldsAsync(async () => (await group.GetAsync(node, "/status")).Body.Contains("does not answer", StringComparison.Ordinal), "the status page says that the database is away");

        // A node that starts now serves from its data folder, and one without such a folder has nothing to serve.
        var late = await group.StartNodeAsync(4);
        (await late.GetAsync("/")).ShouldBe((200, "ok"));
        await RefusesWritesAsync(group, late, release);
        (await Should.ThrowAsync<InvalidOperationException>(() => group.StartNodeAsync(5))).Message.ShouldContain("there is no configuration on disk to start with");
        await load.GoesOnAsync();

        await group.Postgres.StartAgainAsync();
        foreach (var (node, n) in group.Nodes.Select((node, n) => (node, n)))
            await Eventually.HoldsAsync(async () => (await group.AddConsumerAsync(node, $"after-{n}")).Status == 201, "writes work again");
        (await group.ConvergeAsync()).ShouldBe(release + 4);
        foreach (var node in group.Nodes)
            (await group.ConsumersOfAsync(node)).Order(StringComparer.Ordinal).ShouldBe(["after-0", "after-1", "after-2", "after-3", "before"]);
        await load.GoesOnAsync();
        await load.StopAsync();
        load.Wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_database_that_dies_again_and_again_under_writes_keeps_what_it_acknowledged()
    {
        await using var group = await NodeGroup.StartAsync();
        await using var load = SteadyLoad.Start(group.Nodes, "/");
        var begun = await group.ReleaseOfAsync(group.Nodes[0]);
        using var stop = new CancellationTokenSource();
        var acknowledged = new System.Collections.Concurrent.ConcurrentBag<string>();
        var others = new System.Collections.Concurrent.ConcurrentBag<string>();
        var writing = group.Nodes.Select((node, n) => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var (status, body) = await group.AddConsumerAsync(node, $"node-{n}-{i}");
                if (status == 201) acknowledged.Add($"node-{n}-{i}");
                else if (status != 503) others.Add($"{status}: {body}");
                await Task.Delay(20);
            }
        })).ToArray();
        for (var round = 0; round < 3; round++)
        {
            var goal = acknowledged.Count + 5;
            await Eventually.HoldsAsync(() => acknowledged.Count >= goal, "writes are taken");
            await group.Postgres.KillAsync();
            await load.GoesOnAsync();
            await group.Postgres.StartAgainAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(writing);
        others.ShouldBeEmpty();
        await Eventually.HoldsAsync(async () => (await group.AddConsumerAsync(group.Nodes[0], "last")).Status == 201, "writes work again");
        var newest = await group.ConvergeAsync();
        var present = await group.ConsumersOfAsync(group.Nodes[0]);
        acknowledged.Except(present).ShouldBeEmpty();
        var history = await group.HistoryAsync();
        history.Select(r => r.Number).ShouldBe(Enumerable.Range(1, (int)newest).Select(n => (long)n));
        history.Where(r => r.Number > begun).Sum(r => r.Created).ShouldBe(present.Count);
        foreach (var node in group.Nodes) (await group.ConsumersOfAsync(node)).ShouldBe(present);
        await load.StopAsync();
        load.Wrong.ShouldBeEmpty();
    }

    private static async Task RefusesWritesAsync(NodeGroup group, SluiceProcess node, long release)
    {
        (await group.AddConsumerAsync(node, "during")).Status.ShouldBe(503);
        (await group.SendAsync(HttpMethod.Post, node, "/api/v1/config/releases", group.Configuration(", {name: during, paths: [/during]}"), "application/yaml")).Status.ShouldBe(503);
        (await group.SendAsync(HttpMethod.Post, node, $"/api/v1/config/releases/{release - 1}/rollback")).Status.ShouldBe(503);
        (await group.GetAsync(node, "/api/v1/nodes")).Status.ShouldBe(503);
        (await group.ReleaseOfAsync(node)).ShouldBe(release);
    }
}
