using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Tells requests for a WebSocket: the only upgrade that is passed on.</summary>
internal static class WebSocketRequest
{
    public static bool IsOne(Exchange exchange)
    {
        var upgrade = exchange.Request.Headers.Upgrade;
        if (upgrade.Count > 0)
            return upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
                && exchange.Http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };
        return IsExtendedConnect(exchange);
    }

    /// <summary>HTTP/2's way to ask for one (RFC 8441).</summary>
    public static bool IsExtendedConnect(Exchange exchange) =>
        exchange.Request.Method == "CONNECT"
        && exchange.Http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" };
}
