using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>Decides whether a response may be stored (RFC 9111, section 3), and makes the head that is stored.</summary>
internal sealed class StoredHead(HttpCacheConfig config, TimeProvider time)
{
    // Of the connection, made anew for each response, or for this hop only (RFC 9111, section 3.1).
    internal static readonly HashSet<string> NotStored = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "Content-Length", "Age",
    };

    // They describe the stored body, which a 304 does not change (RFC 9111, section 3.2).
    private static readonly HashSet<string> NotUpdated = new(NotStored, StringComparer.OrdinalIgnoreCase)
    {
        "Content-Encoding", "Content-MD5", "Content-Range", "ETag",
    };

    /// <summary>The head of a response that may be stored, without a body and under its URL; null when it may not.</summary>
    public CachedResponse? Of(Exchange exchange, CacheUse use)
    {
        var (status, headers) = (exchange.Response.StatusCode, exchange.Response.Headers);
        var control = ControlOf(headers, out var isTargeted);
        if (status is < 200 or 206 or 304 || (control.MustUnderstand && !IsUnderstood(status))) return null;
        if ((control.NoStore && !control.MustUnderstand) || control.Private) return null;
        if (exchange.Request.Headers.Authorization.Count > 0 && !control.Public && !control.MustRevalidate && control.SharedMaxAge is null) return null;
        var now = time.GetUtcNow();
        var freshness = Freshness.Of(headers, control, isTargeted, now, (time.GetTimestamp() - use.Started) / time.TimestampFrequency);
        if (!freshness.IsExplicit && config.HeuristicFreshness && (control.Public || IsHeuristicallyCacheable(status)) && !NoCacheIsMeant(headers))
            freshness = freshness.Guessed(headers, now, config.HeuristicMax);
        var validates = headers.ETag.Count > 0 || headers.LastModified.Count > 0;
        if (freshness.Lifetime == 0 && (!validates || status != 200)) return null;
        if (control.NoCache && !validates) return null;

        var kept = new List<KeyValuePair<string, StringValues>>(headers.Count + 1);
        foreach (var header in headers)
            if (!NotStored.Contains(header.Key) && !IsListed(control, header.Key)) kept.Add(header);
        if (headers.Date.Count == 0) kept.Add(new("Date", now.ToString("r")));
        return Make(exchange, use.Resource!, status, [.. kept], default, control, freshness);
    }

    /// <summary>
    /// Whether the 200 to a HEAD is about the stored response, as far as it says (RFC 9111, section 4.3.5), so that its fields are news of it.
    /// </summary>
    public static bool IsAbout(IHeaderDictionary answered, CachedResponse stored) =>
        stored.Status == 200
        && (answered.ETag.Count == 0 || answered.ETag == stored.ETag)
        && (answered.LastModified.Count == 0 || answered.LastModified == stored.LastModified)
        && (answered.ContentLength ?? stored.Body.Length) == stored.Body.Length;

    /// <summary>The stored response with what a 304, or the answer to a HEAD, says of it.</summary>
    public CachedResponse Refreshed(Exchange exchange, CacheUse use, CachedResponse stored)
    {
        var answered = exchange.Response.Headers;
        IHeaderDictionary merged = new HeaderDictionary();
        foreach (var (name, value) in stored.Headers) merged[name] = value;
        foreach (var (name, value) in answered)
            if (!NotUpdated.Contains(name)) merged[name] = value;
        if (answered.Date.Count == 0) merged.Date = time.GetUtcNow().ToString("r");
        if (answered.TryGetValue("Age", out var age)) merged["Age"] = age;
        var control = ControlOf(merged, out var isTargeted);
        var now = time.GetUtcNow();
        var freshness = Freshness.Of(merged, control, isTargeted, now, (time.GetTimestamp() - use.Started) / time.TimestampFrequency);
        if (!freshness.IsExplicit && config.HeuristicFreshness) freshness = freshness.Guessed(merged, now, config.HeuristicMax);
        merged.Remove("Age");
        return Make(exchange, stored.Key, stored.Status, [.. merged], stored.Body, control, freshness);
    }

    /// <summary>The same with another key or body.</summary>
    public static CachedResponse With(CachedResponse head, string key, ReadOnlyMemory<byte> body) => new()
    {
        Key = key,
        KeptUntil = head.KeptUntil,
        Route = head.Route,
        Consumer = head.Consumer,
        Status = head.Status,
        Headers = head.Headers,
        Body = body,
        StoredAt = head.StoredAt,
        Freshness = head.Freshness,
        NoCache = head.NoCache,
        MustRevalidate = head.MustRevalidate,
        Immutable = head.Immutable,
        StaleWhileRevalidate = head.StaleWhileRevalidate,
        StaleIfError = head.StaleIfError,
        Tags = head.Tags,
        ETag = head.ETag,
        LastModified = head.LastModified,
    };

    private CachedResponse Make(
        Exchange exchange, string key, int status, KeyValuePair<string, StringValues>[] headers, ReadOnlyMemory<byte> body, in CacheControl control, in Freshness freshness)
    {
        var now = time.GetTimestamp();
        var whileRevalidating = control.StaleWhileRevalidate ?? config.StaleWhileRevalidate;
        var ifError = control.StaleIfError ?? config.StaleIfError;
        var left = Math.Max(0, freshness.Lifetime - freshness.InitialAge);
        var stale = Math.Max(config.KeepStale, Math.Max(whileRevalidating, ifError));
        IHeaderDictionary known = new HeaderDictionary();
        foreach (var (name, value) in headers) known[name] = value;
        return new CachedResponse
        {
            Key = key,
            KeptUntil = now + (Math.Min(left + stale, int.MaxValue) * time.TimestampFrequency),
            Route = exchange.Route?.Config.Id ?? default,
            Consumer = ResourceKey.ConsumerOf(exchange, config.ByConsumer),
            Status = status,
            Headers = headers,
            Body = body,
            StoredAt = now,
            Freshness = freshness,
            NoCache = control.NoCache,
            MustRevalidate = control.MustRevalidate || control.ProxyRevalidate || control.NoCache || control.SharedMaxAge is not null,
            Immutable = control.Immutable,
            StaleWhileRevalidate = whileRevalidating,
            StaleIfError = ifError,
            Tags = TagsOf(known),
            ETag = known.ETag.Count == 1 ? known.ETag[0] : null,
            LastModified = known.LastModified.Count == 1 ? known.LastModified[0] : null,
        };
    }

    /// <summary>The first targeted field that is there, or else Cache-Control.</summary>
    private CacheControl ControlOf(IHeaderDictionary headers, out bool isTargeted)
    {
        foreach (var name in config.TargetedFields)
        {
            if (!headers.TryGetValue(name, out var field) || field.Count == 0) continue;
            isTargeted = true;
            return CacheControl.Parse(field, HttpCachePlugin.CacheName);
        }

        isTargeted = false;
        return CacheControl.Parse(headers.CacheControl);
    }

    private string[] TagsOf(IHeaderDictionary headers)
    {
        List<string>? tags = null;
        foreach (var name in config.TagFields)
            foreach (var line in headers[name])
                (tags ??= []).AddRange(line!.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));
        return tags is null ? [] : [.. tags.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Fields that may be stored but not served without asking, or only by private caches: the simplest is to leave them out.</summary>
    private static bool IsListed(in CacheControl control, string name) => IsListed(control.NoCacheFields, name) || IsListed(control.PrivateFields, name);

    private static bool IsListed(string? names, string name)
    {
        foreach (var range in names.AsSpan().Split(','))
            if (names.AsSpan(range).Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static bool NoCacheIsMeant(IHeaderDictionary headers) =>
        headers.CacheControl.Count == 0 && headers.Pragma.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase);

    private static bool IsUnderstood(int status) =>
        status is 200 or 203 or 204 or 300 or 301 or 302 or 303 or 307 or 308 or 404 or 405 or 410 or 414 or 451 or 500 or 501 or 502 or 503 or 504;

    private static bool IsHeuristicallyCacheable(int status) => status is 200 or 203 or 204 or 300 or 301 or 308 or 404 or 405 or 410 or 414 or 501;
}
