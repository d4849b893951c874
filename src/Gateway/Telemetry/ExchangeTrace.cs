using System.Diagnostics;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// The spans of one exchange: one for the request as the client sees it, one for each try at an upstream, named and tagged as OpenTelemetry's
/// conventions for HTTP have it. Nothing is made, and no header is touched, while nobody listens to <see cref="Traces.SourceName"/>.
/// </summary>
internal sealed class ExchangeTrace
{
    private static readonly ActivitySource Source = new(Traces.SourceName);

    private readonly Activity server;
    private Activity? client;

    private ExchangeTrace(Activity server) => this.server = server;

    /// <summary>For the spans of what is done for it.</summary>
    public ActivityContext Context => server.Context;

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
        if (client is not null)
        {
            Start(client);
            if (client.IsAllDataRequested && exchange.Endpoint is { } endpoint)
                client.SetTag("http.request.method", exchange.Upstream.Method).SetTag("server.address", endpoint.Host).SetTag("server.port", endpoint.Port);
            if (exchange.Timings.Tries > 1) client.SetTag("http.request.resend_count", exchange.Timings.Tries - 1);
        }

        exchange.Request.Headers.TraceParent = (client ?? server).Id;
        if (server.TraceStateString is { } state) exchange.Request.Headers.TraceState = state;
    }

    /// <summary>Ends the exchange's spans and hands them to whoever listens.</summary>
    public void End(Exchange exchange)
    {
        EndTry(exchange);
        if (server.IsAllDataRequested) Describe(exchange);
        server.Stop();
    }

    private void Describe(Exchange exchange)
    {
        var status = exchange.Response.StatusCode;
        if (exchange.Route is { } route)
        {
            server.DisplayName = $"{exchange.Request.Method} {route.Label}";
            server.SetTag("http.route", route.Label).SetTag("sluice.service", exchange.Service?.Label);
        }

        server.SetTag("http.request.method", exchange.Request.Method)
            .SetTag("url.scheme", exchange.ForwardedScheme)
            .SetTag("url.path", exchange.Path)
            .SetTag("server.address", exchange.Request.Host.Host)
            .SetTag("network.protocol.version", ProtocolVersion(exchange.Request.Protocol))
            .SetTag("client.address", exchange.ClientAddress.ToString())
            .SetTag("http.response.status_code", status)
            .SetTag("sluice.request_id", exchange.RequestId);
        if (exchange.Consumer is { } consumer) server.SetTag("sluice.consumer", consumer.Label);
        if (exchange.Error is { } error) server.SetTag("error.type", error.Code);
        if (status >= 500) server.SetStatus(ActivityStatusCode.Error, exchange.Error?.Message);
    }

    private void EndTry(Exchange exchange)
    {
        if (client is null) return;
        if (exchange.Timings.UpstreamAnswered != 0) client.SetTag("http.response.status_code", exchange.Response.StatusCode);
        else client.SetStatus(ActivityStatusCode.Error);
        client.Stop();
        client = null;
    }

    private static string ProtocolVersion(string protocol) => protocol.StartsWith("HTTP/", StringComparison.Ordinal) ? protocol[5..] : protocol;

    /// <summary>Loops run many exchanges on one thread, so that none of them may stay "current" there.</summary>
    private static void Start(Activity activity)
    {
        var before = Activity.Current;
        activity.Start();
        Activity.Current = before;
    }
}
