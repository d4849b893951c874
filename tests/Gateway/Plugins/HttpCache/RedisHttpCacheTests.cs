using Sluice.Gateway.Plugins.HttpCache;
using Sluice.Gateway.Redis;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.HttpCache;

/// <summary><c>storage: redis</c>, on a real server.</summary>
public class RedisHttpCacheTests(RedisHttpCacheTests.Server server) : HttpCacheContract, IClassFixture<RedisHttpCacheTests.Server>
{
    /// <summary>Milliseconds: the tests move a clock of their own, and the server does not know.</summary>
    private const int Timeout = 1_000_000_000;

    private protected override HttpCacheConfig In(HttpCacheConfig config) =>
        config with { Storage = "redis", Store = $"{Guid.NewGuid():n}", Redis = new RedisConfig { Host = "127.0.0.1", Port = server.Redis.Port, Timeout = Timeout } };

    private protected override Task SettleAsync(PluginHarness harness) =>
        Eventually.HoldsAsync(() => harness.Shared.OfType<IResponseStore>().Cast<RedisResponses>().All(r => r.UnderWay == 0), "what was stored is there");

    public sealed class Server : IAsyncLifetime
    {
        public RedisServer Redis { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Redis = await RedisServer.StartAsync();

        public ValueTask DisposeAsync() => Redis.DisposeAsync();
    }
}
