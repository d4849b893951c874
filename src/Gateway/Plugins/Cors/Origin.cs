namespace Sluice.Gateway.Plugins.Cors;

/// <summary>An origin as it is compared: without the default port of its scheme and without a path. Case counts, as in Kong.</summary>
/// <param name="Text"><c>scheme://host:port</c>, or the text as it came where there is no host (<c>null</c>).</param>
/// <param name="Host">The host alone.</param>
internal readonly record struct Origin(string Text, string Host)
{
    public static Origin Parse(string origin)
    {
        var start = origin.IndexOf("//", StringComparison.Ordinal);
        if (start < 0) return new(origin, origin);
        var scheme = origin.AsSpan(0, start).TrimEnd(':');
        var authority = origin.AsSpan(start + 2);
        var end = authority.IndexOfAny('/', '?', '#');
        if (end >= 0) authority = authority[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        var colon = authority.LastIndexOf(':');
        if (colon < authority.LastIndexOf(']')) colon = -1;
        var host = colon < 0 ? authority : authority[..colon];
        if (host.IsEmpty) return new(origin, origin);
        var port = colon < 0 ? default : authority[(colon + 1)..];
        if ((scheme is "http" && port is "80") || (scheme is "https" && port is "443")) port = default;
        return new(
            string.Concat(scheme.IsEmpty ? "" : $"{scheme}://", host, port.IsEmpty ? "" : $":{port}"),
            host.ToString());
    }
}
