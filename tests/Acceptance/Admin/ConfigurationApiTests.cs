using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Admin;

/// <summary>The configuration API of the built program, and what it does to traffic.</summary>
public sealed class ConfigurationApiTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new();
    private SluiceProcess? sluice;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (sluice is not null) await sluice.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_is_written_takes_effect_and_can_be_taken_back()
    {
        await using var upstream = await KestrelUpstream.StartAsync(c => c.Response.WriteAsync("upstream saw " + c.Request.Path));
        sluice = await SluiceProcess.StartAsync(["run", "--data", folder.Root, "--proxy", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--loops", "1"]);

        await SendAsync("POST", "config/services", """{"name": "users", "protocol": "http", "load_balancer_type": "round_robin"}""", 201);
        await SendAsync("POST", "config/services/users/endpoints", $$"""{"host": "127.0.0.1", "port": {{upstream.Port}}}""", 201);
        await SendAsync("POST", "config/routes", """{"name": "user-api", "path": "/api/v1/users/*", "method": "GET", "service_id": "users"}""", 201);
        var middleware = await SendAsync("POST", "config/middleware", """{"name": "mark", "type": "response-transformer", "config": {"add": {"headers": ["x-marked:yes"]}}, "scope": {"route": "user-api"}}""", 201);

        using var answer = await GetAsync("/api/v1/users/7");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("upstream saw /api/v1/users/7");
        answer.Headers.GetValues("x-marked").ShouldBe(["yes"]);
        (await StatusAsync("/api/v1/usersx")).ShouldBe(404);

        // It is counted, and explained.
        await Eventually.HoldsAsync(
            async () => (await SendAsync("GET", "metrics/routes/user-api"))["data"]!["totals"]!["gateway_requests_total"]!.GetValue<int>() == 1, "the request is counted");
        (await SendAsync("GET", $"metrics/middleware/{middleware["data"]!["id"]}"))["data"]!["totals"]!["by_status"]!["200"]!.GetValue<int>().ShouldBe(1);
        var told = (await SendAsync("GET", $"explain?url=http://{sluice.Proxy[0].Authority}/api/v1/users/7"))["data"]!;
        ((string)told["endpoint"]!["chosen"]!).ShouldBe($"127.0.0.1:{upstream.Port}");
        ((string)(await SendAsync("GET", "health"))["data"]!["status"]!).ShouldBe("healthy");

        var before = (await SendAsync("GET", "config/releases"))["data"]![0]!["number"]!.GetValue<long>();
        await SendAsync("POST", "config/routes/user-api/disable");
        (await StatusAsync("/api/v1/users/7")).ShouldBe(404);
        await SendAsync("POST", $"config/releases/{before}/rollback", null, 201);
        (await StatusAsync("/api/v1/users/7")).ShouldBe(200);

        // Kong's API shows the same object, and nothing that Kong does not know unless it says something.
        var kongs = JsonNode.Parse(await http.GetStringAsync(new Uri(sluice.Admin!, "/routes/user-api")))!;
        ((string)kongs["paths"]![0]!).ShouldBe("/api/v1/users/");
        kongs["enabled"].ShouldBeNull();
        (await SendAsync("GET", "openapi.json"))["paths"]!.AsObject().ShouldContainKey("/api/v1/audit");
        ((string)JsonNode.Parse(await (await http.GetAsync(new Uri(sluice.Admin!, "/api/v9/x"))).Content.ReadAsStringAsync())!["error"]!["code"]!).ShouldBe("UNSUPPORTED_VERSION");
    }

    private Task<HttpResponseMessage> GetAsync(string path) => http.GetAsync(new Uri(sluice!.Proxy[0], path));

    private async Task<int> StatusAsync(string path)
    {
        using var answer = await GetAsync(path);
        return (int)answer.StatusCode;
    }

    private async Task<JsonNode> SendAsync(string method, string path, string? body = null, int status = 200)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(sluice!.Admin!, "/api/v1/" + path));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, $"{method} {path}: {text}");
        return JsonNode.Parse(text)!;
    }
}
