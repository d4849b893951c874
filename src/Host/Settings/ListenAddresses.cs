using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sluice.Gateway.Listeners;
using Sluice.Host.Commands;

namespace Sluice.Host.Settings;

/// <summary>Reads addresses to listen on with their flags, as <c>--proxy</c> and Kong's <c>proxy_listen</c> write them.</summary>
internal static class ListenAddresses
{
    /// <summary>
    /// A list such as <c>0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl</c>; empty for <c>off</c>.
    /// A port alone, or <c>:8000</c>, means all addresses.
    /// </summary>
    /// <param name="origin">Where it is written, for messages: <c>--proxy</c>, <c>KONG_PROXY_LISTEN</c>.</param>
    /// <exception cref="UsageException">It is not such a list.</exception>
    public static IReadOnlyList<ListenAddress> Parse(string text, string origin) => text.Trim() is "off" or ""
        ? []
        : [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(t => ParseOne(t, origin))];

    /// <summary>As a URL to try from this machine: an address that means "all" becomes the loopback.</summary>
    public static string Url(this ListenAddress listen)
    {
        if (listen.EndPoint is not IPEndPoint { } endPoint) return $"unix:{listen.EndPoint}";
        var address = endPoint.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : endPoint.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : endPoint.Address;
        return $"{(listen.Tls ? "https" : "http")}://{new IPEndPoint(address, endPoint.Port)}";
    }

    private static ListenAddress ParseOne(string text, string origin)
    {
        var words = text.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var listen = new ListenAddress(ParseEndPoint(words[0], origin)) { Http2 = false };
        foreach (var flag in words.Skip(1))
            listen = flag.Split('=')[0] switch
            {
                "ssl" => listen with { Tls = true },
                "http2" => listen with { Http2 = true },
                "proxy_protocol" => listen with { ProxyProtocol = true },
                // How the sockets are set up is the transport's business: one SO_REUSEPORT socket per loop, the system's longest backlog.
                "reuseport" or "deferred" or "bind" or "backlog" or "ipv6only" or "so_keepalive" => listen,
                _ => throw new UsageException(
                    $"{origin}: '{flag}' in '{text}' is no flag of a listener; there are ssl, http2, proxy_protocol, reuseport, deferred, bind, backlog=N, ipv6only=on|off, so_keepalive=on|off"),
            };
        return listen;
    }

    private static EndPoint ParseEndPoint(string text, string origin)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > 5) return new UnixDomainSocketEndPoint(text[5..]);
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        if (ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            if (host is "" or "*") return new IPEndPoint(IPAddress.Any, port);
            if (host == "localhost") return new IPEndPoint(IPAddress.Loopback, port);
            var bracketed = host.StartsWith('[') && host.EndsWith(']');
            if ((bracketed || !host.Contains(':', StringComparison.Ordinal)) && IPAddress.TryParse(bracketed ? host[1..^1] : host, out var address))
                return new IPEndPoint(address, port);
        }

        throw new UsageException($"{origin}: '{text}' is no address to listen on; write it as 0.0.0.0:8000, [::]:8000, :8000 or off");
    }
}
