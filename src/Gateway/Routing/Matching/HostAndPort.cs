using System.Globalization;

namespace Sluice.Gateway.Routing.Matching;

/// <summary>Takes a Host field apart as Kong's router does: at the first colon, and only if a number follows it.</summary>
internal static class HostAndPort
{
    /// <summary>The host without its port.</summary>
    /// <param name="port">-1 when there is none; the text is then the host as a whole (<c>a.test:</c>, <c>[::1]:80</c>).</param>
    public static ReadOnlySpan<char> Split(ReadOnlySpan<char> host, out int port)
    {
        var colon = host.IndexOf(':');
        if (colon >= 0 && int.TryParse(host[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port)) return host[..colon];
        port = NamePattern.AnyPort;
        return host;
    }
}
