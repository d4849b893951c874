using System.Diagnostics;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// The spans of one exchange: one for the request as the client sees it, one for each try at an upstream, named and tagged as OpenTelemetry's
/// conventions for HTTP have it. Nothing is made, and no header is touched, while nobody listens to <see cref="SourceName"/>.
/// </summary>
internal sealed class ExchangeTrace
{
    /// <summary>What an exporter listens to.</summary>
    public const string SourceName = "Sluice.Gateway";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Activity server;
    private Activity? client;

    private ExchangeTrace(Activity server) => this.server = server;

    /// <summary>32 hex digits.</summary>
    public string TraceId => server.TraceId.ToHexString();

    /// <summary>Begins the span of a request; null when it is not sampled or nobody listens.</summary>
    public static ExchangeTrace? Begin(Exchange exchange)
    {
        if (!Source.HasListeners()) return null;
        TraceContext.TryRead(exchange.Request.Headers, out var caller);
        var activity = Source.CreateActivity(exchange.Request.Method, ActivityKind.Server, caller);
        if (activity is null) return null;
        Start(activity);
        return new ExchangeTrace(activity);
    }

    /// <summary>Begins the span of a try and tells the upstream of it.</summary>
    public void BeginTry(Exchange exchange)
    {
        EndTry(exchange);
        client = Source.CreateActivity(exchange.Upstream.Method, ActivityKind.Client, server.Context);
        if (client is not null) Start(client);
        exchange.Request.Headers.TraceParent = (client ?? server).Id;
        if (server.TraceStateString is { } state) exchange.Request.Headers.TraceState = state;
    }

    /// <summary>Ends the exchange's spans and hands them to whoever listens.</summary>
    public void End(Exchange exchange)
    {
        EndTry(exchange);
        var status = exchange.Response.StatusCode;
        if (exchange.Route is { } route)
        {
            server.DisplayName = $"{exchange.Request.Method} {route.Label}";
            server.SetTag("http.route", route.Label).SetTag("sluice.service", exchange.Service?.Label);
        }

        server.SetTag("http.request.method", exchange.Request.Method)
            .SetTag("url.scheme", exchange.ForwardedScheme)
            .SetTag("url.path", exchange.Path)
            .SetTag("server.address", exchange.Request.Headers.Host.ToString())
            .SetTag("client.address", exchange.ClientAddress.ToString())
            .SetTag("http.response.status_code", status)
            .SetTag("sluice.request_id", exchange.RequestId);
        if (exchange.Consumer is { } consumer) server.SetTag("sluice.consumer", consumer.Label);
        if (status >= 500) server.SetStatus(ActivityStatusCode.Error, exchange.Error?.Message);
        server.Stop();
    }

    private void EndTry(Exchange exchange)
    {
        if (client is null) return;
        if (exchange.Endpoint is { } endpoint) client.SetTag("server.address", endpoint.Host).SetTag("server.port", endpoint.Port);
        client.SetTag("http.request.method", exchange.Upstream.Method).SetTag("http.request.resend_count", exchange.Timings.Tries - 1);
        if (exchange.Timings.UpstreamAnswered != 0) client.SetTag("http.response.status_code", exchange.Response.StatusCode);
        else client.SetStatus(ActivityStatusCode.Error);
        client.Stop();
        client = null;
    }

    /// <summary>Loops run many exchanges on one thread, so that none of them may stay "current" there.</summary>
    private static void Start(Activity activity)
    {
        var before = Activity.Current;
        activity.Start();
        Activity.Current = before;
    }
}
