using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.Tracing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.OpenTelemetry;

/// <summary>Passes traces on to upstreams and sends spans and logs over OTLP.</summary>
internal sealed partial class OpenTelemetryPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<OpenTelemetryPlugin, OpenTelemetryConfig>((config, setup) => new(config, setup))
        {
            Name = "opentelemetry",
            Summary = "Passes traces on to upstreams and sends spans and logs over OTLP.",
        };

    private readonly PluginSlot<OpenTelemetryTrace> slot = new();
    private readonly OpenTelemetryConfig config;
    private readonly Propagation propagation;
    private readonly TimeProvider time;
    private readonly TraceInstrumentations instruments;
    private readonly double rate;
    private readonly BatchQueue? spans;
    private readonly BatchQueue? logs;
    private readonly CustomFields nothing;

    public OpenTelemetryPlugin(OpenTelemetryConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        instruments = setup.Snapshot.Settings.TracingInstrumentations;
        rate = config.SamplingRate ?? setup.Snapshot.Settings.TracingSamplingRate;
        propagation = new Propagation(config.Propagation, "w3c", config.HeaderType, defaultHeaderType: null);
        nothing = new CustomFields(null, "opentelemetry", setup.Log);
        if (config.TracesEndpoint is { } traces && instruments == TraceInstrumentations.None) LogOnlyHeaders(setup.Log);
        else if (config.TracesEndpoint is { } endpoint) spans = Open(config, endpoint, setup);
        if (config.LogsEndpoint is { } place) logs = Open(config, place, setup);
    }

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var (caller, format) = propagation.Extract(exchange.Request.Headers);
        var trace = Begin(exchange, caller);
        propagation.Inject(exchange, (caller ?? new()) with
        {
            TraceId = trace.TraceId,
            SpanId = trace.InjectedId,
            ParentId = trace.InjectedId == trace.RootId ? trace.ParentId : trace.RootId,
            Sampled = trace.Sampled,
        }, format);
        return Verdict.Continue;
    }

    public override void BeforeUpstream(Exchange exchange) => UpstreamTries.Note(exchange);

    public override void Respond(Exchange exchange)
    {
        if (config.HttpResponseHeaderForTraceid is { } name)
            exchange.Response.Headers.Append(name, TraceOf(exchange).TraceId.ToString("x32", null));
    }

    public override void Record(Exchange exchange)
    {
        if (spans is null && logs is null) return;
        var trace = TraceOf(exchange);
        var clock = new SpanClock(time);
        if (spans is not null && trace.Sampled)
            foreach (var span in OpenTelemetrySpans.Of(exchange, trace, clock, instruments))
                spans.Add(Otlp.Span(span));
        logs?.Add(Otlp.Log(LogOf(exchange, trace, clock)));
    }

    private OtlpLog LogOf(Exchange exchange, OpenTelemetryTrace trace, SpanClock clock)
    {
        var log = new OtlpLog
        {
            At = clock.Nanoseconds(clock.Now),
            Failed = exchange.Response.StatusCode >= 500,
            Body = LogEntry.Write(exchange, nothing, time.GetUtcNow()).ToArray(),
            TraceId = trace.TraceId,
            SpanId = trace.RootId,
            Sampled = trace.Sampled,
        };
        log.Attributes.Add(new("request.id", exchange.RequestId));
        return log;
    }

    private OpenTelemetryTrace TraceOf(Exchange exchange) => slot.Get(exchange) ?? Begin(exchange, null);

    private OpenTelemetryTrace Begin(Exchange exchange, TraceHeaders? caller)
    {
        var id = caller?.TraceId ?? TraceIds.NewTrace();
        var root = TraceIds.NewSpan();
        var trace = new OpenTelemetryTrace
        {
            TraceId = id,
            ParentId = caller?.SpanId ?? caller?.ParentId,
            RootId = root,
            InjectedId = instruments.HasFlag(TraceInstrumentations.Balancer) ? TraceIds.NewSpan() : root,
            Sampled = instruments != TraceInstrumentations.None && IsSampled(id, caller?.Sampled),
        };
        slot.Set(exchange, trace);
        return trace;
    }

    /// <summary>By the trace's id, so that all who see the trace decide alike.</summary>
    private bool IsSampled(UInt128 id, bool? caller)
    {
        if (caller == false) return false;
        if (caller == true && config.SamplingStrategy == "parent_probability_fallback") return true;
        return rate >= 1 || (ulong)id >> 1 < rate * long.MaxValue;
    }

    private static BatchQueue Open(OpenTelemetryConfig config, string url, PluginSetup setup)
    {
        var settings = config.Queue.Settings(config.BatchSpanCount, config.BatchFlushDelay);
        var resource = Otlp.Resource(config.ResourceAttributes);
        var key = ("opentelemetry", setup.Middleware.Id, url, System.Text.Json.JsonSerializer.Serialize(config));
        return setup.Shared.Get(key, setup.Snapshot.Lease, () =>
        {
            var poster = new HttpPoster(new()
            {
                Url = url,
                ContentType = "application/x-protobuf",
                ConnectTimeout = Milliseconds(config.ConnectTimeout),
                Timeout = Milliseconds((double)config.SendTimeout + config.ReadTimeout),
                Headers = config.Headers,
            });
            return new BatchQueue("opentelemetry", settings, (batch, cancel) => poster.PostAsync(Otlp.Request(resource, batch), cancel), setup.Time, setup.Log)
            {
                Target = poster,
            };
        });
    }

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, int.MaxValue));

    [LoggerMessage(Level = LogLevel.Warning, Message = "opentelemetry: no spans are made, because Kong's tracing_instrumentations is off; traces are only passed on")]
    private static partial void LogOnlyHeaders(ILogger log);
}

/// <summary>What one exchange's spans are about.</summary>
internal sealed class OpenTelemetryTrace
{
    public required UInt128 TraceId { get; init; }

    public required ulong? ParentId { get; init; }

    public required ulong RootId { get; init; }

    /// <summary>The span that the upstream is told: that of the balancer where it has one, or else the root.</summary>
    public required ulong InjectedId { get; init; }

    public required bool Sampled { get; init; }
}
