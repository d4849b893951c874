using System.Net;
using System.Text.Json.Nodes;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Samples;

/// <summary>samples/metered-api: calls are counted by consumer and become invoice lines.</summary>
public sealed class MeteredApiTests
{
    [Fact]
    public async Task Calls_become_invoice_lines_and_a_day_may_be_billed_again()
    {
        await using var sample = new Sample("metered-api");
        await sample.StartAsync();
        var began = TimeProvider.System.GetUtcNow();
        for (var i = 0; i < 7; i++) await CallAsync(sample, "customer-acme", "", HttpStatusCode.OK);
        for (var i = 0; i < 3; i++) await CallAsync(sample, "customer-startup", "", HttpStatusCode.OK);
        await CallAsync(sample, "customer-startup", "/broken", HttpStatusCode.InternalServerError);
        await CallAsync(sample, "nobody", "", HttpStatusCode.Unauthorized);

        // Counts are stored once a second; a day that is billed again has its line written anew.
        await Eventually.HoldsAsync(
            async () => await BillAsync(sample, began) && await LinesAsync(sample) is [("acme_corp", 7, 7), ("startup_xyz", 3, 3)],
            "each customer has a line with its calls");
        (await BillAsync(sample, began)).ShouldBeTrue();
        (await LinesAsync(sample)).ShouldBe([("acme_corp", 7, 7), ("startup_xyz", 3, 3)]);

        // What has been stored outlives the process.
        await sample.KillAsync();
        await sample.StartAsync();
        await CallAsync(sample, "customer-acme", "", HttpStatusCode.OK);
        await Eventually.HoldsAsync(
            async () => await BillAsync(sample, began) && await LinesAsync(sample) is [("acme_corp", 8, 8), ("startup_xyz", 3, 3)],
            "the calls of both processes are in the line");
    }

    private static async Task CallAsync(Sample sample, string key, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(sample.Proxy, "/api/data-sync" + path));
        request.Headers.Add("X-API-Key", key);
        using var answer = await sample.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(status);
    }

    /// <summary>Bills every day since the test began: midnight may come in between.</summary>
    /// <returns>Whether all went well; a moment after the start there is no table to read yet.</returns>
    private static async Task<bool> BillAsync(Sample sample, DateTimeOffset began)
    {
        var well = true;
        for (var day = began.UtcDateTime.Date; day <= TimeProvider.System.GetUtcNow().UtcDateTime.Date; day = day.AddDays(1))
        {
            var run = await sample.AdminPostAsync("/api/v1/workflows/nightly/run", new JsonObject { ["input"] = new JsonObject { ["day"] = $"{day:yyyy-MM-dd}" }, ["wait"] = true }.ToJsonString());
            well &= (string)run["data"]!["status"]! == "succeeded";
        }

        return well;
    }

    private static async Task<List<(string Consumer, int Calls, int Cents)>> LinesAsync(Sample sample) =>
    [
        .. (await sample.GetAsync("/invoice-lines")).AsArray().GroupBy(l => (string)l!["consumer"]!)
            .Select(g => (g.Key, g.Sum(l => (int)l!["calls"]!), g.Sum(l => (int)l!["cents"]!))).OrderBy(l => l.Key, StringComparer.Ordinal),
    ];
}
