using System.Globalization;
using System.Net;
using Sluice.Host.Commands;

namespace Sluice.Host.Settings;

/// <summary>An address to listen on with its flags, as <c>--proxy</c> and Kong's <c>proxy_listen</c> write it.</summary>
internal sealed record ListenAddress
{
    /// <summary>Null for a Unix socket.</summary>
    public IPEndPoint? EndPoint { get; init; }

    /// <summary>The path of a Unix socket.</summary>
    public string? UnixPath { get; init; }

    /// <summary>TLS; Kong's <c>ssl</c>.</summary>
    public bool Tls { get; init; }

    public bool Http2 { get; init; }

    /// <summary>Every connection starts with a PROXY protocol header.</summary>
    public bool ProxyProtocol { get; init; }

    /// <summary>Connections that wait to be accepted; 0 for the system's own number.</summary>
    public int Backlog { get; init; }

    public override string ToString() => UnixPath is not null ? $"unix:{UnixPath}" : EndPoint!.ToString();

    /// <summary>As a URL to try: an address that means "all" becomes the loopback.</summary>
    public string Url => EndPoint is null
        ? $"unix:{UnixPath}"
        : $"{(Tls ? "https" : "http")}://{(EndPoint.Address.Equals(IPAddress.Any) ? "127.0.0.1" : EndPoint.Address.Equals(IPAddress.IPv6Any) ? "[::1]" : EndPoint.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{EndPoint.Address}]" : EndPoint.Address.ToString())}:{EndPoint.Port}";

    /// <summary>
    /// A list such as <c>0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl</c>; empty for <c>off</c>.
    /// A port alone, or <c>:8000</c>, means all addresses.
    /// </summary>
    /// <param name="origin">Where it is written, for messages: <c>--proxy</c>, <c>KONG_PROXY_LISTEN</c>.</param>
    /// <exception cref="UsageException">It is not such a list.</exception>
    public static IReadOnlyList<ListenAddress> ParseList(string text, string origin)
    {
        if (text.Trim() is "off" or "") return [];
        return [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(t => Parse(t, origin))];
    }

    private static ListenAddress Parse(string text, string origin)
    {
        var words = text.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var listen = ParseAddress(words[0], origin);
        foreach (var flag in words.Skip(1))
        {
            var equals = flag.IndexOf('=', StringComparison.Ordinal);
            var value = equals < 0 ? "" : flag[(equals + 1)..];
            listen = (equals < 0 ? flag : flag[..equals]) switch
            {
                "ssl" => listen with { Tls = true },
                "http2" => listen with { Http2 = true },
                "proxy_protocol" => listen with { ProxyProtocol = true },
                "backlog" when int.TryParse(value, CultureInfo.InvariantCulture, out var n) && n > 0 => listen with { Backlog = n },
                // Every listener here has one SO_REUSEPORT socket per loop, TCP_NODELAY and keep-alive.
                "reuseport" or "deferred" or "bind" or "ipv6only" or "so_keepalive" => listen,
                _ => throw new UsageException(
                    $"{origin}: '{flag}' in '{text}' is no flag of a listener; there are ssl, http2, proxy_protocol, reuseport, deferred, bind, backlog=N, ipv6only=on|off, so_keepalive=on|off"),
            };
        }

        return listen;
    }

    private static ListenAddress ParseAddress(string text, string origin)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > 5) return new ListenAddress { UnixPath = text[5..] };
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        if (ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            if (host is "" or "*") return new ListenAddress { EndPoint = new IPEndPoint(IPAddress.Any, port) };
            if (host == "localhost") return new ListenAddress { EndPoint = new IPEndPoint(IPAddress.Loopback, port) };
            var bracketed = host.StartsWith('[') && host.EndsWith(']');
            if ((bracketed || !host.Contains(':', StringComparison.Ordinal)) && IPAddress.TryParse(bracketed ? host[1..^1] : host, out var address))
                return new ListenAddress { EndPoint = new IPEndPoint(address, port) };
        }

        throw new UsageException($"{origin}: '{text}' is no address to listen on; write it as 0.0.0.0:8000, [::]:8000, :8000 or off");
    }
}
