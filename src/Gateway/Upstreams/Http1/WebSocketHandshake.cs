using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>A client's wish for a WebSocket, the only upgrade that is passed on: with Upgrade over HTTP/1.1, with extended CONNECT over HTTP/2 (RFC 8441).</summary>
internal sealed class WebSocketHandshake
{
    private static readonly WebSocketHandshake ByUpgrade = new(null);

    private WebSocketHandshake(string? key) => Key = key;

    /// <summary>The Sec-WebSocket-Key that is made here, because HTTP/2 has none; null when the client's own goes up.</summary>
    public string? Key { get; }

    /// <summary>The handshake of a request; null when it is not one.</summary>
    public static WebSocketHandshake? Of(Exchange exchange)
    {
        var upgrade = exchange.Request.Headers.Upgrade;
        if (upgrade.Count > 0)
            return upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
                && exchange.Http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
                ? ByUpgrade
                : null;
        return HttpMethods.IsConnect(exchange.Request.Method)
            && exchange.Http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" }
            ? new WebSocketHandshake(Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)))
            : null;
    }

    /// <summary>Whether an answer of 101 takes the handshake up. With the client's own key, the client checks the proof itself.</summary>
    public bool IsAcceptedBy(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        if (!head.UpgradesToWebSocket) return false;
        if (Key is null) return true;
        var fields = new HeaderDictionary();
        head.CopyTo(bytes, fields, keepTrailer: false);
        // RFC 6455, 4.2.2: the key with this constant behind it, hashed with SHA-1. It protects nothing; it shows that the other side understood.
#pragma warning disable CA5350
        var proof = SHA1.HashData(Encoding.ASCII.GetBytes(Key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        return fields["Sec-WebSocket-Accept"] == Convert.ToBase64String(proof);
    }

    /// <summary>Switches the client's side over, with the head that the exchange's response has now.</summary>
    public async ValueTask<Stream> AcceptAsync(Exchange exchange)
    {
        var response = exchange.Response;
        response.ContentLength = null;
        if (Key is not null)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.Headers.Remove("Sec-WebSocket-Accept");
            if (exchange.Http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        }
        else response.Headers.Upgrade = "websocket";

        exchange.RunUpstreamAnswered();
        exchange.RunRespond();
        return Key is null
            ? await exchange.Http.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync()
            : await exchange.Http.Features.Get<IHttpExtendedConnectFeature>()!.AcceptAsync();
    }
}
