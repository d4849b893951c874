using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.Tracing;

namespace Sluice.Gateway.Plugins.Zipkin;

/// <summary>Passes traces on to upstreams and sends spans to Zipkin.</summary>
internal sealed class ZipkinPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<ZipkinPlugin, ZipkinConfig>((config, setup) => new(config, setup))
    {
        Name = "zipkin",
        Summary = "Passes traces on to upstreams and sends spans to Zipkin.",
    };

    private readonly PluginSlot<ZipkinTrace> slot = new();
    private readonly ZipkinConfig config;
    private readonly Propagation propagation;
    private readonly TimeProvider time;
    private readonly BatchQueue? queue;

    public ZipkinPlugin(ZipkinConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        propagation = new Propagation(config.Propagation, "b3", config.HeaderType, config.DefaultHeaderType);
        if (config.HttpEndpoint is not { } url) return;
        var settings = config.Queue.Settings();
        queue = setup.Shared.Get(("zipkin", setup.Middleware.Id, url, settings), setup.Snapshot.Lease, () =>
        {
            var poster = new HttpPoster(new()
            {
                Url = url,
                ContentType = "application/json",
                ConnectTimeout = Milliseconds(config.ConnectTimeout),
                Timeout = Milliseconds((double)config.SendTimeout + config.ReadTimeout),
            });
            return new BatchQueue("zipkin", settings, (batch, cancel) => poster.PostAsync(Array(batch), cancel), setup.Time, setup.Log) { Target = poster };
        });
    }

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
    {
        var (caller, format) = propagation.Extract(exchange.Request.Headers);
        var trace = Begin(exchange, caller);
        trace.Accepted = true;

        // What is not recorded is as good as undecided here: formats that can leave the decision open do.
        propagation.Inject(exchange, (caller ?? new()) with
        {
            TraceId = trace.TraceId,
            TraceIdBytes = caller?.TraceIdBytes ?? 0,
            SpanId = trace.ProxyId,
            ParentId = trace.RequestId,
            Sampled = trace.Sampled ? true : null,
        }, format);
        return Verdict.Continue;
    }

    public override void BeforeUpstream(Exchange exchange) => UpstreamTries.Note(exchange);

    public override void Respond(Exchange exchange)
    {
        if (config.HttpResponseHeaderForTraceid is { } name) exchange.Response.Headers.Append(name, TraceOf(exchange).Hex);
    }

    public override void Record(Exchange exchange)
    {
        var trace = TraceOf(exchange);
        if (queue is null || !trace.Sampled) return;
        foreach (var span in ZipkinSpans.Of(exchange, trace, config, new SpanClock(time)))
            queue.Add(span.Write(trace.Hex, config.LocalServiceName, config.DefaultServiceName));
    }

    private ZipkinTrace TraceOf(Exchange exchange) => slot.Get(exchange) ?? Begin(exchange, propagation.Extract(exchange.Request.Headers).Trace);

    private ZipkinTrace Begin(Exchange exchange, TraceHeaders? caller)
    {
        var made = caller?.TraceId is null;
        var shared = caller is { SharesSpan: true, SpanId: not null };
        var trace = new ZipkinTrace
        {
            TraceId = caller?.TraceId ?? TraceIds.NewTrace(config.TraceidByteCount),
            ShortId = made && config.TraceidByteCount == 8,
            Sampled = caller?.Sampled ?? Random.Shared.NextDouble() < config.SampleRatio,
            RequestId = shared ? caller!.SpanId!.Value : TraceIds.NewSpan(),
            ParentId = caller is null ? null : caller.SharesSpan ? caller.ParentId : caller.SpanId,
            ProxyId = TraceIds.NewSpan(),
            Method = exchange.Request.Method,
            Path = exchange.Path,
            Tags = exchange.Request.Headers[config.TagsHeader],
        };
        slot.Set(exchange, trace);
        return trace;
    }

    private static byte[] Array(IReadOnlyList<byte[]> batch) => [(byte)'[', .. batch.SelectMany((span, i) => i == 0 ? span : [(byte)',', .. span]), (byte)']'];

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, int.MaxValue));
}

/// <summary>What one exchange's spans are about, known when it begins.</summary>
internal sealed class ZipkinTrace
{
    public required UInt128 TraceId { get; init; }

    /// <summary>It was made here, of 8 bytes.</summary>
    public required bool ShortId { get; init; }

    public required bool Sampled { get; init; }

    /// <summary>The span of the request; the caller's own where the format shares it.</summary>
    public required ulong RequestId { get; init; }

    public required ulong? ParentId { get; init; }

    /// <summary>The span of the upstream's part, which the upstream is told.</summary>
    public required ulong ProxyId { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required Microsoft.Extensions.Primitives.StringValues Tags { get; init; }

    /// <summary>The stages of requests ran, rather than only those of responses.</summary>
    public bool Accepted { get; set; }

    public string Hex => ShortId ? ((ulong)TraceId).ToString("x16", CultureInfo.InvariantCulture) : TraceId.ToString("x32", CultureInfo.InvariantCulture);
}
