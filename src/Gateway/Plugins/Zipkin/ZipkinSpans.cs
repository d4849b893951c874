using System.Globalization;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.Tracing;

namespace Sluice.Gateway.Plugins.Zipkin;

/// <summary>The spans of an exchange, as Kong makes them: one for each try at an upstream, one for the upstream's part, one for the request.</summary>
internal static class ZipkinSpans
{
    public static IEnumerable<ZipkinSpan> Of(Exchange exchange, ZipkinTrace trace, ZipkinConfig config, SpanClock clock)
    {
        ref var timings = ref exchange.Timings;
        var began = timings.Started != 0 ? timings.Started : clock.Now;
        var forwarded = timings.UpstreamStarted != 0 ? timings.UpstreamStarted : timings.Responded != 0 ? timings.Responded : began;
        var responded = timings.Responded != 0 ? timings.Responded : clock.Now;
        var ended = timings.Ended != 0 ? timings.Ended : clock.Now;
        var name = config.HttpSpanName == "method_path" ? $"{trace.Method} {trace.Path}" : trace.Method;

        var request = new ZipkinSpan
        {
            Kind = "SERVER",
            Name = name,
            Id = trace.RequestId,
            ParentId = trace.ParentId,
            Started = clock.Microseconds(began),
            Ended = clock.Microseconds(ended),
            Address = exchange.ClientAddress,
            Port = exchange.ClientPort,
        };
        DescribeRequest(request, exchange, trace, config);
        var proxy = new ZipkinSpan
        {
            Kind = "CLIENT",
            Name = $"{name} (proxy)",
            Id = trace.ProxyId,
            ParentId = trace.RequestId,
            Started = clock.Microseconds(trace.Accepted ? began : responded),
            Ended = clock.Microseconds(ended),
        };
        if (config.PhaseDurationFlavor == "annotations")
        {
            request.Annotate("krf", clock.Microseconds(began));
            request.Annotate("krs", clock.Microseconds(began));
            proxy.Annotate("khs", clock.Microseconds(responded));
            proxy.Annotate("khf", clock.Microseconds(responded));
            proxy.Annotate("kbs", clock.Microseconds(responded));
            proxy.Annotate("kas", clock.Microseconds(began));
            proxy.Annotate("kaf", clock.Microseconds(forwarded));
            proxy.Annotate("kbf", clock.Microseconds(ended));
        }
        else
        {
            request.Tag("kong.rewrite.duration_ms", "0");
            proxy.Tag("kong.access.duration_ms", Milliseconds(began, forwarded));
            proxy.Tag("kong.header_filter.duration_ms", "0");
            proxy.Tag("kong.body_filter.duration_ms", Milliseconds(responded, ended));
        }

        var tries = UpstreamTries.Of(exchange)?.All ?? [];
        for (var i = 0; i < tries.Count; i++)
        {
            var last = i == tries.Count - 1;
            var ending = last ? ended : tries[i + 1].Started;
            var span = new ZipkinSpan
            {
                Kind = "CLIENT",
                Name = $"{name} (balancer try {i + 1})",
                Id = TraceIds.NewSpan(),
                ParentId = trace.RequestId,
                Started = clock.Microseconds(tries[i].Started),
                Ended = clock.Microseconds(ending),
                Address = tries[i].Address.Address,
                Port = tries[i].Address.Port,
            };
            span.Tag("kong.balancer.try", (i + 1).ToString(CultureInfo.InvariantCulture));
            if (!last)
            {
                span.Tag("error", "true");
                span.Tag("kong.balancer.state", "failed");
                span.Tag("http.status_code", "502");
            }

            DescribeService(span, exchange);
            yield return span;
        }

        if (tries.Count > 0)
        {
            proxy.Tag("peer.hostname", exchange.Endpoint?.Host);
            proxy.Address = tries[^1].Address.Address;
            proxy.Port = tries[^1].Address.Port;
        }

        DescribeService(proxy, exchange);
        yield return proxy;
        yield return request;
    }

    private static void DescribeRequest(ZipkinSpan span, Exchange exchange, ZipkinTrace trace, ZipkinConfig config)
    {
        span.Tag("lc", "kong");
        span.Tag("http.method", trace.Method);
        span.Tag("http.host", exchange.Request.Host.Host);
        span.Tag("http.path", trace.Path);
        span.Tag("http.protocol", exchange.Request.Protocol);
        foreach (var tag in config.StaticTags ?? []) span.Tag(tag.Name, tag.Value);
        foreach (var (name, value) in RequestTags.Parse(trace.Tags)) span.Tag(name, value);
        span.Tag("http.status_code", exchange.Response.StatusCode.ToString(CultureInfo.InvariantCulture));
        if (exchange.Consumer is { } consumer) span.Tag("kong.consumer", consumer.IdText);
        if (config.IncludeCredential && exchange.Credential is { } credential) span.Tag("kong.credential", credential.Id.ToString());
        span.Tag("kong.node.id", Telemetry.GatewayNode.Id);
    }

    private static void DescribeService(ZipkinSpan span, Exchange exchange)
    {
        if (exchange.Service?.Config is { } service)
        {
            span.Tag("kong.service", service.Id.ToString());
            if (service.Name is not null)
            {
                span.ServiceName = service.Name;
                span.Tag("kong.service_name", service.Name);
            }
        }

        if (exchange.Route?.Config is { } route)
        {
            span.Tag("kong.route", route.Id.ToString());
            if (route.Name is not null) span.Tag("kong.route_name", route.Name);
        }
    }

    private static string Milliseconds(long from, long to) =>
        ((long)System.Diagnostics.Stopwatch.GetElapsedTime(from, Math.Max(from, to)).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
