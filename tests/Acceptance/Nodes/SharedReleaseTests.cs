using System.Collections.Concurrent;
using System.Net.WebSockets;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Nodes;

/// <summary>Three nodes on one PostgreSQL: what one makes, all serve; what many make at once is all kept.</summary>
public sealed class SharedReleaseTests
{
    [Fact]
    public async Task A_release_of_one_node_is_served_by_all_and_rollbacks_fail_no_request()
    {
        await using var group = await NodeGroup.StartAsync();
        await using var load = SteadyLoad.Start(group.Nodes, "/", "/other");
        var first = await group.ReleaseOfAsync(group.Nodes[0]);
        var sockets = new List<ClientWebSocket>();
        var streams = new List<Func<Task<string>>>();
        foreach (var node in group.Nodes)
        {
            sockets.Add(await group.OpenWebSocketAsync(node));
            streams.Add(await group.OpenStreamAsync(node));
        }

        const string teapot = ", {name: teapot, paths: [/teapot], plugins: [{name: request-termination, config: {status_code: 418}}]}";
        await group.ApplyAsync(group.Nodes[0], group.Configuration(teapot));
        foreach (var node in group.Nodes)
            await Eventually.HoldsAsync(async () => (await node.GetAsync("/teapot")).Status == 418, "every node serves the new route");
        var second = await group.ConvergeAsync();
        second.ShouldBe(first + 1);

        for (var turn = 0; turn < 10; turn++)
        {
            await group.RollBackAsync(group.Nodes[turn % 3], turn % 2 == 0 ? first : second);
            foreach (var node in group.Nodes)
                await Eventually.HoldsAsync(async () => (await node.GetAsync("/teapot")).Status == (turn % 2 == 0 ? 200 : 418), "every node has rolled back");
            await load.GoesOnAsync(5);
        }

        (await group.ConvergeAsync()).ShouldBe(second + 10);
        foreach (var socket in sockets)
        {
            await NodeGroup.EchoAsync(socket);
            socket.Dispose();
        }

        group.EndStreams();
        foreach (var stream in streams) (await stream()).ShouldEndWith("line\nend\n");
        await load.StopAsync();
        load.Wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nodes_that_write_at_once_lose_no_write_and_leave_no_gap()
    {
        await using var group = await NodeGroup.StartAsync();
        await using var load = SteadyLoad.Start(group.Nodes, "/");
        var acknowledged = new ConcurrentBag<string>();
        var begun = await group.ReleaseOfAsync(group.Nodes[0]);

        // Two clients on the Admin API of each of two nodes, and one that brings in whole configurations on the third.
        var single = group.Nodes.Take(2).SelectMany((node, n) => Enumerable.Range(0, 2).Select(c => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                var name = $"node-{n}-client-{c}-{i}";
                var (status, body) = await group.AddConsumerAsync(node, name);
                status.ShouldBe(201, body);
                acknowledged.Add(name);
            }
        })));
        var whole = Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++)
                acknowledged.Add(await AddByWholeConfigurationAsync(group, group.Nodes[2], $"whole-{i}"));
        });
        await Task.WhenAll(single.Append(whole));

        (await group.ConvergeAsync()).ShouldBe(begun + 45);
        foreach (var node in group.Nodes)
            (await group.ConsumersOfAsync(node)).Order(StringComparer.Ordinal).ShouldBe(acknowledged.Order(StringComparer.Ordinal));
        (await group.HistoryAsync()).Select(r => r.Number).ShouldBe(Enumerable.Range(1, (int)begun + 45).Select(n => (long)n));
        await load.StopAsync();
        load.Wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_killed_in_the_middle_of_writes_leaves_whole_releases_only()
    {
        await using var group = await NodeGroup.StartAsync();
        await using var load = SteadyLoad.Start(group.Nodes.Take(2), "/");
        var acknowledged = new ConcurrentBag<string>();
        var begun = await group.ReleaseOfAsync(group.Nodes[0]);
        var attempted = 0;
        for (var round = 0; round < 3; round++)
        {
            var victim = group.Nodes[^1];
            var goal = acknowledged.Count + 3 + (round * 2);
            var writing = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        var name = $"consumer-{Interlocked.Increment(ref attempted)}";
                        if ((await group.AddConsumerAsync(victim, name)).Status == 201) acknowledged.Add(name);
                    }
                }
                catch (HttpRequestException)
                {
                    // The node is dead.
                }
            })).ToArray();
            await Eventually.HoldsAsync(() => acknowledged.Count >= goal, "the node takes writes");
            await group.KillNodeAsync(3);
            await Task.WhenAll(writing);

            // The others go on writing, whatever it held when it died.
            var (status, body) = await group.AddConsumerAsync(group.Nodes[0], $"survivor-{round}");
            status.ShouldBe(201, body);
            acknowledged.Add($"survivor-{round}");
            await group.StartNodeAsync(3);
        }

        var newest = await group.ConvergeAsync();
        var present = await group.ConsumersOfAsync(group.Nodes[0]);
        acknowledged.Except(present).ShouldBeEmpty();
        var history = await group.HistoryAsync();
        history.Select(r => r.Number).ShouldBe(Enumerable.Range(1, (int)newest).Select(n => (long)n));
        history.Where(r => r.Number > begun).Sum(r => r.Created).ShouldBe(present.Count);
        foreach (var (number, _) in history.Where(r => r.Number > begun))
            (await group.GetAsync(group.Nodes[1], $"/api/v1/config/releases/{number - 1}/diff/{number}")).Body.ShouldContain("\"summary\":\"1 created\"");
        foreach (var node in group.Nodes) (await group.ConsumersOfAsync(node)).ShouldBe(present);
        await load.StopAsync();
        load.Wrong.ShouldBeEmpty();
    }

    /// <summary>What somebody does who exports, edits and applies: until nobody was faster.</summary>
    private static async Task<string> AddByWholeConfigurationAsync(NodeGroup group, SluiceProcess node, string name)
    {
        for (var attempt = 0; ; attempt++)
        {
            var number = await group.ReleaseOfAsync(node);
            var (_, exported) = await group.GetAsync(node, $"/api/v1/config/export?format=json&release={number}");
            var document = System.Text.Json.Nodes.JsonNode.Parse(exported)!.AsObject();
            if (document["consumers"] is null) document["consumers"] = new System.Text.Json.Nodes.JsonArray();
            document["consumers"]!.AsArray().Add(new System.Text.Json.Nodes.JsonObject { ["username"] = name });
            var (status, body) = await group.SendAsync(HttpMethod.Post, node, "/api/v1/config/releases", document.ToJsonString(), ifMatch: $"\"{number}\"");
            if (status == 201) return name;
            status.ShouldBe(412, body);
            if (attempt > 20) await Task.Delay(Random.Shared.Next(200));
        }
    }
}
