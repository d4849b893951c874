using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// Works out who the client is: the peer of the connection, or what a trusted proxy in front says
/// (nginx's realip module, as Kong configures it with <c>trusted_ips</c>, <c>real_ip_header</c> and <c>real_ip_recursive</c>).
/// </summary>
internal static class ClientIdentity
{
    public static void Resolve(Exchange exchange, IHttpConnectionFeature connection, string scheme)
    {
        var peer = connection.RemoteIpAddress ?? IPAddress.None;
        exchange.PeerAddress = peer;
        exchange.ClientAddress = peer;
        exchange.ClientPort = connection.RemotePort;
        exchange.Scheme = scheme;
        exchange.ForwardedScheme = scheme;
        exchange.PeerIsTrusted = false;
        var settings = exchange.Snapshot.Settings;
        if (settings.TrustedProxies.Count == 0 || !IsTrusted(peer, settings)) return;

        exchange.PeerIsTrusted = true;
        var headers = exchange.Request.Headers;
        if (headers["X-Forwarded-Proto"] is [{ Length: > 0 } proto, ..]) exchange.ForwardedScheme = proto;
        if (settings.RealIpHeader.Equals("proxy_protocol", StringComparison.OrdinalIgnoreCase)) return;
        var told = headers[settings.RealIpHeader];
        if (told.Count > 0) Believe(exchange, told, settings);
    }

    /// <summary>
    /// From the right: the last address that was told, or with recursion the last that is not itself trusted. As for nginx, spaces separate like
    /// commas, and what is no address ends the list.
    /// </summary>
    private static void Believe(Exchange exchange, StringValues told, GatewaySettings settings)
    {
        var rest = told.ToString().AsSpan();
        while (!(rest = rest.TrimEnd(" ,")).IsEmpty)
        {
            var start = rest.LastIndexOfAny(' ', ',') + 1;
            if (!TryParse(rest[start..], out var address, out var port)) return;
            exchange.ClientAddress = address;
            exchange.ClientPort = port;
            if (!settings.RealIpRecursive || !IsTrusted(address, settings)) return;
            rest = rest[..start];
        }
    }

    /// <summary>Four decimal numbers or an IPv6 address, with or without a port; not the shorthands that the framework also reads.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out IPAddress address, out int port)
    {
        port = 0;
        if (!IPAddress.TryParse(text, out address!))
        {
            if (!IPEndPoint.TryParse(text, out var endPoint)) return false;
            address = endPoint.Address;
            port = endPoint.Port;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6) return true;
        Span<char> usual = stackalloc char[16];
        address.TryFormat(usual, out var length);
        return text.StartsWith(usual[..length]) && (length == text.Length || text[length] == ':');
    }

    private static bool IsTrusted(IPAddress address, GatewaySettings settings)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in settings.TrustedProxies)
            if (network.Contains(address))
                return true;
        return false;
    }
}
