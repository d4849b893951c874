using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.Mirror;
using Sluice.Gateway.Tests.Configuration.Reading;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Plugins.Mirror;

/// <summary>Through a whole gateway, with real servers on both sides.</summary>
public class MirrorPluginTests
{
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    public static TheoryData<TransportKind> Kinds => [TransportKind.Epoll, TransportKind.Sockets];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_copy_is_what_went_upstream(TransportKind kind)
    {
        await using var upstream = new RawUpstream(Hello);
        await using var shadow = await ShadowAsync();
        await using var gateway = await StartAsync(upstream, shadow.Port, "remove_headers: [Cookie], add_headers: {X-Mirrored: 'yes'}", kind);
        var answer = await gateway.SendAsync(
            "POST /api/items?a=1 HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\nCookie: secret=1\r\nX-Own: mine\r\nContent-Length: 5\r\n\r\nhello");
        answer.ShouldEndWith("hello");
        await Eventually.HoldsAsync(() => shadow.Requests.Count == 1);
        var copy = shadow.Requests[0];
        copy.Method.ShouldBe("POST");
        copy.Target.ShouldBe("/next/api/items?a=1");
        copy.Body.ShouldBe("hello");
        copy["X-Own"].ShouldBe("mine");
        copy["X-Mirrored"].ShouldBe("yes");
        copy["Cookie"].ShouldBeNull();
        copy["X-Forwarded-For"].ShouldBe("127.0.0.1");
        await ShouldCountAsync(gateway, "answered", 1);
        gateway.Metrics.ShouldContain("gateway_requests_total{method=\"POST\",route=\"r\",service=\"s\",status_code=\"200\"} 1\n");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Bodies_are_copied_while_they_stream(TransportKind kind)
    {
        await using var upstream = new RawUpstream(Hello);
        await using var shadow = await ShadowAsync();
        await using var gateway = await StartAsync(upstream, shadow.Port, "max_body: 200000", kind);
        var body = new string('b', 150_000);
        (await gateway.SendAsync($"PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}")).ShouldEndWith("hello");
        (await gateway.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")).ShouldEndWith("hello");
        await Eventually.HoldsAsync(() => shadow.Requests.Count == 2);
        shadow.Requests.Select(r => r.Body).Order().ShouldBe([body, "hello"]);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_not_copied()
    {
        await using var upstream = new RawUpstream(Hello);
        await using var shadow = await ShadowAsync();
        await using var gateway = await StartAsync(upstream, shadow.Port, "max_body: 4");
        (await gateway.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")).ShouldEndWith("hello");
        (await gateway.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")).ShouldEndWith("hello");
        await ShouldCountAsync(gateway, "too_large", 2);
        shadow.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Callers_do_not_wait_for_copies_and_what_is_too_much_is_dropped()
    {
        await using var upstream = new RawUpstream(Hello);
        var release = new TaskCompletionSource();
        await using var shadow = await StandInServer.StartAsync((_, _) => release.Task);
        await using var gateway = await StartAsync(upstream, shadow.Port, "max_in_flight: 2, max_queued: 1, timeout: 600000");
        for (var i = 0; i < 6; i++) (await gateway.GetAsync("/")).ShouldEndWith("hello");
        await ShouldCountAsync(gateway, "dropped", 3);
        await Eventually.HoldsAsync(() => shadow.Requests.Count == 2);
        gateway.Metrics.ShouldContain("gateway_mirror_copies{middleware=\"m\",state=\"active\"} 2\n");
        gateway.Metrics.ShouldContain("gateway_mirror_copies{middleware=\"m\",state=\"queued\"} 1\n");
        release.SetResult();
        await ShouldCountAsync(gateway, "answered", 3);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_copy_that_takes_too_long_makes_room_for_the_next(TransportKind kind)
    {
        await using var upstream = new RawUpstream(Hello);
        await using var shadow = await StandInServer.StartAsync((http, request) =>
            request.Target.EndsWith("/slow", StringComparison.Ordinal) ? Task.Delay(Timeout.Infinite, http.RequestAborted) : http.Response.WriteAsync("fast"));
        await using var gateway = await StartAsync(upstream, shadow.Port, "max_in_flight: 1, timeout: 300", kind);
        await gateway.GetAsync("/slow");
        await gateway.GetAsync("/fast");
        await ShouldCountAsync(gateway, "failed", 1);
        await ShouldCountAsync(gateway, "answered", 1);
    }

    [Fact]
    public async Task Nobody_notices_a_shadow_that_is_away()
    {
        await using var upstream = new RawUpstream(Hello);
        await using var gateway = await StartAsync(upstream, port: 1, "{}");
        for (var i = 0; i < 3; i++) (await gateway.GetAsync("/")).ShouldEndWith("hello");
        await ShouldCountAsync(gateway, "failed", 3);
    }

    [Fact]
    public async Task Only_requests_that_go_upstream_and_have_the_fields_are_copied()
    {
        await using var upstream = new RawUpstream(Hello);
        await using var shadow = await ShadowAsync();
        await using var gateway = await StartAsync(
            upstream, shadow.Port, "headers: {X-Copy: ['1']}", more: "- {name: request-termination, config: {trigger: stop, status_code: 418} }");
        await gateway.GetAsync("/none");
        await gateway.GetAsync("/stopped?stop=1", "X-Copy: 1\r\n");
        await gateway.GetAsync("/copied", "X-Copy: 1\r\n");
        await ShouldCountAsync(gateway, "answered", 1);
        shadow.Requests.ShouldHaveSingleItem().Target.ShouldBe("/next/copied");
    }

    [Theory]
    [InlineData(0.299, true)]
    [InlineData(0.301, false)]
    public async Task A_share_of_the_requests_is_copied(double chance, bool copied)
    {
        var read = Files.Read("_format_version: '3.0'\nservices: [{name: shadow, url: 'http://127.0.0.1:1'}]\nplugins: [{name: mirror, config: {service: shadow, percentage: 30}}]");
        var harness = new PluginHarness(read.Document) { Random = new ScriptedRandom(chance) }.WithServices().Use("mirror", read.Document!.Plugins[0].Config!);
        harness.Snapshot.UnmatchedPlan = Sluice.Gateway.Pipeline.PluginPlan.Empty;
        harness.Upstream = exchange =>
        {
            exchange.Timings.Tries = 1;
            return [];
        };
        await harness.SendAsync();

        // There is nobody at the address, so that the copy may have failed already.
        (harness.Shared.OfType<MirrorQueue>().Single().Running == 1 || Failed(harness)).ShouldBe(copied);
    }

    [Theory]
    [InlineData("{}", "required field missing; give service or upstream")]
    [InlineData("{service: nowhere}", "there is no service 'nowhere'")]
    [InlineData("{service: shadow, upstream: u}", "must not be set when there is a service")]
    [InlineData("{service: shadow, percentage: 101}", "percentage")]
    [InlineData("{service: shadow, max_body: 100, max_bodies: 10}", "max_bodies")]
    [InlineData("{service: shadow, add_headers: {Host: a}}", "is the gateway's to say")]
    [InlineData("{service: shadow, max_in_flight: 0}", "max_in_flight")]
    public void A_wrong_configuration_is_refused(string config, string says) =>
        Files.Problems($"_format_version: '3.0'\nupstreams: [{{name: u}}]\nservices: [{{name: shadow, url: 'http://a.test'}}]\nplugins: [{{name: mirror, config: {config}}}]")
            .ShouldHaveSingleItem().ShouldContain(says);

    private static bool Failed(PluginHarness harness)
    {
        var text = new Sluice.Gateway.Telemetry.PrometheusText();
        harness.Shared.OfType<MirrorQueue>().Single().WriteTo(text, null!);
        return text.ToString().Contains("result=\"failed\"} 1", StringComparison.Ordinal);
    }

    private static Task<StandInServer> ShadowAsync() => StandInServer.StartAsync((http, _) => http.Response.WriteAsync("ignored"));

    private static Task ShouldCountAsync(GatewayUnderTest gateway, string result, int count) =>
        Eventually.HoldsAsync(() => gateway.Metrics.Contains($"gateway_mirrored_requests_total{{middleware=\"m\",result=\"{result}\"}} {count}\n"), $"{count} {result}");

    private static Task<GatewayUnderTest> StartAsync(RawUpstream upstream, int port, string config, TransportKind kind = TransportKind.Epoll, string more = "") =>
        GatewayUnderTest.StartAsync(
            $$$"""
            _format_version: '3.0'
            services:
            - {name: s, url: 'http://{{{upstream.Address}}}', routes: [{name: r, paths: [/]}]}
            - {name: shadow, url: 'http://127.0.0.1:{{{port}}}/next'}
            plugins:
            - name: mirror
              instance_name: m
              config: {service: shadow, {{{(config == "{}" ? "percentage: 100" : config)}}} }
            {{{more}}}
            """,
            kind: kind);
}
