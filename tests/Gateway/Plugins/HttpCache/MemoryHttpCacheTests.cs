using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.HttpCache;

namespace Sluice.Gateway.Tests.Plugins.HttpCache;

/// <summary><c>storage: memory</c>.</summary>
public class MemoryHttpCacheTests : HttpCacheContract
{
    [Fact]
    public async Task A_hit_allocates_next_to_nothing()
    {
        var harness = Harness(new(), ("Cache-Control", "max-age=60"), ("Vary", "Accept"));
        var exchange = (await harness.SendAsync("/a?x=1")).Exchange;
        var plugin = exchange.Plan.ForStage(RequestStage.Rewrite)[0];
        const int boxes = 128; // of code that is not optimised; less than any answer
        Allocations.Least(() => plugin.RewriteAsync(exchange).IsCompletedSuccessfully.ShouldBeTrue(), enough: boxes).ShouldBeLessThanOrEqualTo(boxes);
    }

    [Fact]
    public async Task A_million_resources_stay_inside_the_budget()
    {
        const long budget = 4 * 1024 * 1024;
        var harness = Harness(new() { MaxBytes = budget }, ("Cache-Control", "max-age=60"));
        await harness.SendAsync("/0");
        var store = harness.Shared.OfType<IResponseStore>().Cast<MemoryResponses>().Single();
        var stored = (CachedResponse)store.Find("http://gateway.test/0", harness.Time.GetTimestamp())!;
        for (var i = 0; i < 1_000_000; i++) store.Put(StoredHead.With(stored, $"http://gateway.test/{i}", stored.Body));
        store.Bytes.ShouldBeInRange(budget / 2, budget);
        store.Count.ShouldBeLessThan((int)(budget / 512));
    }

    private protected override HttpCacheConfig In(HttpCacheConfig config) => config;
}
