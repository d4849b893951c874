using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Usage;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Plugins.Usage;

public sealed class UsagePluginTests
{
    private static readonly ConsumerConfig Ann = new() { Id = new Guid("33333333-3333-5333-8333-333333333333"), Username = "ann" };

    private readonly ManualTime time = new();
    private readonly MemoryStore store = new();

    [Fact]
    public async Task Calls_are_added_up_by_consumer_route_and_hour()
    {
        await using var meter = new UsageMeter(store, time, NullLogger.Instance);
        var harness = Harness(meter, new UsageConfig());
        for (var i = 0; i < 3; i++) await CallAsync(harness);
        await harness.SendAsync();
        harness.Upstream = exchange =>
        {
            exchange.Response.StatusCode = 502;
            return [];
        };
        await CallAsync(harness);
        store.Added.ShouldBeEmpty();
        (await meter.FlushAsync()).ShouldBeTrue();
        (await meter.FlushAsync()).ShouldBeTrue();
        var count = store.Added.ShouldHaveSingleItem();
        (count.Consumer, count.ConsumerName, count.Route, count.Calls, count.Failed, count.Bytes).ShouldBe((Ann.Id, "ann", "route", 4, 1, 24));
        count.Hour.ShouldBe(new DateTimeOffset(time.GetUtcNow().Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero));

        time.Advance(TimeSpan.FromHours(1));
        await CallAsync(harness);
        await meter.FlushAsync();
        store.Added[^1].Hour.ShouldBe(count.Hour.AddHours(1));
    }

    [Fact]
    public async Task What_cannot_be_stored_is_kept_and_stored_later()
    {
        var meter = new UsageMeter(store, time, NullLogger.Instance);
        var harness = Harness(meter, new UsageConfig());
        store.IsAway = true;
        await CallAsync(harness);
        (await meter.FlushAsync()).ShouldBeFalse();
        await CallAsync(harness);
        store.IsAway = false;
        await meter.DisposeAsync();
        store.Added.Sum(c => c.Calls).ShouldBe(2);
    }

    [Fact]
    public async Task Refused_calls_are_failed_ones_or_left_out()
    {
        await using var meter = new UsageMeter(store, time, NullLogger.Instance);
        foreach (var counts in new[] { true, false })
        {
            var harness = Harness(meter, new UsageConfig { CountRefused = counts });
            await harness.SendAsync(prepare: exchange =>
            {
                exchange.Authenticated(harness.Snapshot.Consumers[Ann.Id], null);
                exchange.Error = GatewayErrors.NoService;
            });
        }

        await meter.FlushAsync();
        store.Added.Select(c => (c.Calls, c.Failed)).ShouldBe([(1, 1)]);
    }

    private PluginHarness Harness(UsageMeter meter, UsageConfig config) =>
        new PluginHarness(new GatewayDocument { Consumers = [Ann] }, time, settings: new GatewaySettings { Usage = meter }).Use("usage", config);

    private static Task CallAsync(PluginHarness harness) => harness.SendAsync(prepare: exchange => exchange.Authenticated(harness.Snapshot.Consumers[Ann.Id], null));

    private sealed class MemoryStore : UsageStore
    {
        public List<UsageCount> Added { get; } = [];

        public bool IsAway { get; set; }

        public override Task AddAsync(IReadOnlyList<UsageCount> counts)
        {
            if (IsAway) throw new IOException("away");
            lock (Added) Added.AddRange(counts);
            return Task.CompletedTask;
        }
    }
}
