using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.ProxyCache;

/// <summary>
/// Writes what tells one cached response from another: route, consumer, method, path, query parameters in sorted order, and the header fields
/// that the configuration names. Parts are separated by characters that cannot occur in them. Allocates nothing for keys of usual length.
/// </summary>
internal ref struct CacheKey
{
    /// <summary>Parameters up to which a query is sorted; a longer one counts as it came.</summary>
    private const int MaxSorted = 64;

    private DefaultInterpolatedStringHandler text;

    public CacheKey(Span<char> buffer) => text = new DefaultInterpolatedStringHandler(0, 0, null, buffer);

    public readonly ReadOnlySpan<char> Text => text.Text;

    /// <summary>The key as clients see it: 64 hex digits.</summary>
    public static string Publish(string key) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan())));

    public void Write(Exchange exchange, ProxyCacheConfig config)
    {
        Append(exchange.Route?.Config.Id ?? default);
        Append(exchange.Consumer?.Config.Id ?? default);
        text.AppendLiteral(exchange.Request.Method);
        text.AppendLiteral("\n");

        // Upstreams that see the client's Host may answer each host differently, and one must not poison another.
        if (exchange.Route is { Config.PreserveHost: true })
        {
            text.AppendFormatted(exchange.Request.Headers.Host.ToString().AsSpan());
            text.AppendLiteral("\n");
        }

        AppendPath(exchange.Path, config.IgnoreUriCase);
        text.AppendLiteral("\n");
        if (exchange.Query.Length > 1)
        {
            if (config.VaryQueryParams is { Count: > 0 } names) AppendParameters(exchange.Query.AsSpan(1), names);
            else AppendQuery(exchange.Query.AsSpan(1));
        }

        if (config.VaryHeaders is { Count: > 0 } fields) AppendHeaders(exchange.Request.Headers, fields);
    }

    /// <summary>Gives back what was rented.</summary>
    public void Dispose() => text.Clear();

    private void Append(Guid id) =>
        text.AppendFormatted(MemoryMarshal.Cast<Guid, char>(new ReadOnlySpan<Guid>(in id)));

    private void AppendPath(string path, bool ignoreCase)
    {
        if (!ignoreCase || !path.AsSpan().ContainsAnyInRange('A', 'Z')) text.AppendLiteral(path);
        else text.AppendLiteral(path.ToLowerInvariant());
    }

    private void AppendQuery(ReadOnlySpan<char> query)
    {
        Span<Range> parts = stackalloc Range[MaxSorted + 1];
        var count = query.Split(parts, '&');
        if (count is 1 or > MaxSorted)
        {
            text.AppendFormatted(query);
            return;
        }

        AppendSorted(query, parts[..count]);
    }

    private void AppendParameters(ReadOnlySpan<char> query, IReadOnlyList<string> names)
    {
        Span<Range> parts = stackalloc Range[MaxSorted];
        for (var i = 0; i < names.Count; i++)
        {
            var count = 0;
            foreach (var part in query.Split('&'))
            {
                if (!Names(query[part], names[i])) continue;
                parts[count++] = part;
                if (count == parts.Length) break;
            }

            AppendSorted(query, parts[..count]);
        }
    }

    private static bool Names(ReadOnlySpan<char> parameter, string name)
    {
        var end = parameter.IndexOf('=');
        var written = end < 0 ? parameter : parameter[..end];
        return written.SequenceEqual(name)
            || (written.ContainsAny('%', '+') && string.Equals(Uri.UnescapeDataString(written.ToString().Replace('+', ' ')), name, StringComparison.Ordinal));
    }

    // A query has few parameters, mostly in the same order: insertion sort.
    private void AppendSorted(scoped ReadOnlySpan<char> query, scoped Span<Range> parts)
    {
        for (var i = 1; i < parts.Length; i++)
        {
            var part = parts[i];
            var j = i;
            for (; j > 0 && query[parts[j - 1]].SequenceCompareTo(query[part]) > 0; j--) parts[j] = parts[j - 1];
            parts[j] = part;
        }

        foreach (var part in parts)
        {
            text.AppendFormatted(query[part]);
            text.AppendLiteral("&");
        }
    }

    private void AppendHeaders(IHeaderDictionary headers, IReadOnlyList<string> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            text.AppendLiteral("\n");
            foreach (var value in headers[fields[i]])
            {
                text.AppendLiteral("\r");
                text.AppendLiteral(value ?? "");
            }
        }
    }
}
