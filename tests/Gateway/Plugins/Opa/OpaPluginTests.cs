using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.KeyAuth;
using Sluice.Gateway.Plugins.Opa;
using Sluice.Gateway.Tests.Telemetry;

namespace Sluice.Gateway.Tests.Plugins.Opa;

/// <summary>OPA is in no registry that the tests use: a stand-in that checks the documented question takes its place.</summary>
public sealed class OpaPluginTests : IAsyncLifetime
{
    private HttpStandIn opa = null!;
    private string said = """{"result":true}""";

    public async ValueTask InitializeAsync()
    {
        opa = await HttpStandIn.StartAsync();
        opa.Answer = async (request, response) =>
        {
            // What OPA's Data API asks for.
            if (request.Method != "POST" || request.Header("Content-Type") != "application/json" || JsonNode.Parse(request.Body)?["input"] is not JsonObject) response.StatusCode = 400;
            response.ContentType = "application/json";
            await response.WriteAsync(said);
        };
    }

    public ValueTask DisposeAsync() => opa.DisposeAsync();

    [Fact]
    public async Task The_policy_sees_the_request_as_it_is_documented()
    {
        (await Harness(new()).SendAsync("/a/b?x=1&y=2&y=3&z", "POST", [("X-A", "1"), ("X-B", "2"), ("X-B", "3")], [1])).Status.ShouldBe(200);
        var question = await opa.ReceiveAsync();
        question.Target.ShouldBe("/v1/data/shop/allow");
        JsonNode.DeepEquals(JsonNode.Parse(question.Body), JsonNode.Parse(
            """
            {"input":{"request":{"http":{"host":"gateway.test","port":"0","method":"POST","scheme":"http","path":"/a/b","querystring":{"x":"1","y":["2","3"],"z":""},
             "headers":{"host":"gateway.test","x-a":"1","x-b":["2","3"],"content-length":"1"}}},"client_ip":"127.0.0.1"}}
            """)).ShouldBeTrue(question.Text);
    }

    [Fact]
    public async Task It_sees_more_where_that_is_asked_for()
    {
        var document = TestDocuments.Of(["ann"], _ => [new Sluice.Gateway.Configuration.KeyAuthCredential { Id = Guid.NewGuid(), Key = "k" }]);
        var harness = new PluginHarness(document).Use("key-auth", new KeyAuthConfig { KeyNames = ["apikey"] }).Use("opa", Config(new()
        {
            IncludeServiceInOpaInput = true, IncludeRouteInOpaInput = true, IncludeConsumerInOpaInput = true, IncludeBodyInOpaInput = true,
            IncludeParsedJsonBodyInOpaInput = true, IncludeUriCapturesInOpaInput = true,
        }));
        await harness.SendAsync("/", "POST", [("apikey", "k"), ("Content-Type", "application/json; charset=utf-8")], """{"a":"\ud800","b":[1]}"""u8.ToArray());
        var input = JsonNode.Parse((await opa.ReceiveAsync()).Body)!["input"]!;
        input["service"]!["name"]!.GetValue<string>().ShouldBe("service");
        input["route"]!["name"]!.GetValue<string>().ShouldBe("route");
        input["consumer"]!["username"]!.GetValue<string>().ShouldBe("ann");
        input["request"]!["http"]!["body"]!.GetValue<string>().ShouldStartWith("{\"a\":");
        input["request"]!["http"]!["parsed_body"]!["b"]![0]!.GetValue<int>().ShouldBe(1);
        input["request"]!["http"]!["uri_captures"]!.ToJsonString().ShouldBe("""{"named":{},"unnamed":[]}""");

        foreach (var body in new[] { "{", """{"a":1,"a":2}""", "" })
        {
            (await harness.SendAsync("/", "POST", [("apikey", "k"), ("Content-Type", "application/json")], System.Text.Encoding.UTF8.GetBytes(body))).Status.ShouldBe(200);
            var told = JsonNode.Parse((await opa.ReceiveAsync()).Body)!["input"]!["request"]!["http"]!;
            told["parsed_body"].ShouldBeNull();
            told["body"]!.GetValue<string>().ShouldBe(body);
        }
    }

