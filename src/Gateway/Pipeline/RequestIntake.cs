using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// The first look at a request: what the HTTP layer lets pass but a proxy must not, then the path, the route, and what goes upstream.
/// </summary>
internal static class RequestIntake
{
    private static readonly Answer Misdirected = GatewayErrors.Misdirected.Answer;

    /// <summary>An answer when the request is refused here; null when it goes on along its route's plan.</summary>
    public static Answer? Admit(Exchange exchange)
    {
        var request = exchange.Request;
        var features = exchange.Http.Features;
        exchange.RawTarget = features.Get<IHttpRequestFeature>()!.RawTarget;
        ClientIdentity.Resolve(exchange, features.Get<IHttpConnectionFeature>()!, request.Scheme);

        exchange.Trace = ExchangeTrace.Begin(exchange);

        if (RequestGuard.Refuses(exchange) is { } refusal) return refusal;

        var path = exchange.Targets.Parse(exchange.RawTarget);
        if (path.Error == RequestPathError.Malformed) return RequestGuard.BadRequest;
        if (path.Error == RequestPathError.NotUtf8) return GatewayErrors.NoRoute.Answer;
        exchange.Path = path.Path;
        exchange.Query = path.Query;
        exchange.Upstream.Method = request.Method;
        exchange.Upstream.Query = path.Query;

        var headers = request.Headers;
        var query = new RouteQuery(
            request.Method,
            exchange.Scheme,
            headers.Host.Count > 0 ? headers.Host.ToString() : "",
            path.Path,
            path.Query,
            features.Get<Microsoft.AspNetCore.Connections.Features.ITlsHandshakeFeature>()?.HostName,
            headers);
        if (exchange.Snapshot.Router.LooksAtAddresses) query = WithAddresses(query, exchange, features);
        var match = exchange.Snapshot.Router.Match(query);
        exchange.Match = match;
        if (match.Route is not { } route) return IsMisdirected(exchange, query) ? Misdirected : GatewayErrors.NoRoute.Answer;

        exchange.Plan = route.Plan;
        var mismatch = match.Protocols.Check(
            exchange.ForwardedScheme == "https", !request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal), request.ContentType);
        if (mismatch != ProtocolMismatch.None) return ProtocolMismatchAnswers.For(mismatch, exchange, route.Config);
        exchange.Upstream.Path = exchange.Targets.UpstreamPath(match, route.Config, route.Service?.Config, path.Path);
        exchange.Upstream.Host = route.Config.PreserveHost && headers.Host.Count > 0 ? headers.Host.ToString() : null;
        return null;
    }

    /// <summary>
    /// A client that shares one HTTP/2 connection between hosts of one certificate may have a route that wants another server name than the
    /// handshake's: on a connection of its own the request would be served (RFC 9110, 15.5.20).
    /// </summary>
    private static bool IsMisdirected(Exchange exchange, in RouteQuery query)
    {
        if (query.Sni is not { Length: > 0 } sni || !HttpProtocol.IsHttp2(exchange.Request.Protocol)) return false;
        var host = exchange.Request.Host.Host;
        return host.Length > 0 && !host.Equals(sni, StringComparison.OrdinalIgnoreCase)
            && exchange.Snapshot.Router.Match(query with { Sni = host.ToLowerInvariant() }).Route is not null;
    }

    private static RouteQuery WithAddresses(in RouteQuery query, Exchange exchange, IFeatureCollection features)
    {
        var connection = features.Get<IHttpConnectionFeature>()!;
        return query with
        {
            Source = new IPEndPoint(exchange.ClientAddress, exchange.ClientPort),
            Destination = connection.LocalIpAddress is { } local ? new IPEndPoint(local, connection.LocalPort) : null,
        };
    }
}
