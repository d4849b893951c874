using System.Diagnostics;
using Sluice.Gateway.Tests.Configuration.Reading;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Plugins.Retry;

/// <summary>Through a whole gateway, against upstreams that fail byte for byte.</summary>
public class RetryPluginTests
{
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Away = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\naway";

    public static TheoryData<TransportKind> Kinds => [TransportKind.Epoll, TransportKind.Sockets];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_answer_that_is_to_be_repeated_is_put_aside_and_the_last_one_passed_on(TransportKind kind)
    {
        var asked = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null) await peer.SendAsync(Interlocked.Increment(ref asked) is 3 or > 6 ? Hello : Away);
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream, "attempts: 3"), kind: kind);
        (await gateway.GetAsync("/")).ShouldEndWith("hello");
        asked.ShouldBe(3);
        (await gateway.GetAsync("/")).ShouldEndWith("away");
        asked.ShouldBe(6);
        await Eventually.HoldsAsync(() => gateway.Metrics.Contains("gateway_retry_decisions_total{middleware=\"again\",decision=\"retried\"} 4\n"));
        gateway.Metrics.ShouldContain("gateway_retry_decisions_total{middleware=\"again\",decision=\"no_attempts\"} 1\n");
        await Eventually.HoldsAsync(() => gateway.Metrics.Contains("gateway_retries_total{route=\"r\",service=\"s\"} 4\n"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_body_is_sent_again_whole(TransportKind kind)
    {
        var bodies = new List<string>();
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is { } request)
            {
                lock (bodies) bodies.Add(request[(request.IndexOf("\r\n\r\n") + 4)..]);
                await peer.SendAsync(bodies.Count < 2 ? Away : Hello);
            }
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream, "attempts: 2, max_body: 200000"), kind: kind);
        var body = new string('b', 150_000);
        (await gateway.SendAsync($"PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}")).ShouldEndWith("hello");
        bodies.ShouldBe([body, body]);
    }

    [Fact]
    public async Task A_chunked_body_is_kept_too()
    {
        var asked = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is { } request)
                await peer.SendAsync(Interlocked.Increment(ref asked) < 2 ? Away : request.EndsWith("hello") ? Hello : Away);
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream, "attempts: 2"), kind: TransportKind.Epoll);
        (await gateway.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")).ShouldEndWith("hello");
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_sent_once()
    {
        var asked = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null)
            {
                Interlocked.Increment(ref asked);
                await peer.SendAsync(Away);
            }
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream, "attempts: 3, max_body: 1000"), kind: TransportKind.Epoll);
        var body = new string('b', 100_000);
        (await gateway.SendAsync($"PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}")).ShouldEndWith("away");
        asked.ShouldBe(1);
    }

    [Theory]
    [InlineData("GET", 2, "hello")]
    [InlineData("POST", 1, "502")]
    public async Task A_broken_connection_is_repeated_for_idempotent_methods(string method, int tries, string says)
    {
        var asked = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null)
            {
                if (Interlocked.Increment(ref asked) == 1) return;
                await peer.SendAsync(Hello);
            }
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream, "attempts: 3"), kind: TransportKind.Epoll);
        (await gateway.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")).ShouldContain(says);
        asked.ShouldBe(tries);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_try_that_takes_too_long_is_followed_by_another(TransportKind kind)
    {
        var asked = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null)
            {
                if (Interlocked.Increment(ref asked) == 1) await peer.ReadToEndAsync();
                else await peer.SendAsync(Hello);
            }
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream, "attempts: 2, try_timeout: 200"), kind: kind);
        var started = Stopwatch.GetTimestamp();
        (await gateway.GetAsync("/")).ShouldEndWith("hello");

        // Without it, the service's own 60 seconds.
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task The_services_own_retries_have_no_effect()
    {
        var asked = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            Interlocked.Increment(ref asked);
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream, "attempts: 1"), kind: TransportKind.Epoll);
        (await gateway.GetAsync("/")).ShouldContain("502");
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_that_failed_is_avoided()
    {
        await using var bad = new RawUpstream(Away);
        await using var good = new RawUpstream(Hello);
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$$"""
            _format_version: '3.0'
            upstreams: [{name: u, targets: [{target: '{{{bad.Address}}}', weight: 900}, {target: '{{{good.Address}}}', weight: 100}]}]
            services: [{name: s, host: u, routes: [{name: r, paths: [/]}]}]
            plugins: [{name: retry, config: {attempts: 2, budget: {min: 100} } }]
            """,
            kind: TransportKind.Epoll);
        for (var i = 0; i < 10; i++) (await gateway.GetAsync("/")).ShouldEndWith("hello");
    }

    [Theory]
    [InlineData("{attempts: 0}", "attempts")]
    [InlineData("{attempts: 21}", "attempts")]
    [InlineData("{on_statuses: [200]}", "on_statuses")]
    [InlineData("{on_errors: [weather]}", "on_errors")]
    [InlineData("{on_errors: [], on_statuses: []}", "at least one of")]
    [InlineData("{methods: [get]}", "methods")]
    [InlineData("{backoff: {base: 100, max: 50}}", "backoff.max")]
    [InlineData("{backoff: {jitter: 2}}", "backoff.jitter")]
    [InlineData("{budget: {window: 0}}", "budget.window")]
    [InlineData("{try_timeout: 5000, total_timeout: 1000}", "try_timeout")]
    public void A_wrong_configuration_is_refused(string config, string says) =>
        Files.Problems($"_format_version: '3.0'\nplugins: [{{name: retry, config: {config}}}]").ShouldHaveSingleItem().ShouldContain(says);

    private static string Document(RawUpstream upstream, string config) =>
        $$$"""
        _format_version: '3.0'
        services: [{name: s, url: 'http://{{{upstream.Address}}}', routes: [{name: r, paths: [/]}]}]
        plugins: [{name: retry, instance_name: again, config: {backoff: {base: 1, max: 2}, {{{config}}} }}]
        """;
}
