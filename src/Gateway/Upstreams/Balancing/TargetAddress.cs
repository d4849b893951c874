using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>A host with a port, as written in a target or a service.</summary>
/// <param name="Host">A name, or an address without brackets.</param>
internal readonly record struct TargetAddress(string Host, int Port)
{
    /// <summary>Kong's port of a target that has none.</summary>
    public const int DefaultTargetPort = 8000;

    /// <summary>The address, when the host is one.</summary>
    public IPAddress? Literal => ParseLiteral(Host);

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>10.0.0.7:80</c>, <c>::1</c> or <c>[::1]:80</c>.</summary>
    public static bool TryParse(string text, int defaultPort, out TargetAddress target)
    {
        target = default;
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']');
            if (close < 0 || ParseLiteral(text[1..close]) is null) return false;
            return TryWithPort(text[1..close], text.AsSpan(close + 1), defaultPort, out target);
        }

        var colon = text.IndexOf(':');
        if (colon < 0) return TryWithPort(text, "", defaultPort, out target);
        if (text.IndexOf(':', colon + 1) < 0) return TryWithPort(text[..colon], text.AsSpan(colon), defaultPort, out target);
        return ParseLiteral(text) is not null && TryWithPort(text, "", defaultPort, out target);
    }

    /// <summary>The text as an address. Only the usual forms: <c>127.1</c> or <c>1</c> are names here, not addresses.</summary>
    public static IPAddress? ParseLiteral(string text)
    {
        var span = text.StartsWith('[') && text.EndsWith(']') ? text.AsSpan(1, text.Length - 2) : text.AsSpan();
        if (span.ContainsAny('[', ']') || !IPAddress.TryParse(span, out var address)) return null;
        return address.AddressFamily == AddressFamily.InterNetworkV6 || IsDottedQuad(span) ? address : null;
    }

    /// <summary>The value of a Host field: the port is left out where it is <paramref name="schemePort"/>.</summary>
    public static string HostHeader(string host, int port, int schemePort)
    {
        var name = host.Contains(':') && !host.StartsWith('[') ? $"[{host}]" : host;
        return port == schemePort ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{port}");
    }

    private static bool TryWithPort(string host, ReadOnlySpan<char> portText, int defaultPort, out TargetAddress target)
    {
        target = new TargetAddress(host, defaultPort);
        if (host.Length == 0) return false;
        if (portText.IsEmpty) return true;
        if (portText[0] != ':' || !int.TryParse(portText[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return false;
        target = new TargetAddress(host, port);
        return port is >= 0 and <= 65535;
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> text) => text.Count('.') == 3 && !text.Contains('x') && !text.Contains('X');
}
