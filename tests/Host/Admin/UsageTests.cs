using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.Usage;

namespace Sluice.Host.Tests.Admin;

/// <summary><c>/api/v1/usage</c> through the whole admin listener.</summary>
public sealed class UsageTests
{
    private static readonly DateTimeOffset Hour = new(2026, 1, 12, 7, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Rows_sums_and_pages_are_told_and_as_a_file()
    {
        await using var surface = await AdminSurface.StartAsync();
        await surface.Usage.AddAsync([new UsageCount(Guid.NewGuid(), "ann", "data", Hour, 3, 1, 100), new UsageCount(Guid.NewGuid(), "=1+1,x", "data", Hour.AddHours(1), 5, 0, 50)]);
        var all = await ShowAsync(surface, "");
        all["meta"]!["total"]!.GetValue<int>().ShouldBe(2);
        all["data"]!["sums"]!.ToJsonString().ShouldBe("""{"calls":8,"failed":1,"bytes":150}""");
        var first = all["data"]!["rows"]![0]!;
        first["consumer"]!.ToString().ShouldBe("ann");
        first["since"]!.ToString().ShouldBe("2026-01-12T07:00:00.000Z");
        (await ShowAsync(surface, "?per_page=1&page=2"))["data"]!["rows"]!.AsArray().ShouldHaveSingleItem()!["calls"]!.GetValue<int>().ShouldBe(5);
        (await ShowAsync(surface, "?group_by=none"))["data"]!["rows"]!.AsArray().ShouldHaveSingleItem()!.ToJsonString().ShouldBe("""{"calls":8,"failed":1,"bytes":150}""");
        (await ShowAsync(surface, "?consumer=ann&group_by=route,month&from=2026-01-01&to=2026-02-01"))["data"]!["rows"]!.ToJsonString().ShouldBe("""[{"since":"2026-01-01T00:00:00.000Z","route":"data","calls":3,"failed":1,"bytes":100}]""");

        var (status, file) = await surface.SendAsync("GET", "/api/v1/usage?format=csv&group_by=consumer,day", "Viewer");
        status.ShouldBe(200);
        var lines = file.Split("\r\n");
        lines[0].ShouldBe("since,consumer_id,consumer,route,calls,failed,bytes");
        lines[1].ShouldEndWith(",\"'=1+1,x\",,5,0,50");
        lines[2].ShouldEndWith(",ann,,3,1,100");
    }

    [Theory]
    [InlineData("?from=yesterday", "from", "expected a time such as 2026-11-01T00:00:00Z")]
    [InlineData("?from=2026-02-01&to=2026-01-01", "to", "expected a time after from")]
    [InlineData("?group_by=hour,day", "group_by", "at most one of hour, day and month")]
    [InlineData("?group_by=service", "group_by", "expected consumer, route")]
    [InlineData("?format=xml", "format", "expected json or csv")]
    [InlineData("?consumer=a&consumer=b", "consumer", "given twice")]
    [InlineData("?route=%00", "route", "printable characters")]
    [InlineData("?nope=1", "nope", "there are only from, to,")]
    [InlineData("?per_page=1001", "per_page", "from 1 to 1000")]
    public async Task What_is_wrong_is_said_with_what_would_be_right(string query, string field, string message)
    {
        await using var surface = await AdminSurface.StartAsync();
        var (status, body) = await surface.SendAsync("GET", "/api/v1/usage" + query, "Viewer");
        status.ShouldBe(400);
        var error = JsonNode.Parse(body.Split('\n')[0])!["error"]!;
        error["code"]!.ToString().ShouldBe("VALIDATION_FAILED");
        error["field"]!.ToString().ShouldBe(field);
        error["message"]!.ToString().ShouldContain(message);
    }

    [Fact]
    public async Task Tenants_do_not_see_what_consumers_of_others_call()
    {
        await using var surface = await AdminSurface.StartAsync();
        (await surface.SendAsync("GET", "/api/v1/usage", "acme")).Status.ShouldBe(403);
    }

    private static async Task<JsonNode> ShowAsync(AdminSurface surface, string query)
    {
        var (status, body) = await surface.SendAsync("GET", "/api/v1/usage" + query, "Viewer");
        status.ShouldBe(200, $"{query}: {body}");
        return JsonNode.Parse(body)!;
    }
}
