using System.Text;
using Sluice.Gateway.Plugins.Csrf;
using Sluice.Gateway.Tests.Telemetry;

namespace Sluice.Gateway.Tests.Plugins.Csrf;

public sealed class CsrfPluginTests
{
    private const string Secret = "a secret that is long enough";

    [Theory]
    [InlineData("same-origin", null, 200)]
    [InlineData("none", null, 200)]
    [InlineData("cross-site", null, 403)]
    [InlineData("same-site", null, 403)]
    [InlineData("nonsense", null, 403)]
    [InlineData("cross-site", "https://app.test", 200)]
    [InlineData("cross-site", "https://app.test.evil", 403)]
    [InlineData("cross-site", "https://gateway.test", 403)]
    [InlineData(null, "https://gateway.test", 200)]
    [InlineData(null, "https://GATEWAY.test:443", 200)]
    [InlineData(null, "https://gateway.test:8443", 403)]
    [InlineData(null, "https://evil.test", 403)]
    [InlineData(null, "null", 403)]
    [InlineData(null, "", 403)]
    [InlineData(null, "http://app.test", 403)]
    public async Task Browsers_say_where_requests_come_from(string? site, string? origin, int status)
    {
        var harness = Harness(new() { TrustedOrigins = ["https://app.test"] });
        List<(string, string)> headers = [];
        if (site is not null) headers.Add(("Sec-Fetch-Site", site));
        if (origin is not null) headers.Add(("Origin", origin));
        (await harness.SendAsync("/", "POST", [.. headers])).Status.ShouldBe(status);
        (await harness.SendAsync("/", "GET", [.. headers])).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("https://gateway.test/page?x", 200)]
    [InlineData("https://app.test/page", 200)]
    [InlineData("https://evil.test/gateway.test", 403)]
    [InlineData("rubbish", 403)]
    public async Task A_referer_serves_where_there_is_nothing_better(string referer, int status) =>
        (await Harness(new() { TrustedOrigins = ["https://app.test"] }).SendAsync("/", "POST", [("Referer", referer)])).Status.ShouldBe(status);

    [Fact]
    public async Task Two_origins_are_one_too_many() =>
        (await Harness(new()).SendAsync("/", "POST", [("Origin", "https://gateway.test"), ("Origin", "https://evil.test")])).Status.ShouldBe(403);

