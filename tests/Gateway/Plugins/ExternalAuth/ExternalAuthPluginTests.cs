using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.ExternalAuth;
using Sluice.Gateway.Tests.Telemetry;

namespace Sluice.Gateway.Tests.Plugins.ExternalAuth;

public sealed class ExternalAuthPluginTests : IAsyncLifetime
{
    private HttpStandIn service = null!;
    private int asked;

    public async ValueTask InitializeAsync()
    {
        service = await HttpStandIn.StartAsync();
        Answer(200, ("X-User", "ann"), ("Set-Cookie", "seen=1"), ("X-Other", "no"));
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task The_service_sees_the_request_and_its_word_goes_upstream_and_to_the_client()
    {
        var harness = Harness(new() { UpstreamHeaders = ["X-User"], ClientHeaders = ["Set-Cookie"], CustomHeaders = new Dictionary<string, string> { ["X-Gateway"] = "sluice" } });
        harness.Upstream = exchange =>
        {
            exchange.Response.Headers.SetCookie = "own=2";
            return [];
        };
        var result = await harness.SendAsync(
            "/a/b?c=d", "POST", [("Authorization", "Bearer x"), ("X-User", "root"), ("X-Forwarded-Uri", "/public"), ("X-Name", "J\u00c3\u00bcrgen"), ("X-Gateway", "forged"), ("Connection", "x"), ("Content-Type", "text/plain")], [1, 2]);
        result.Status.ShouldBe(200);
        result.Sent("X-User").ShouldBe("ann");
        result.Sent("X-Other").ShouldBeNull();
        result.Exchange.Response.Headers.SetCookie.ToArray().ShouldBe(["own=2", "seen=1"]);
        var question = await service.ReceiveAsync();
        question.Method.ShouldBe("GET");
        question.Target.ShouldBe("/auth?from=gateway");
        question.Header("Authorization").ShouldBe("Bearer x");
        question.Header("X-Name").ShouldBe("J\u00fcrgen");
        question.Header("X-Gateway").ShouldBe("sluice");
        question.Header("X-Forwarded-Method").ShouldBe("POST");
        question.Header("X-Forwarded-Uri").ShouldBe("/a/b?c=d");
        question.Header("X-Forwarded-Host").ShouldBe("gateway.test");
        question.Header("X-Forwarded-For").ShouldBe("127.0.0.1");
        question.Header("Content-Type").ShouldBeNull();
        question.Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_it_sees_can_be_chosen()
    {
        var harness = Harness(new() { RequestHeaders = ["X-Key"], Method = "original", AppendPath = true, SendBody = true });
        await harness.SendAsync("/a%20b/?c=d", "PUT", [("X-Key", "k"), ("Authorization", "secret"), ("Content-Type", "text/plain")], "hello"u8.ToArray());
        var question = await service.ReceiveAsync();
        question.Method.ShouldBe("PUT");
        question.Target.ShouldBe("/auth/a%20b/?c=d");
        question.Header("X-Key").ShouldBe("k");
        question.Header("Authorization").ShouldBeNull();
        question.Header("Content-Type").ShouldBe("text/plain");
        question.Text.ShouldBe("hello");
    }

    [Theory]
    [InlineData(302)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    public async Task A_refusal_is_what_the_client_gets(int status)
    {
        Answer(status, ("Location", "https://login.test/"), ("X-Why", "because"));
        var result = await Harness(new()).SendAsync();
        result.Status.ShouldBe(status);
        result.Header("Location").ShouldBe("https://login.test/");
        result.Header("X-Why").ShouldBe("because");
        result.Body.ShouldBe("body");
        result = await Harness(new() { RefusalHeaders = ["Location"] }).SendAsync();
        result.Header("Location").ShouldNotBeNull();
        result.Header("X-Why").ShouldBeNull();
    }

    [Theory]
    [InlineData(500)]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Without_a_usable_answer_the_configuration_decides(int status)
    {
        if (status == 0) await service.DisposeAsync();
        else if (status < 0) service.Answer = (_, response) => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
        else Answer(status);
        var closed = await Harness(new() { Timeout = 200, FailureStatus = 502 }).SendAsync();
        closed.Status.ShouldBe(502);
        var open = await Harness(new() { Timeout = 200, FailOpen = true, UpstreamHeaders = ["X-User"] }).SendAsync(headers: [("X-User", "root")]);
        open.Status.ShouldBe(200);
        open.Sent("X-User").ShouldBeNull();
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        var result = await Harness(new() { SendBody = true, MaxBody = 3 }).SendAsync("/", "POST", body: [1, 2, 3, 4]);
        result.Status.ShouldBe(413);
        asked.ShouldBe(0);
    }

    [Fact]
    public async Task Answers_are_kept_for_equal_requests()
    {
        var harness = Harness(new() { CacheTtl = 10, UpstreamHeaders = ["X-User"] });
        for (var i = 0; i < 3; i++) (await SendAsync(harness, "a", "/x")).Sent("X-User").ShouldBe("ann");
        asked.ShouldBe(1);
        await SendAsync(harness, "b", "/x");
        await SendAsync(harness, "a", "/y");
        asked.ShouldBe(3);
        harness.Time.Advance(TimeSpan.FromSeconds(11));
        await SendAsync(harness, "a", "/x");
        asked.ShouldBe(4);
        await harness.SendAsync("/x");
        await harness.SendAsync("/x");
        asked.ShouldBe(6);

        harness = Harness(new() { CacheTtl = 10, CachePerTarget = false });
        await SendAsync(harness, "a", "/x");
        await SendAsync(harness, "a", "/y");
        asked.ShouldBe(7);
        Answer(403, ("Cache-Control", "no-store"));
        (await SendAsync(harness, "c", "/x")).Status.ShouldBe(403);
        (await SendAsync(harness, "c", "/x")).Status.ShouldBe(403);
        asked.ShouldBe(9);
    }

    [Fact]
    public void A_cache_that_would_mix_requests_up_is_refused()
    {
        var problems = new List<string>();
        new ExternalAuthConfig { CacheTtl = 1, CacheHeaders = [], SendBody = true }.Check((field, _) => problems.Add(field));
        problems.ShouldBe(["cache_headers", "cache_ttl"]);
    }

    [Theory]
    [InlineData(Transport.TransportKind.Auto)]
    [InlineData(Transport.TransportKind.Sockets)]
    public async Task It_works_in_a_running_gateway(Transport.TransportKind transport)
    {
        await using var upstream = await HttpStandIn.StartAsync();
        service.Answer = (request, response) =>
        {
            response.StatusCode = request.Header("X-Key") is "good" && request.Text is "hello" ? 204 : 401;
            response.Headers["X-User"] = "ann";
            return Task.CompletedTask;
        };
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services: [{url: "{{upstream.Url}}", routes: [{paths: [/]}]}]
            plugins: [{name: external-auth, config: {url: "{{service.Url}}", send_body: true, timeout: 60000, upstream_headers: [X-User] } } ]
            """,
            kind: transport);
        (await gateway.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nX-Key: good\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")).ShouldStartWith("HTTP/1.1 200");
        var sent = await upstream.ReceiveAsync();
        sent.Header("X-User").ShouldBe("ann");
        sent.Text.ShouldBe("hello");
        (await gateway.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nX-Key: good\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nhel\r\n0\r\n\r\n")).ShouldStartWith("HTTP/1.1 401");
        gateway.Metrics.ShouldContain("gateway_guard_decisions_total{plugin=\"external-auth\",outcome=\"denied\"} 1");
    }

    private static Task<PluginResult> SendAsync(PluginHarness harness, string token, string target) => harness.SendAsync(target, headers: [("Authorization", token)]);

    private void Answer(int status, params (string Name, string Value)[] headers) => service.Answer = async (_, response) =>
    {
        Interlocked.Increment(ref asked);
        response.StatusCode = status;
        foreach (var (name, value) in headers) response.Headers[name] = value;
        await response.WriteAsync("body");
    };

    private PluginHarness Harness(ExternalAuthConfig config) => new PluginHarness().Use("external-auth", config with { Timeout = config.Timeout == 5000 ? 60000 : config.Timeout, Url = service.Url + (config.AppendPath ? "auth" : "auth?from=gateway") });
}
