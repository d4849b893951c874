using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.Tracing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.OpenTelemetry;

/// <summary>The spans of an exchange, named as Kong names them: <c>kong</c> for the request, <c>kong.balancer</c> for each try at an upstream.</summary>
internal static class OpenTelemetrySpans
{
    public static IEnumerable<OtlpSpan> Of(Exchange exchange, OpenTelemetryTrace trace, SpanClock clock, TraceInstrumentations instruments)
    {
        ref var timings = ref exchange.Timings;
        var ended = timings.Ended != 0 ? timings.Ended : clock.Now;
        var status = exchange.Response.StatusCode;
        var root = new OtlpSpan
        {
            TraceId = trace.TraceId,
            Id = trace.RootId,
            ParentId = trace.ParentId,
            Name = "kong",
            Kind = OtlpSpan.Server,
            Started = clock.Nanoseconds(timings.Started != 0 ? timings.Started : ended),
            Ended = clock.Nanoseconds(ended),
            Failed = status >= 500,
        };
        var request = exchange.Request;
        root.Tag("http.method", request.Method);
        root.Tag("http.url", $"{exchange.Scheme}://{request.Host.Host}{exchange.RawTarget}");
        root.Tag("http.host", request.Host.Host);
        root.Tag("http.scheme", exchange.Scheme);
        root.Tag("http.flavor", request.Protocol.StartsWith("HTTP/", StringComparison.Ordinal) ? request.Protocol[5..] : request.Protocol);
        root.Tag("http.client_ip", exchange.ClientAddress.ToString());
        root.Tag("net.peer.ip", exchange.PeerAddress.ToString());
        root.Tag("kong.request.id", exchange.RequestId);
        root.Tag("http.status_code", (long)status);
        root.Tag("http.route", exchange.Route is null ? null : exchange.Path);
        var spans = new List<OtlpSpan> { root };
        if (instruments.HasFlag(TraceInstrumentations.Balancer)) AddTries(spans, exchange, trace, clock, ended);
        return spans;
    }

    private static void AddTries(List<OtlpSpan> spans, Exchange exchange, OpenTelemetryTrace trace, SpanClock clock, long ended)
    {
        var tries = UpstreamTries.Of(exchange)?.All ?? [];
        for (var i = 0; i < tries.Count; i++)
        {
            var last = i == tries.Count - 1;
            var failed = !last || exchange.Source != ResponseSource.Upstream;
            var span = new OtlpSpan
            {
                TraceId = trace.TraceId,
                Id = last ? trace.InjectedId : TraceIds.NewSpan(),
                ParentId = trace.RootId,
                Name = "kong.balancer",
                Kind = OtlpSpan.Client,
                Started = clock.Nanoseconds(tries[i].Started),
                Ended = clock.Nanoseconds(last ? ended : tries[i + 1].Started),
                Failed = failed,
            };
            span.Tag("try_count", (double)(i + 1));
            span.Tag("net.peer.ip", tries[i].Address.Address.ToString());
            span.Tag("net.peer.port", (double)tries[i].Address.Port);
            span.Tag("net.peer.name", exchange.Service?.Config.Host);
            if (!failed) span.Tag("http.status_code", (long)exchange.Response.StatusCode);
            spans.Add(span);
        }
    }
}