    [Theory]
    [InlineData("https://gateway.test", 200)]
    [InlineData("https://evil.test", 403)]
    [InlineData(null, 200)]
    public async Task WebSockets_are_opened_by_own_pages_only(string? origin, int status)
    {
        List<(string, string)> headers = [("Connection", "Upgrade"), ("Upgrade", "websocket")];
        if (origin is not null) headers.Add(("Origin", origin));
        (await Harness(new() { Token = "always" }).SendAsync("/", "GET", [.. headers])).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Same_site_pages_can_be_let_in() =>
        (await Harness(new() { AllowSameSite = true }).SendAsync("/", "POST", [("Sec-Fetch-Site", "same-site"), ("Origin", "https://x.gateway.test")])).Status.ShouldBe(200);

    [Theory]
    [InlineData("/webhooks/x", null, 200)]
    [InlineData("/webhooks%2Fx", null, 403)]
    [InlineData("/", "Bearer abc", 200)]
    [InlineData("/", "Basic abc", 403)]
    [InlineData("/", "Bearer ", 403)]
    public async Task Some_requests_are_not_looked_at(string path, string? authorization, int status)
    {
        (string, string)[] headers = authorization is null ? [("Sec-Fetch-Site", "cross-site")] : [("Sec-Fetch-Site", "cross-site"), ("Authorization", authorization)];
        (await Harness(new() { ExemptPaths = ["/webhooks/**"] }).SendAsync(path, "POST", headers)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_token_serves_those_that_say_nothing()
    {
        var harness = Harness(new() { FormField = "_csrf" });
        (await harness.SendAsync("/", "POST")).Body.ShouldContain("A valid CSRF token is required");
        var cookie = (await harness.SendAsync()).Header("Set-Cookie")!;
        cookie.ShouldEndWith("; Max-Age=86400; Path=/; SameSite=Lax");
        var token = cookie["csrf_token=".Length..cookie.IndexOf(';', StringComparison.Ordinal)];
        (await harness.SendAsync(headers: [("Cookie", $"csrf_token={token}")])).Header("Set-Cookie").ShouldBeNull();

        async Task<int> Send(string inCookie, string? inHeader, string? form = null, string type = "application/x-www-form-urlencoded")
        {
            List<(string, string)> headers = [("Cookie", $"a=b; csrf_token={inCookie}"), ("Content-Type", type)];
            if (inHeader is not null) headers.Add(("X-CSRF-Token", inHeader));
            return (await harness.SendAsync("/", "POST", [.. headers], form is null ? null : Encoding.UTF8.GetBytes(form))).Status;
        }

        (await Send(token, token)).ShouldBe(200);
        (await Send(token, null, $"x=y&_csrf={token}")).ShouldBe(200);
        (await Send(token, null, $"--b\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n{token}\r\n--b--\r\n", "multipart/form-data; boundary=b")).ShouldBe(200);
        (await Send(token, null, "x=y")).ShouldBe(403);
        (await Send(token, null, $"_csrf={token}&_csrf={token}")).ShouldBe(403);
        (await Send(token, "x", $"_csrf={token}")).ShouldBe(403);
        (await Send("x", "x")).ShouldBe(403);
        (await Send(token, token[..^1] + (token[^1] == 'A' ? 'B' : 'A'))).ShouldBe(403);
        (await Send("", "")).ShouldBe(403);
        harness.Time.Advance(TimeSpan.FromHours(13));
        (await harness.SendAsync(headers: [("Cookie", $"csrf_token={token}")])).Header("Set-Cookie").ShouldNotBeNull();
        harness.Time.Advance(TimeSpan.FromHours(12));
        (await Send(token, token)).ShouldBe(403);
    }

    [Fact]
    public async Task A_token_is_good_for_its_session_only()
    {
        var harness = Harness(new() { SessionCookie = "sid", Token = "always" });
        var cookie = (await harness.SendAsync(headers: [("Cookie", "sid=one")])).Header("Set-Cookie")!;
        var token = cookie["csrf_token=".Length..cookie.IndexOf(';', StringComparison.Ordinal)];
        foreach (var (session, status) in new[] { ("one", 200), ("two", 403) })
            (await harness.SendAsync("/", "POST", [("Sec-Fetch-Site", "same-origin"), ("Cookie", $"sid={session}; csrf_token={token}"), ("X-CSRF-Token", token)])).Status.ShouldBe(status);
        (await harness.SendAsync("/", "POST", [("Sec-Fetch-Site", "same-origin")])).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Tokens_can_be_done_without_and_dry_runs_refuse_nobody()
    {
        var off = await Harness(new() { Token = "off" }).SendAsync("/", "POST");
        off.Status.ShouldBe(200);
        (await Harness(new() { Token = "off" }).SendAsync()).Header("Set-Cookie").ShouldBeNull();
        (await Harness(new() { DryRun = true }).SendAsync("/", "POST", [("Sec-Fetch-Site", "cross-site")])).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_cache_does_not_hand_tokens_around()
    {
        await using var upstream = await HttpStandIn.StartAsync();
        upstream.Answer = (_, response) =>
        {
            response.ContentType = "text/plain";
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(response, "page");
        };
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services: [{url: "{{upstream.Url}}", routes: [{paths: [/]}]}]
            plugins: [{name: csrf}, {name: proxy-cache, config: {strategy: memory, content_type: ["text/plain", "text/plain; charset=UTF-8"] } } ]
            """);
        var tokens = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            var answer = await gateway.GetAsync("/");
            if (i > 0) answer.ShouldContain("X-Cache-Status: Hit");
            tokens.Add(answer.Split("\r\n").Single(l => l.StartsWith("Set-Cookie", StringComparison.Ordinal)));
        }

        tokens.Count.ShouldBe(3);
        (await gateway.SendAsync("POST / HTTP/1.1\r\nHost: shop.test\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
    }

    [Fact]
    public void Rubbish_is_no_token()
    {
        var tokens = new CsrfToken(Secret);
        var random = new Random(1);
        var now = DateTimeOffset.UnixEpoch;
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(100)];
            random.NextBytes(bytes);
            tokens.EndOf(i % 2 == 0 ? Encoding.Latin1.GetString(bytes) : Convert.ToBase64String(bytes), "", now).ShouldBeNull();
        }

        tokens.EndOf(tokens.Make("", now.AddSeconds(1)), "", now).ShouldNotBeNull();
    }

    private static PluginHarness Harness(CsrfConfig config) => new PluginHarness().Use("csrf", config with { Secret = Secret });
}
