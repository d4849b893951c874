using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Samples;

/// <summary>samples/webhook-storm: what gets in is processed once, through a crash too; the rest is told when to come again.</summary>
public sealed class WebhookStormTests
{
    private const long MostMemory = 700 << 20;

    [Fact]
    public async Task Of_a_storm_what_is_accepted_is_processed_exactly_once_and_the_rest_is_refused()
    {
        await using var sample = new Sample("webhook-storm");
        await sample.StartAsync();
        var storm = new Storm(sample);

        // At once and many: whatever the machine's speed, more than a hundred come within one second sooner or later.
        for (var wave = 0; wave < 20 && (storm.Offered < 1000 || storm.Refused < 100); wave++) await storm.OfferAsync(250);
        storm.Others.ShouldBeEmpty();
        storm.Refused.ShouldBeGreaterThanOrEqualTo(100);
        storm.Accepted.Count.ShouldBeGreaterThanOrEqualTo(100);

        await ShouldBeDoneOnceAsync(sample, storm.Accepted);
        sample.ResidentBytes.ShouldBeLessThan(MostMemory);
    }

    [Fact]
    public async Task Through_a_kill_nothing_that_was_accepted_is_lost_or_done_twice()
    {
        await using var sample = new Sample("webhook-storm", (_, text) => text.Replace("second: 100", "second: 100000", StringComparison.Ordinal));
        await sample.StartAsync();
        var storm = new Storm(sample) { MayBreakOff = true };
        var offering = storm.OfferAsync(600);
        await Eventually.HoldsAsync(() => storm.Accepted.Count > 100, "many have been accepted");
        await sample.KillAsync();
        await offering;
        await sample.StartAsync();

        // A message that was on its way when the gateway died may have arrived or not: that the sample's person sees in Slack.
        await Eventually.HoldsAsync(async () => await CountAsync(sample, "running") == 0, "the runs of the first process have been taken up");
        while ((await RunsAsync(sample, "needs-decision")).AsArray() is { Count: > 0 } waiting)
            foreach (var run in waiting) await DecideAsync(sample, (string)run!["id"]!);

        await ShouldBeDoneOnceAsync(sample, storm.Accepted);
    }

    private static async Task DecideAsync(Sample sample, string run)
    {
        var address = $"/api/v1/executions/{run}";
        var nodes = (await sample.AdminGetAsync(address))["data"]!["nodes"]!.AsArray();
        var payment = (string)nodes.First(n => (string)n!["node"]! == "Payment")!["outputs"]![0]!["items"]![0]!["json"]!["body"]!["id"]!;
        var arrived = Calls(sample).Contains(("POST", payment));
        await sample.AdminPostAsync($"{address}/decide", $$"""{"decision": "{{(arrived ? "skip" : "repeat")}}"}""");
        var now = "";
        await Eventually.HoldsAsync(async () => (now = (string)(await sample.AdminGetAsync(address))["data"]!["status"]!) is not ("running" or "needs-decision"), "the run goes on");
        now.ShouldBe("succeeded", (await sample.AdminGetAsync(address)).ToJsonString());
    }

    private static async Task ShouldBeDoneOnceAsync(Sample sample, IReadOnlyCollection<string> accepted)
    {
        await Eventually.HoldsAsync(() => accepted.All(p => Calls(sample).IsSupersetOf([("POST", p), ("/invoices", p), ("/labels", p)])), "every accepted payment has its message, invoice and label");
        await Eventually.HoldsAsync(async () => await CountAsync(sample, "running") == 0, "nothing is under way any more");
        var rows = (await sample.GetAsync("/payments")).AsArray().Select(r => (string)r!["id"]!).ToList();
        rows.ShouldBeUnique();
        rows.ShouldBe(rows.Union(accepted), ignoreOrder: true);

        // A call that is the same when it is repeated may have been repeated after a crash; a message may not.
        Calls(sample, "POST").ShouldBeUnique();
    }

    private static HashSet<(string What, string Payment)> Calls(Sample sample) => [.. sample.Log("data/calls.log").Select(What)];

    private static List<(string, string)> Calls(Sample sample, string what) => [.. sample.Log("data/calls.log").Select(What).Where(c => c.What == what)];

    private static (string What, string Payment) What(JsonNode entry) => (string)entry["request"]!["method"]! == "POST"
        ? ("POST", (string)entry["request"]!["headers"]!["idempotency-key"]!)
        : (Path.GetDirectoryName((string)entry["request"]!["uri"]!)!, Path.GetFileName((string)entry["request"]!["uri"]!));

    private static async Task<int> CountAsync(Sample sample, string status) => (await RunsAsync(sample, status)).AsArray().Count;

    private static async Task<JsonNode> RunsAsync(Sample sample, string status) => (await sample.AdminGetAsync($"/api/v1/executions?workflow=payment&status={status}"))["data"]!;

    /// <summary>Posts payments, each with an id of its own, and sorts the answers.</summary>
    private sealed class Storm(Sample sample)
    {
        private readonly ConcurrentBag<string> accepted = [];
        private int offered;
        private int refused;

        public IReadOnlyCollection<string> Accepted => accepted;

        public int Offered => offered;

        public int Refused => refused;

        public ConcurrentBag<string> Others { get; } = [];

        /// <summary>Whether the gateway may be gone in the middle.</summary>
        public bool MayBreakOff { get; init; }

        public Task OfferAsync(int posts) => Task.WhenAll(Enumerable.Range(0, posts).Select(_ => PostAsync()));

        private async Task PostAsync()
        {
            var id = $"pay-{Interlocked.Increment(ref offered)}";
            try
            {
                using var answer = await sample.Client.PostAsync(new Uri(sample.Proxy, "/webhooks/payment"), Sample.Json($$"""{"id": "{{id}}", "amount": 1999, "customer": "Ada"}"""));
                if (answer.StatusCode == HttpStatusCode.Accepted) accepted.Add(id);
                else if (answer.StatusCode == HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter is not null) Interlocked.Increment(ref refused);
                else Others.Add($"{(int)answer.StatusCode} {answer.Headers}");
            }
            catch (HttpRequestException) when (MayBreakOff)
            {
                // Nobody has said that it was accepted.
            }
        }
    }
}
