using System.Globalization;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Telemetry;

/// <summary>The page at <c>/metrics</c>: everything the gateway counts, in the Prometheus text format.</summary>
public static class MetricsReport
{
    /// <summary>What the page is served as.</summary>
    public const string ContentType = PrometheusText.ContentType;

    /// <summary>Writes the page. Takes a moment for thousands of routes; not for an event loop.</summary>
    public static string Write(GatewayRuntime runtime)
    {
        var text = new PrometheusText();
        Requests(text, runtime.Metrics);
        Services(text, runtime.Current);
        HealthChanges(text, runtime.Metrics);
        runtime.Metrics.Connections.WriteTo(text, runtime.Current.Exchanges.Count);
        Configuration(text, runtime);
        Loops(text, runtime);
        Process(text, runtime);
        runtime.AccessLog?.WriteTo(text, runtime);
        foreach (var source in runtime.Shared.OfType<IMetricsSource>()) source.WriteTo(text, runtime);
        return text.ToString();
    }

    private static void Requests(PrometheusText text, GatewayMetrics metrics)
    {
        var meters = metrics.Meters.ToList();
        text.Family("gateway_requests_total", "counter", "Requests answered.");
        foreach (var meter in meters)
            foreach (var count in meter.Requests)
                text.Sample(
                    "gateway_requests_total",
                    count.Value.Sum(0),
                    ("method", count.Method),
                    ("route", meter.Route),
                    ("service", meter.Service),
                    ("status_code", count.Status.ToString(CultureInfo.InvariantCulture)));

        text.Family("gateway_requests_rejected_total", "counter", "Requests answered before they could be read: malformed, too large, too slow.");
        foreach (var (status, count) in metrics.Rejected)
            text.Sample("gateway_requests_rejected_total", count, ("status_code", status.ToString(CultureInfo.InvariantCulture)));

        text.Family("gateway_errors_total", "counter", "Requests that the gateway answered itself because of an error, by its code.");
        foreach (var meter in meters)
            foreach (var error in meter.Errors)
                text.Sample("gateway_errors_total", error.Value.Sum(0), ("code", error.Code), ("route", meter.Route), ("service", meter.Service));

        text.Family("gateway_retries_total", "counter", "Tries at further endpoints after a failed one.");
        foreach (var meter in meters)
            text.Sample("gateway_retries_total", meter.Retries, ("route", meter.Route), ("service", meter.Service));

        text.Family("gateway_request_duration_seconds", "histogram", "From the head of the request to the end of the response.");
        foreach (var meter in meters)
            text.Histogram("gateway_request_duration_seconds", meter.Duration, 1, ("route", meter.Route), ("service", meter.Service));

        text.Family("gateway_upstream_latency_seconds", "histogram", "From the first try to the head of the upstream's answer.");
        foreach (var meter in meters)
            text.Histogram("gateway_upstream_latency_seconds", meter.Upstream, 1, ("route", meter.Route), ("service", meter.Service));

        text.Family("gateway_bytes_total", "counter", "Body bytes, in from clients and out to them.");
        foreach (var meter in meters)
        {
            text.Sample("gateway_bytes_total", meter.BytesIn, ("direction", "in"), ("route", meter.Route), ("service", meter.Service));
            text.Sample("gateway_bytes_total", meter.BytesOut, ("direction", "out"), ("route", meter.Route), ("service", meter.Service));
        }
    }

    private static void Services(PrometheusText text, GatewaySnapshot snapshot)
    {
        text.Family("gateway_endpoint_healthy", "gauge", "1 while the endpoint is chosen, 0 while it is not.");
        foreach (var service in snapshot.Services.Take(GatewayMetrics.MaxRoutes))
            foreach (var endpoint in service.Balancer.Endpoints)
                text.Sample("gateway_endpoint_healthy", endpoint.IsHealthy ? 1 : 0, ("service", service.Label), ("endpoint", endpoint.Key));

        text.Family("gateway_endpoint_in_flight", "gauge", "Requests under way.");
        foreach (var service in snapshot.Services.Take(GatewayMetrics.MaxRoutes))
            foreach (var endpoint in service.Balancer.Endpoints)
                text.Sample("gateway_endpoint_in_flight", endpoint.InFlight, ("service", service.Label), ("endpoint", endpoint.Key));

        text.Family("gateway_circuit_state", "gauge", "0 closed, 1 half-open, 2 open.");
        foreach (var service in snapshot.Services)
            if (service.CircuitBreaker is { } circuit)
                text.Sample("gateway_circuit_state", circuit.State switch { CircuitState.Closed => 0, CircuitState.HalfOpen => 1, _ => 2 }, ("service", service.Label));
    }