    [Theory]
    [InlineData("""{"result":true}""", 200, "upstream")]
    [InlineData("""{"result":false}""", 403, "{\"message\":\"unauthorized\"}")]
    [InlineData("""{"result":{"allow":true,"status":500,"message":"ignored"}}""", 200, "upstream")]
    [InlineData("""{"result":{"allow":false}}""", 403, "{\"message\":\"unauthorized\"}")]
    [InlineData("""{"result":{"allow":false,"status":418,"message":"no tea"}}""", 418, "{\"message\":\"no tea\"}")]
    [InlineData("""{"result":{"allow":false,"status":418,"message":{"error":"x"}}}""", 418, "{\"message\":{\"error\":\"x\"}}")]
    [InlineData("""{"result":{"allow":"yes"}}""", 500, null)]
    [InlineData("""{"result":{"allow":false,"status":99}}""", 500, null)]
    [InlineData("""{"result":{"allow":false,"status":"418"}}""", 500, null)]
    [InlineData("""{"result":{"allow":true,"headers":{"X-A":"a\r\nb"}}}""", 500, null)]
    [InlineData("""{"result":{"allow":true,"headers":{"X A":"a"}}}""", 500, null)]
    [InlineData("""{"result":{"allow":true,"headers":["X-A"]}}""", 500, null)]
    [InlineData("""{"result":{"allow":true,"allow":false}}""", 500, null)]
    [InlineData("""{"result":"true"}""", 500, null)]
    [InlineData("""{"result":null}""", 500, null)]
    [InlineData("{}", 500, null)]
    [InlineData("[]", 500, null)]
    [InlineData("true", 500, null)]
    [InlineData("", 500, null)]
    [InlineData("""{"result":{"allow":false,"message":"\ud800"}}""", 500, null)]
    public async Task Decisions_are_booleans_or_objects(string answer, int status, string? body)
    {
        said = answer;
        var result = await Harness(new()).SendAsync();
        result.Status.ShouldBe(status);
        if (body is not null) result.Body.ShouldBe(body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Headers_of_the_decision_go_upstream_or_to_the_client(bool allow)
    {
        said = JsonSerializer.Serialize(new { result = new { allow, headers = new Dictionary<string, object> { ["X-Level"] = 3, ["X-Name"] = "ann", ["Content-Length"] = "999" } } });
        var result = await Harness(new()).SendAsync(headers: [("X-Name", "root")]);
        (allow ? result.Sent("X-Name") : result.Header("X-Name")).ShouldBe("ann");
        (allow ? result.Sent("X-Level") : result.Header("X-Level")).ShouldBe("3");
        (allow ? result.Header("X-Name") : result.Sent("X-Level")).ShouldBeNull();
        result.Sent("Content-Length").ShouldBeNull();
    }

    [Theory]
    [InlineData(500)]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Without_a_decision_requests_are_refused_unless_told_otherwise(int status)
    {
        if (status == 0) await opa.DisposeAsync();
        else if (status < 0) opa.Answer = (_, response) => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
        else opa.Answer = async (_, response) =>
        {
            response.StatusCode = status;
            await response.WriteAsync(said);
        };
        (await Harness(new() { Timeout = 200 }).SendAsync()).Status.ShouldBe(500);
        (await Harness(new() { Timeout = 200, FailOpen = true }).SendAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused() =>
        (await Harness(new() { IncludeBodyInOpaInput = true, MaxBody = 2 }).SendAsync("/", "POST", body: [1, 2, 3])).Status.ShouldBe(413);

    [Fact]
    public async Task It_works_in_a_running_gateway_with_what_the_path_captured()
    {
        await using var upstream = await HttpStandIn.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services: [{url: "{{upstream.Url}}", routes: [{paths: ["~/users/(?<user>\\d+)"]}]}]
            plugins: [{name: opa, config: {opa_host: 127.0.0.1, opa_port: {{opa.Port}}, opa_path: /v1/data/x, timeout: 60000, include_uri_captures_in_opa_input: true } } ]
            """,
            kind: Transport.TransportKind.Auto);
        (await gateway.GetAsync("/users/42")).ShouldStartWith("HTTP/1.1 200");
        JsonNode.Parse((await opa.ReceiveAsync()).Body)!["input"]!["request"]!["http"]!["uri_captures"]!["named"]!["user"]!.GetValue<string>().ShouldBe("42");
        said = """{"result":false}""";
        (await gateway.GetAsync("/users/42")).ShouldStartWith("HTTP/1.1 403");
    }

    private OpaConfig Config(OpaConfig config) => config with { Timeout = config.Timeout == 5000 ? 60000 : config.Timeout, OpaHost = "127.0.0.1", OpaPort = opa.Port, OpaPath = "/v1/data/shop/allow" };

    private PluginHarness Harness(OpaConfig config) => new PluginHarness().Use("opa", Config(config));
}
