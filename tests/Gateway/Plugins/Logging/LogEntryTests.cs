using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.CorrelationId;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Plugins.Logging;

public sealed class LogEntryTests
{
    private readonly ManualTime time = new();

    [Fact]
    public async Task An_entry_is_shaped_like_kongs()
    {
        var harness = new PluginHarness(time: time).Use("correlation-id", new CorrelationIdConfig());
        var consumer = new ConsumerModel { Config = new ConsumerConfig { Id = Guid.NewGuid(), Username = "joe" }, Groups = [], AclGroups = [], HasMiddleware = false };
        var key = new KeyAuthCredential { Id = Guid.NewGuid() };
        var result = await harness.SendAsync(
            "/p?a=1&b&c=1&c=2",
            headers: [("X-Q", "v"), ("Authorization", "secret"), ("Proxy-Authorization", "secret"), ("X-Two", "1"), ("X-Two", "2")],
            prepare: e =>
            {
                e.Match.Route!.Plan = e.Plan;
                e.Authenticated(consumer, key);
                e.Endpoint = new FixedEndpoint();
                e.Timings.Tries = 1;
                UpstreamTries.Note(e);
                UpstreamTries.Note(e);
            });
        result.Exchange.Response.Headers["X-R"] = "r";
        result.Exchange.Response.Headers.Date = "now";
        var entry = Write(result.Exchange);

        var request = entry.GetProperty("request");
        request.GetProperty("method").GetString().ShouldBe("GET");
        request.GetProperty("uri").GetString().ShouldBe("/p?a=1&b&c=1&c=2");
        request.GetProperty("url").GetString().ShouldBe("http://gateway.test:0/p?a=1&b&c=1&c=2");
        request.GetProperty("id").GetString().ShouldBe(result.Exchange.RequestId);
        request.GetProperty("size").GetInt64().ShouldBeGreaterThan(100);
        request.GetProperty("querystring").GetRawText().ShouldBe("""{"a":"1","b":true,"c":["1","2"]}""");
        var headers = request.GetProperty("headers");
        headers.GetProperty("x-q").GetString().ShouldBe("v");
        headers.GetProperty("x-two").GetRawText().ShouldBe("""["1","2"]""");
        headers.GetProperty("authorization").GetString().ShouldBe("REDACTED");
        headers.GetProperty("proxy-authorization").GetString().ShouldBe("REDACTED");
        request.TryGetProperty("tls", out _).ShouldBeFalse();

        entry.GetProperty("response").GetProperty("status").GetInt32().ShouldBe(200);
        entry.GetProperty("response").GetProperty("headers").GetProperty("x-r").GetString().ShouldBe("r");
        entry.GetProperty("response").GetProperty("headers").TryGetProperty("date", out _).ShouldBeFalse();
        entry.GetProperty("tries").GetArrayLength().ShouldBe(1);
        entry.GetProperty("tries")[0].GetProperty("ip").GetString().ShouldBe("10.0.0.7");
        entry.GetProperty("tries")[0].GetProperty("port").GetInt32().ShouldBe(8080);
        entry.GetProperty("tries")[0].TryGetProperty("code", out _).ShouldBeFalse();
        entry.GetProperty("upstream_status").GetString().ShouldBe("200");
        entry.GetProperty("upstream_uri").GetString().ShouldBe("/p?a=1&b&c=1&c=2");
        entry.GetProperty("route").GetProperty("name").GetString().ShouldBe("route");
        entry.GetProperty("route").TryGetProperty("hosts", out _).ShouldBeFalse();
        entry.GetProperty("service").GetProperty("host").GetString().ShouldBe("upstream.test");
        entry.GetProperty("consumer").GetProperty("username").GetString().ShouldBe("joe");
        entry.GetProperty("authenticated_entity").GetProperty("id").GetGuid().ShouldBe(key.Id);
        entry.GetProperty("client_ip").GetString().ShouldBe("127.0.0.1");
        entry.GetProperty("source").GetString().ShouldBe("upstream");
        entry.GetProperty("workspace_name").GetString().ShouldBe("default");
        entry.GetProperty("correlation_id").GetString().ShouldBe(result.Sent("Kong-Request-ID"));
        foreach (var latency in new[] { "kong", "proxy", "request", "receive" })
            entry.GetProperty("latencies").GetProperty(latency).ValueKind.ShouldBe(JsonValueKind.Number);
    }

    [Fact]
    public async Task Failed_tries_carry_their_code()
    {
        var result = await new PluginHarness(time: time).SendAsync(prepare: e =>
        {
            e.Endpoint = new FixedEndpoint();
            for (e.Timings.Tries = 1; e.Timings.Tries <= 2; e.Timings.Tries++) UpstreamTries.Note(e);
        });
        var entry = Write(result.Exchange);
        entry.GetProperty("upstream_status").GetString().ShouldBe("502, 200");
        entry.GetProperty("tries")[0].GetProperty("state").GetString().ShouldBe("next");
        entry.GetProperty("tries")[0].GetProperty("code").GetInt32().ShouldBe(502);
        entry.GetProperty("tries")[1].TryGetProperty("state", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Custom_fields_set_replace_and_take_out()
    {
        var result = await new PluginHarness(time: time).SendAsync(headers: [("X-Q", "v")]);
        var entry = Write(result.Exchange, new()
        {
            ["extra"] = "return 'const'",
            ["num"] = "return 5",
            ["yes"] = "return true;",
            ["route"] = "return nil",
            ["client_ip"] = " return headers['x-q'] ",
            ["request.headers.x"] = "return nil",
            ["lua"] = "local x = 1 return x",
        });
        entry.GetProperty("extra").GetString().ShouldBe("const");
        entry.GetProperty("num").GetInt32().ShouldBe(5);
        entry.GetProperty("yes").GetBoolean().ShouldBeTrue();
        entry.GetProperty("client_ip").GetString().ShouldBe("v");
        entry.TryGetProperty("route", out _).ShouldBeFalse();
        entry.TryGetProperty("lua", out _).ShouldBeFalse();
    }

    private JsonElement Write(Exchange exchange, Dictionary<string, string>? custom = null)
    {
        var text = LogEntry.Write(exchange, new CustomFields(custom, "test", NullLogger.Instance), time.GetUtcNow()).ToArray();
        return JsonDocument.Parse(text).RootElement;
    }

    private sealed class FixedEndpoint : Endpoint
    {
        public override string Host => "upstream.test";

        public override int Port => 8080;

        public override IPEndPoint Address { get; } = new(IPAddress.Parse("10.0.0.7"), 8080);

        public override string Key => "10.0.0.7:8080";

        public override string HostHeader => "upstream.test:8080";

        public override bool IsHealthy => true;

        public override int InFlight => 0;

        public override void Begin()
        {
        }

        public override void End(TryOutcome outcome, int status, TimeSpan elapsed)
        {
        }
    }
}
