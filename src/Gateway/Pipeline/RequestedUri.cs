namespace Sluice.Gateway.Pipeline;

/// <summary>What the client asked for, as it is told to others: upstream in X-Forwarded fields, to the client in redirects.</summary>
internal static class RequestedUri
{
    /// <summary>The name in a Host field without its port and a last dot, in the letters it came in.</summary>
    public static ReadOnlySpan<char> HostName(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host[colon..].Contains(']')) host = host[..colon];
        return host.EndsWith('.') ? host[..^1] : host;
    }

    /// <summary>Path and query of a request target, which may be in absolute form.</summary>
    public static ReadOnlySpan<char> PathAndQuery(ReadOnlySpan<char> target)
    {
        if (target.StartsWith('/') || target.IndexOf("://") is not (> 0 and var scheme)) return target;
        var rest = target[(scheme + 3)..];
        var end = rest.IndexOfAny('/', '?');
        return end < 0 ? "/" : rest[end] == '?' ? string.Concat("/", rest[end..]) : rest[end..];
    }
}
