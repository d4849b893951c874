using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Replaying;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// What Kestrel calls for each request. It stands in for the framework's hosting layer, whose diagnostics and context factories would cost more
/// than the whole proxying; the exchange and its HttpContext live as long as the connection (HTTP/1.1) or the pooled stream (HTTP/2).
/// </summary>
internal sealed class GatewayApplication(GatewayRuntime runtime) : IHttpApplication<Exchange>
{
    private readonly ExchangeProcessor processor = new(runtime.Logs.CreateLogger<ExchangeProcessor>());

    public Exchange CreateContext(IFeatureCollection features)
    {
        var container = features as IHostContextContainer<Exchange>;
        var exchange = container is null ? NewExchange(features) : container.HostContext ??= NewExchange(features);
        exchange.Container = container;

        ((DefaultHttpContext)exchange.Http).Initialize(features);
        exchange.Begin(runtime.Enter(exchange.LoopIndex));
        if (exchange.Rejections is { } rejections) rejections.InExchange = true;
        return exchange;
    }

    public Task ProcessRequestAsync(Exchange exchange)
    {
        if (runtime.Recent is { } recent && recent.Takes()) exchange.Recorded = RecordedRequest.Begin(exchange);
        return processor.ProcessAsync(exchange);
    }

    public void DisposeContext(Exchange exchange, Exception? exception)
    {
        exchange.Timings.Ended = System.Diagnostics.Stopwatch.GetTimestamp();
        try
        {
            exchange.Trace?.End(exchange);
            runtime.Metrics.Record(exchange);
            if (exchange.Recorded is { } recorded)
            {
                exchange.Recorded = null;
                runtime.Recent!.Add(recorded, exchange);
            }

            runtime.AccessLog?.Write(exchange);
            processor.Record(exchange);
        }
        finally
        {
            if (exchange.Rejections is { } rejections) rejections.InExchange = false;
            ((DefaultHttpContext)exchange.Http).Uninitialize();
            if (exchange.IsAbandoned && exchange.Container is { } container) container.HostContext = null;
            var snapshot = exchange.Snapshot;
            exchange.End();
            GatewayRuntime.Exit(snapshot, exchange.LoopIndex);
        }
    }

    private static Exchange NewExchange(IFeatureCollection features)
    {
        // HTTP/2 streams start on the thread pool; their connection's loop is a feature of the connection.
        var loop = EventLoop.Current ?? features.Get<IEventLoopFeature>()?.Loop;
        var isHttp1 = features.Get<IHttpRequestFeature>()!.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal);
        return new Exchange(new DefaultHttpContext(), loop) { Rejections = isHttp1 ? features.Get<RejectionWriter>() : null };
    }
}
