using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Prometheus;

/// <summary>The families that Kong's plugin exports (kong/plugins/prometheus/exporter.lua of 3.9), kept across reloads.</summary>
internal sealed class KongMetrics : IMetricsSource
{
    /// <summary>How many series of service, route and consumer there may be; what comes later is counted under <c>(other)</c>.</summary>
    private const int MaxSeries = 10000;

    private readonly ConcurrentDictionary<(string Service, string Route, string Consumer), KongSeries> series = new();
    private volatile bool upstreamHealth;

    /// <summary>Of language models.</summary>
    public KongAiMetrics Models { get; } = new();

    public KongMetrics Using(PrometheusConfig config)
    {
        if (config.UpstreamHealthMetrics) upstreamHealth = true;
        return this;
    }

    public KongSeries For(string service, string route, string consumer)
    {
        var key = (service, route, consumer);
        if (series.TryGetValue(key, out var known)) return known;
        if (series.Count >= MaxSeries) key = ("(other)", "(other)", "");
        return series.GetOrAdd(key, static _ => new KongSeries());
    }

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        text.Family("kong_node_info", "gauge", "The node, its id and version.")
            .Sample("kong_node_info", 1, ("node_id", runtime.NodeId.ToString()), ("version", GatewayHeaders.Version));
        text.Family("kong_datastore_reachable", "gauge", "1: this gateway needs no datastore to serve.").Sample("kong_datastore_reachable", 1);
        text.Family("kong_nginx_metric_errors_total", "counter", "Errors while counting; always 0 here.").Sample("kong_nginx_metric_errors_total", 0);
        text.Family("kong_nginx_requests_total", "gauge", "Requests answered since the start.")
            .Sample("kong_nginx_requests_total", runtime.Metrics.Meters.Sum(m => m.Requests.Sum(r => (double)r.Value.Sum(0))), ("node_id", runtime.NodeId.ToString()), ("subsystem", "http"));
        foreach (var ((service, route, consumer), one) in series) one.WriteTo(text, service, route, consumer);
        Models.WriteTo(text);
        if (upstreamHealth) WriteHealth(text, runtime.Current);
    }

    private static void WriteHealth(PrometheusText text, GatewaySnapshot snapshot)
    {
        text.Family("kong_upstream_target_health", "gauge", "Health of each target: 1 for the state it is in.");
        foreach (var upstream in snapshot.Services.DistinctBy(s => s.Config.Host))
            foreach (var endpoint in upstream.Balancer.Endpoints)
                text.Sample(
                    "kong_upstream_target_health",
                    1,
                    ("upstream", upstream.Config.Host),
                    ("target", $"{endpoint.Host}:{endpoint.Port.ToString(CultureInfo.InvariantCulture)}"),
                    ("address", endpoint.Key),
                    ("state", endpoint.IsHealthy ? "healthy" : "unhealthy"),
                    ("subsystem", "http"));
    }
}

/// <summary>What is counted for one service, route and consumer.</summary>
internal sealed class KongSeries
{
    private static readonly double[] KongBounds =
        [0.001, 0.002, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 0.75, 1, 3, 6];

    private static readonly double[] UpstreamBounds = [0.025, 0.05, 0.08, 0.1, 0.25, 0.4, 0.7, 1, 2, 5, 10, 30, 60];

    private readonly ConcurrentDictionary<(int Status, string Source), StripedCounters> requests = new();
    private readonly StripedCounters bytes = new(2);
    private readonly LatencyHistogram kong = new(KongBounds);
    private readonly LatencyHistogram upstream = new(UpstreamBounds);
    private readonly LatencyHistogram total = new(UpstreamBounds);

    public void Record(Exchange exchange, PrometheusConfig config)
    {
        var stripe = exchange.LoopIndex;
        ref var timings = ref exchange.Timings;
        if (config.StatusCodeMetrics)
        {
            var source = exchange.Source == ResponseSource.Upstream ? "service" : exchange.Error is null ? "exit" : "error";
            requests.GetOrAdd((exchange.Response.StatusCode, source), static _ => new StripedCounters(1)).Add(stripe, 0, 1);
        }

        if (config.BandwidthMetrics)
        {
            bytes.Add(stripe, 0, timings.RequestBytes);
            bytes.Add(stripe, 1, timings.ResponseBytes);
        }

        if (!config.LatencyMetrics) return;
        var all = timings.Ended - timings.Started;
        var waited = timings.UpstreamAnswered == 0 ? 0 : timings.UpstreamAnswered - timings.UpstreamStarted;
        total.Add(stripe, all);
        kong.Add(stripe, Math.Max(0, all - waited));
        if (waited > 0) upstream.Add(stripe, waited);
    }

    public void WriteTo(PrometheusText text, string service, string route, string consumer)
    {
        (string, string)[] labels = [("service", service), ("route", route), ("workspace", "default")];
        if (!requests.IsEmpty)
        {
            text.Family("kong_http_requests_total", "counter", "Requests by status and by who answered.");
            foreach (var ((status, source), count) in requests)
                text.Sample(
                    "kong_http_requests_total",
                    count.Sum(0),
                    ("service", service), ("route", route), ("code", status.ToString(CultureInfo.InvariantCulture)), ("source", source), ("workspace", "default"), ("consumer", consumer));
        }

        text.Family("kong_bandwidth_bytes", "counter", "Body bytes in (ingress) and out (egress).")
            .Sample("kong_bandwidth_bytes", bytes.Sum(0), ("service", service), ("route", route), ("direction", "ingress"), ("workspace", "default"), ("consumer", consumer))
            .Sample("kong_bandwidth_bytes", bytes.Sum(1), ("service", service), ("route", route), ("direction", "egress"), ("workspace", "default"), ("consumer", consumer));
        text.Family("kong_kong_latency_ms", "histogram", "Time spent in the gateway.").Histogram("kong_kong_latency_ms", kong, 1000, labels);
        text.Family("kong_request_latency_ms", "histogram", "Time of the whole request.").Histogram("kong_request_latency_ms", total, 1000, labels);
        text.Family("kong_upstream_latency_ms", "histogram", "Time waited for the upstream.").Histogram("kong_upstream_latency_ms", upstream, 1000, labels);
    }
}
