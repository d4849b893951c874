using Sluice.Foundation.Redis;
using Sluice.Gateway.Counters;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Counters;

/// <summary>Several nodes on one Redis: each has its own connection and its own local counts.</summary>
public class SharedCountersTests
{
    private const int Nodes = 3;
    private const int Limit = 50;

    /// <summary>An hour: no window ends while a test runs but once in a blue moon, which <see cref="Steady"/> waits out.</summary>
    private static readonly Quota[] PerHour = [new(Limit, TimeSpan.FromHours(1))];

    public static TheoryData<string> Algorithms => [nameof(LimitAlgorithm.FixedWindow), nameof(LimitAlgorithm.SlidingWindow), nameof(LimitAlgorithm.TokenBucket)];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task All_nodes_together_let_exactly_the_limit_pass(string name)
    {
        var algorithm = Enum.Parse<LimitAlgorithm>(name);
        await Steady();
        await using var server = await RedisServer.StartAsync();
        await using var nodes = new Cluster(server.Port);
        var passed = await nodes.PassingAsync(algorithm, 200);

        // A bucket gains a token every 72 seconds.
        passed.Sum().ShouldBeInRange(Limit, Limit + (algorithm == LimitAlgorithm.TokenBucket ? 2 : 0));
        (await nodes.All[0].CountAsync(algorithm, "k", PerHour)).Shared.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Without_the_server_each_node_lets_the_limit_pass_and_what_it_let_pass_before_counts(string name)
    {
        var algorithm = Enum.Parse<LimitAlgorithm>(name);
        await Steady();
        await using var server = await RedisServer.StartAsync();
        await using var nodes = new Cluster(server.Port);
        for (var i = 0; i < 20; i++) (await nodes.All[0].CountAsync(algorithm, "k", PerHour)).Allowed.ShouldBeTrue();
        await server.KillAsync();

        var passed = await nodes.PassingAsync(algorithm, 200);
        passed[0].ShouldBeInRange(Limit - 20, Limit - 20 + 1);
        passed.Sum().ShouldBeInRange((Nodes * Limit) - 20, (Nodes * Limit) - 20 + Nodes);
        (await nodes.All[0].CountAsync(algorithm, "k", PerHour)).Shared.ShouldBeFalse();
    }

    [Fact]
    public async Task A_sliding_window_in_Redis_weighs_the_window_before()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = new RedisClient(new RedisSettings { Host = "127.0.0.1", Port = server.Port, Timeout = TimeSpan.FromSeconds(20) }, TimeProvider.System);
        await Steady();
        var hour = long.Parse((await redis.ExecuteAsync("TIME")).Items[0].Text!, System.Globalization.CultureInfo.InvariantCulture) / 3600;
        await redis.ExecuteAsync("HSET", "sluice:k:3600000", "n", hour - 1, "c", 40, "p", 9);
        var use = (await new SharedCounters(redis, TimeProvider.System).CountAsync(LimitAlgorithm.SlidingWindow, "k", PerHour)).Uses[0];
        use.Used.ShouldBe(40 * use.Reset.TotalHours, 0.1);
    }

    /// <summary>Not around the turn of an hour.</summary>
    private static async Task Steady()
    {
        while (TimeProvider.System.GetUtcNow() is { Minute: 59, Second: > 20 }) await Task.Delay(1000, TestContext.Current.CancellationToken);
    }

    private sealed class Cluster : IAsyncDisposable
    {
        private readonly RedisClient[] clients;

        public Cluster(int port)
        {
            clients = [.. Enumerable.Range(0, Nodes).Select(_ => new RedisClient(new RedisSettings { Host = "127.0.0.1", Port = port, Timeout = TimeSpan.FromSeconds(20) }, TimeProvider.System))];
            All = [.. clients.Select(c => new SharedCounters(c, TimeProvider.System))];
        }

        public SharedCounters[] All { get; }

        /// <summary>How many of so many concurrent tries each node let pass.</summary>
        public Task<int[]> PassingAsync(LimitAlgorithm algorithm, int tries) => Task.WhenAll(All.Select(async node =>
            (await Task.WhenAll(Enumerable.Range(0, tries).Select(_ => Task.Run(async () => await node.CountAsync(algorithm, "k", PerHour))))).Count(r => r.Allowed)));

        public ValueTask DisposeAsync()
        {
            foreach (var client in clients) client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