    private static void Loops(PrometheusText text, GatewayRuntime runtime)
    {
        text.Family("gateway_loop_longest_turn_seconds", "gauge", "The longest time an event loop was held since the last scrape.");
        foreach (var loop in runtime.Transport.Loops)
            text.Sample("gateway_loop_longest_turn_seconds", loop.TakeLongestTurn().TotalSeconds, ("loop", loop.Index.ToString(CultureInfo.InvariantCulture)));
        text.Family("gateway_loop_client_connections", "gauge", "Client connections on an event loop.");
        foreach (var loop in runtime.Transport.Loops)
            text.Sample("gateway_loop_client_connections", loop.Counters.ClientConnections, ("loop", loop.Index.ToString(CultureInfo.InvariantCulture)));
        text.Family("gateway_loop_upstream_connections", "gauge", "Connections to upstreams on an event loop.");
        foreach (var loop in runtime.Transport.Loops)
            text.Sample("gateway_loop_upstream_connections", loop.Counters.UpstreamSockets, ("loop", loop.Index.ToString(CultureInfo.InvariantCulture)));
    }

    private static void Configuration(PrometheusText text, GatewayRuntime runtime)
    {
        text.Family("gateway_exchanges_in_flight", "gauge", "Requests under way on the current configuration.")
            .Sample("gateway_exchanges_in_flight", runtime.Current.Exchanges.Count);
        text.Family("gateway_configuration_generation", "counter", "Configurations loaded since the start.")
            .Sample("gateway_configuration_generation", runtime.Generation);
        text.Family("gateway_configuration_refused_total", "counter", "Newer configurations that were not taken because of problems.")
            .Sample("gateway_configuration_refused_total", runtime.Refusals);
        text.Family("gateway_plugin_files", "gauge", "Files of the plugin folder whose code is in memory, replaced ones that are not collected yet included.")
            .Sample("gateway_plugin_files", Extending.PluginAssemblies.Count);
        text.Family("gateway_plugin_failures_total", "counter", "Requests that a plugin failed: by throwing, by not ending in time, by holding an event loop, by taking too much memory.");
        foreach (var failures in runtime.FailedPlugins)
            foreach (var kind in Enum.GetValues<PluginFailureKind>())
                text.Sample("gateway_plugin_failures_total", failures.Count(kind), ("plugin", failures.Name), ("kind", kind switch { PluginFailureKind.HeldLoop => "held_loop", _ => kind.ToString().ToLowerInvariant() }));
        text.Family("gateway_configuration_loaded_timestamp_seconds", "gauge", "When the configuration was loaded that is served, Unix time.")
            .Sample("gateway_configuration_loaded_timestamp_seconds", runtime.LoadedAt.ToUnixTimeMilliseconds() / 1000.0);
    }

    private static void HealthChanges(PrometheusText text, GatewayMetrics metrics)
    {
        text.Family("gateway_health_changes_total", "counter", "Changes of endpoints' and balancers' health and of circuits.");
        foreach (var (change, count) in metrics.HealthChanges)
            text.Sample(
                "gateway_health_changes_total",
                count,
                ("kind", change.Kind.ToString().ToLowerInvariant()),
                ("owner", change.Owner),
                ("state", change.State));
    }

    private static void Process(PrometheusText text, GatewayRuntime runtime)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        text.Family("process_cpu_seconds_total", "counter", "User and system time.").Sample("process_cpu_seconds_total", process.TotalProcessorTime.TotalSeconds);
        text.Family("process_resident_memory_bytes", "gauge", "Resident memory.").Sample("process_resident_memory_bytes", process.WorkingSet64);
        text.Family("process_start_time_seconds", "gauge", "Start of the process, Unix time.")
            .Sample("process_start_time_seconds", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        text.Family("process_uptime_seconds", "gauge", "Time since the start.")
            .Sample("process_uptime_seconds", (runtime.Time.GetUtcNow() - new DateTimeOffset(process.StartTime)).TotalSeconds);
        text.Family("dotnet_gc_allocated_bytes_total", "counter", "Managed bytes allocated.").Sample("dotnet_gc_allocated_bytes_total", GC.GetTotalAllocatedBytes());
        text.Family("dotnet_gc_heap_bytes", "gauge", "Managed heap after the last collection.").Sample("dotnet_gc_heap_bytes", GC.GetGCMemoryInfo().HeapSizeBytes);
        text.Family("dotnet_gc_collections_total", "counter", "Collections by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Sample("dotnet_gc_collections_total", GC.CollectionCount(generation), ("generation", generation.ToString(CultureInfo.InvariantCulture)));
        text.Family("dotnet_threadpool_threads", "gauge", "Pool threads.").Sample("dotnet_threadpool_threads", ThreadPool.ThreadCount);
    }
}
