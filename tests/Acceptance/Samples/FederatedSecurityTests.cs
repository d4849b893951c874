using System.Net;
using System.Text;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Samples;

/// <summary>samples/federated-security: who calls is found out in front and trusted behind; a PDF comes out; each call is a line of the audit log.</summary>
public sealed class FederatedSecurityTests
{
    [Fact]
    public async Task A_partner_gets_the_report_and_nobody_can_say_that_he_is_another()
    {
        await using var sample = new Sample("federated-security");
        await sample.StartAsync();
        using (var refused = await AskAsync(sample, null, "alice@partner.example")) refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using (var report = await AskAsync(sample, "partner-key-456", "alice@partner.example"))
        {
            report.StatusCode.ShouldBe(HttpStatusCode.OK);
            report.Content.Headers.ContentType!.MediaType.ShouldBe("application/pdf");
            var pdf = Encoding.Latin1.GetString(await report.Content.ReadAsByteArrayAsync());
            pdf.ShouldStartWith("%PDF-");
            pdf.ShouldContain("(Made for bob@other.example)");
            pdf.ShouldContain("(1200.5)");
            pdf.ShouldNotContain("alice");
        }

        await Eventually.HoldsAsync(() => sample.Log("data/audit.log").Count == 2 && sample.Log("data/internal.log").Count == 1, "both calls are in the audit log");
        sample.Log("data/internal.log").Select(e => (string)e["request"]!["headers"]!["x-authenticated-user"]!).ShouldBe(["bob@other.example"]);
        sample.Log("data/audit.log").Select(e => ((int)e["response"]!["status"]!, (string?)e["consumer"]?["username"])).ShouldBe([(401, null), (200, "bob")]);
        (await File.ReadAllTextAsync(sample.PathOf("data/audit.log"))).ShouldNotContain("partner-key-456");
    }

    private static async Task<HttpResponseMessage> AskAsync(Sample sample, string? key, string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(sample.Proxy, "/api/internal-report"));
        if (key is not null) request.Headers.Add("X-API-Key", key);
        request.Headers.Add("X-Authenticated-User", user);
        return await sample.Client.SendAsync(request);
    }
}
