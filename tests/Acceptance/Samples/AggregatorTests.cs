using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Samples;

/// <summary>samples/aggregator: four sources in one answer, kept for five minutes, and what comes when sources are missing.</summary>
public sealed class AggregatorTests
{
    [Fact]
    public async Task Four_sources_are_merged_and_the_answer_is_kept()
    {
        // However slow the machine is, nothing here is late.
        await using var sample = new Sample("aggregator", (_, text) => text.Replace("\"timeout\": 2000", "\"timeout\": 120000", StringComparison.Ordinal));
        await sample.StartAsync();
        using (var first = await sample.Client.GetAsync(new Uri(sample.Proxy, "/api/summary")))
        {
            first.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromMinutes(5));
            (await first.Content.ReadAsStringAsync()).ShouldBe(
                """{"complete":true,"missing":[],"accounts":[{"name":"Acme","owner":"ann"},{"name":"Globex","owner":"bob"}],"weather":{"city":"Berlin","celsius":21},"orders":[{"id":4711,"total":120}],"metrics":{"visits":1830,"signups":12}}""");
        }

        // Its body is kept before the first client has all of it; the second one makes no call.
        using (var second = await sample.Client.GetAsync(new Uri(sample.Proxy, "/api/summary")))
        {
            second.Headers.GetValues("Cache-Status").Single().ShouldStartWith("sluice; hit");
            (await second.Content.ReadAsStringAsync()).ShouldContain("\"complete\":true");
        }

        await Eventually.HoldsAsync(() => sample.Log("data/calls.log").Count == 4, "each source has been called once");
    }

    [Fact]
    public async Task A_late_and_a_broken_source_are_named_and_the_answer_is_not_kept()
    {
        await using var sample = new Sample("aggregator", (file, text) => file switch
        {
            "backends.yml" => text.Replace("enabled: false", "enabled: true", StringComparison.Ordinal).Replace("20000", "600000", StringComparison.Ordinal),

            // Late is what takes longer than all that the others may take here.
            _ => text.Replace("\"timeout\": 2000", "\"timeout\": 15000", StringComparison.Ordinal),
        });
        await sample.StartAsync();
        using (var first = await sample.Client.GetAsync(new Uri(sample.Proxy, "/api/summary")))
        {
            first.Headers.CacheControl!.NoStore.ShouldBeTrue();
            (await first.Content.ReadAsStringAsync()).ShouldBe(
                """{"complete":false,"missing":["weather","orders"],"accounts":[{"name":"Acme","owner":"ann"},{"name":"Globex","owner":"bob"}],"metrics":{"visits":1830,"signups":12}}""");
        }

        using var second = await sample.Client.GetAsync(new Uri(sample.Proxy, "/api/summary"));
        second.Headers.GetValues("Cache-Status").Single().ShouldStartWith("sluice; fwd=");
    }
}
