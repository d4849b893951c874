using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Plugins.StandardWebhooks;

namespace Sluice.Gateway.Tests.Plugins.StandardWebhooks;

public class StandardWebhooksPluginTests
{
    private readonly ManualTime time = new();

    [Fact]
    public async Task A_signature_that_Kong_took_is_taken()
    {
        // Recorded from Kong 3.9.3.
        var result = await Harness(9999999999).SendAsync("/", "POST",
            [("webhook-id", "m1"), ("webhook-timestamp", "1700000000"), ("webhook-signature", "v1,4fBl1GlxJFGtqH0SwjiqTa4EzL+4VScrDTJ2RDFqSgs=")], "{\"a\":1}"u8.ToArray());
        result.Status.ShouldBe(200);
        result.Exchange.BufferedRequestBody.ShouldBe("{\"a\":1}"u8.ToArray());
    }

    [Theory]
    [InlineData(0, "{}", "m1", "", 200)]
    [InlineData(300, "{}", "m1", "", 200)]
    [InlineData(-1000, "{}", "m1", "", 200)]
    [InlineData(301, "{}", "m1", "", 400)]
    [InlineData(0, "{} ", "m1", "", 400)]
    [InlineData(0, "", "m1", "", 400)]
    [InlineData(0, "{}", "m2", "", 400)]
    [InlineData(0, "{}", "m1", "v1,zzz ", 400)]
    public async Task Takes_what_is_signed_and_in_time(int age, string body, string id, string before, int status)
    {
        var sent = (time.GetUtcNow().ToUnixTimeSeconds() - age).ToString(CultureInfo.InvariantCulture);
        var signature = before + "v1," + Convert.ToBase64String(HMACSHA256.HashData("rawsecret"u8, Encoding.UTF8.GetBytes($"m1.{sent}.{{}}")));
        var result = await Harness(300).SendAsync("/", "POST",
            [("webhook-id", id), ("webhook-timestamp", sent), ("webhook-signature", signature)], Encoding.UTF8.GetBytes(body));
        result.Status.ShouldBe(status);
        if (status == 400) result.Body.ShouldContain("Bad request");
    }

    [Theory]
    [InlineData("webhook-id")]
    [InlineData("webhook-timestamp")]
    [InlineData("webhook-signature")]
    public async Task Every_field_is_needed(string missing)
    {
        var sent = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData("rawsecret"u8, Encoding.UTF8.GetBytes($"m1.{sent}.{{}}")));
        (string, string)[] all = [("webhook-id", "m1"), ("webhook-timestamp", sent), ("webhook-signature", signature)];
        (await Harness(300).SendAsync("/", "POST", [.. all.Where(h => h.Item1 != missing)], "{}"u8.ToArray())).Status.ShouldBe(400);
    }

    private PluginHarness Harness(long tolerance) =>
        new PluginHarness(time: time).Use("standard-webhooks", new StandardWebhooksConfig { SecretV1 = "rawsecret", ToleranceSecond = tolerance });
}
