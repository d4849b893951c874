using System.Text;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Tests.Telemetry;

public class MetricsReportTests
{
    [Fact]
    public async Task What_happened_is_counted()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream), kind: TransportKind.Epoll);
        await gateway.SendAsync("POST /limited HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
        await gateway.GetAsync("/limited");
        await gateway.GetAsync("/cached");
        await gateway.GetAsync("/cached");
        await gateway.SendAsync("POST /cached HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await gateway.GetAsync("/nowhere");
        gateway.Runtime.NoteRefusal();

        const string limited = "route=\"limited\",service=\"shop\"";
        ShouldHold(
            gateway,
            $"gateway_requests_total{{method=\"POST\",{limited},status_code=\"200\"}} 1",
            $"gateway_requests_total{{method=\"GET\",{limited},status_code=\"429\"}} 1",
            $"gateway_errors_total{{code=\"RATE_LIMIT_EXCEEDED\",{limited}}} 1",
            "gateway_errors_total{code=\"ROUTE_NOT_FOUND\",route=\"\",service=\"\"} 1",
            $"gateway_request_duration_seconds_count{{{limited}}} 2",
            $"gateway_upstream_latency_seconds_count{{{limited}}} 1",
            $"gateway_bytes_total{{direction=\"in\",{limited}}} 3",
            "gateway_rate_limit_checks_total 2",
            "gateway_rate_limited_total 1",
            "gateway_cache_requests_total{cache=\"kong_db_cache\",result=\"hit\"} 1",
            "gateway_cache_requests_total{cache=\"kong_db_cache\",result=\"miss\"} 1",
            "gateway_cache_requests_total{cache=\"kong_db_cache\",result=\"bypass\"} 1",
            "gateway_cache_entries{cache=\"kong_db_cache\"} 1",
            "gateway_client_connections_total 6",
            "gateway_client_connections{state=\"active\"} 0",
            "gateway_upstream_connections{state=\"idle\"} 1",
            "gateway_upstream_connections_total 1",
            "gateway_configuration_generation 1",
            "gateway_configuration_refused_total 1",
            $"gateway_endpoint_healthy{{service=\"shop\",endpoint=\"{upstream.Address}\"}} 1",
            "gateway_circuit_state{service=\"shop\"} 0");
    }

    [Fact]
    public async Task Connections_are_idle_between_requests()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 204 No Content\r\n\r\n");
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream));
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, gateway.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        (await client.GetStream().ReadAsync(new byte[4096], TestContext.Current.CancellationToken)).ShouldBeGreaterThan(0);
        ShouldHold(gateway, "gateway_client_connections{state=\"idle\"} 1", "gateway_client_connections{state=\"active\"} 0");
        client.Close();
        ShouldHold(gateway, "gateway_client_connections{state=\"idle\"} 0");
    }

    [Fact]
    public void Routes_beyond_the_cap_share_a_meter()
    {
        var metrics = new GatewayMetrics();
        for (var i = 0; i < GatewayMetrics.MaxRoutes; i++) metrics.For($"r{i}", "s").Route.ShouldBe($"r{i}");
        metrics.For("one more", "s").Route.ShouldBe("(other)");
        metrics.For("r7", "s").Route.ShouldBe("r7");
    }

    [Fact]
    public void Statuses_beyond_the_cap_are_counted_by_their_class()
    {
        var meter = new RouteMeter("r", "s");
        for (var status = 200; status < 999; status++) meter.Record(0, "GET", status, default);
        meter.Requests.Count.ShouldBeLessThanOrEqualTo(RouteMeter.MaxRequestCounts + 10);
        meter.Requests.Sum(r => r.Value.Sum(0)).ShouldBe(799);
        meter.Requests.Single(r => r.Status == 500).Method.ShouldBe("other");
    }

    [Fact]
    public void Owners_of_health_beyond_the_cap_share_a_count()
    {
        var metrics = new GatewayMetrics();
        for (var i = 0; i < 10_000; i++) metrics.Count(new HealthEvent(default, HealthEventKind.Endpoint, $"u{i}", null, "healthy", ""));
        metrics.HealthChanges.Count.ShouldBeLessThanOrEqualTo(6001);
        metrics.HealthChanges.Values.Sum().ShouldBe(10_000);
    }

    [Fact]
    public async Task The_page_of_metrics_names_every_family()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n");
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream), kind: TransportKind.Epoll);
        foreach (var path in (string[])["/limited", "/cached", "/kept", "/logged", "/steered", "/nowhere"]) await gateway.GetAsync(path);
        gateway.Runtime.Metrics.Reject(400);
        gateway.Runtime.Metrics.Count(new HealthEvent(default, HealthEventKind.Endpoint, "shop", null, "unhealthy", ""));
        gateway.Runtime.FailuresOf("shop-rules", gateway.Runtime.Settings).Note(Sluice.Gateway.Pipeline.PluginFailureKind.Error, "");
        Golden.Check("docs/reference/metrics.md", Page(gateway.Metrics));
    }

    /// <summary>What is counted after the response has been sent may take a moment.</summary>
    private static void ShouldHold(GatewayUnderTest gateway, params string[] samples) =>
        SpinWait.SpinUntil(() => samples.All(s => gateway.Metrics.Contains(s + "\n", StringComparison.Ordinal)), Eventually.Patience)
            .ShouldBeTrue(string.Join('\n', samples.Where(s => !gateway.Metrics.Contains(s + "\n", StringComparison.Ordinal))) + "\nis missing in\n" + gateway.Metrics);

    private static string Page(string metrics)
    {
        var page = new StringBuilder("""
            # Metrics

            <!-- Made from what the gateway reports by MetricsReportTests. Run it with SLUICE_ACCEPT=1 after changing a family. -->

            `/metrics` on the admin and status addresses, in the Prometheus text format. Labels `route`, `service` and `owner` hold names, or ids where
            there is none. Series are bounded: 2,000 routes have their own, all others share `(other)`; methods outside the usual seven are `other`; and
            beyond 200 combinations of method and status a route counts by class of status. Kong's own names come with the
            [prometheus](../../src/Gateway/Plugins/Prometheus/README.md) plugin.

            | family | type | labels | |
            |---|---|---|---|

            """);
        var families = metrics.Split("# HELP ", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        foreach (var family in families)
        {
            var lines = family.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var (name, help) = lines[0].Split(' ', 2) is [var n, var h] ? (n, h) : throw new InvalidOperationException(lines[0]);
            lines.Length.ShouldBeGreaterThan(2, $"{name} has no sample in this test, so that its labels are not known");
            var labels = lines[2..].SelectMany(Labels).Distinct().Where(l => l != "le").Select(l => $"`{l}`");
            page.Append($"| `{name}` | {lines[1].Split(' ')[^1]} | {string.Join(", ", labels)} | {help} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<string> Labels(string sample) =>
        System.Text.RegularExpressions.Regex.Matches(sample, "([a-z_]+)=\"").Select(m => m.Groups[1].Value);

    private static string Document(RawUpstream upstream) => $$$"""
        _format_version: "3.0"
        plugins: [{name: acme, config: {account_email: ops@shop.test, tos_accepted: true, domains: [shop.test]} }]
        services:
        - name: shop
          url: http://{{{upstream.Address}}}
          circuit_breaker: {}
          routes:
          - name: limited
            paths: [/limited]
            plugins: [{name: rate-limiting, config: {minute: 1, policy: local}}]
          - name: cached
            paths: [/cached]
            plugins: [{name: proxy-cache, config: {strategy: memory, content_type: [text/plain]}}]
          - name: logged
            paths: [/logged]
            plugins: [{name: file-log, config: {path: /dev/null}}, {name: json-threat-protection}]
          - name: steered
            paths: [/steered]
            plugins:
            - {name: canary, config: {upstream_port: 1, percentage: 0} }
            - {name: traffic-split, config: {rules: [{destinations: [{service: shop}]}]} }
            - {name: fault-injection, config: {delay: {min: 1} } }
            - {name: adaptive-concurrency, config: {per: route} }
            - {name: retry}
            - {name: hedge}
            - {name: mirror, config: {service: shop} }
          - name: shared
            paths: [/shared]
            plugins: [{name: rate-limiting, config: {minute: 1, policy: redis, redis: {host: 127.0.0.1, port: 1} } }]
          - name: kept
            paths: [/kept]
            plugins: [{name: http-cache, config: {storage: redis, redis: {host: 127.0.0.1, port: 1} } }]
          - name: plain
            paths: [/plain]
        upstreams:
        - name: found
          discovery: {consul: {service: found, address: "http://127.0.0.1:1"} }
        """;
}
