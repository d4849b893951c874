using System.Globalization;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>The shorthand <c>url</c> of a service: <c>protocol</c>, <c>host</c>, <c>port</c> and <c>path</c> in one. Fields given besides it win.</summary>
internal static class ServiceUrl
{
    public static MapNode Expand(MapNode service)
    {
        if (service["url"] is not ScalarNode { Kind: ScalarKind.String } url)
            return service;
        // What is not known yet can't be cut.
        if (url.Opaque)
            return new MapNode(service.Place, [.. service.Entries.Where(e => !string.Equals(e.Name, "url", StringComparison.Ordinal)), new MapEntry("host", url.Place, service["host"] ?? url)]);
        var (scheme, host, port, path) = Split(url.Text);
        var entries = service.Entries.Where(e => !string.Equals(e.Name, "url", StringComparison.Ordinal)).ToList();
        Add("protocol", Text(scheme ?? (port == "443" ? "https" : "http")));
        Add("host", Text(host));
        Add("port", YamlScalar.Type(url.Place, port ?? (scheme == "https" ? "443" : "80")));
        Add("path", Text(path));
        return new MapNode(service.Place, entries);

        ScalarNode? Text(string? text) => text is null ? null : new ScalarNode(url.Place, ScalarKind.String, text);

        void Add(string name, ScalarNode? value)
        {
            if (value is not null && service[name] is null or { IsNull: true })
                entries.Add(new MapEntry(name, url.Place, value));
        }
    }

    /// <summary>Cut as Kong's parser cuts: what has no scheme or no authority lacks them, and is refused for it later.</summary>
    private static (string? Scheme, string? Host, string? Port, string? Path) Split(string url)
    {
        string? scheme = null, host = null, port = null;
        url = url.Split('#')[0];
        var colon = url.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && char.IsAsciiLetterOrDigit(url[0]) && url[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
        {
            scheme = url[..colon];
            url = url[(colon + 1)..];
        }
        if (url.StartsWith("//", StringComparison.Ordinal))
        {
            var end = url.IndexOf('/', 2);
            var authority = end < 0 ? url[2..] : url[2..end];
            url = end < 0 ? "" : url[end..];
            var at = authority.IndexOf('@', StringComparison.Ordinal);
            authority = authority[(at + 1)..].Split('?')[0];
            var last = authority.LastIndexOf(':');
            if (last >= 0 && !authority.AsSpan(last).Contains(']'))
            {
                port = last + 1 < authority.Length ? authority[(last + 1)..] : null;
                authority = authority[..last];
            }
            host = authority.Length == 0 ? null : authority.Trim('[', ']');
        }
        var path = url.Split('?')[0].Split(';')[0];
        if (port is not null && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            port = number.ToString(CultureInfo.InvariantCulture);
        return (scheme, host, port, path.Length == 0 ? null : path);
    }
}
