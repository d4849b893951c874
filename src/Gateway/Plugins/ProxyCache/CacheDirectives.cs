using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Plugins.ProxyCache;

/// <summary>What a Cache-Control field says (RFC 9111, section 5.2). Seconds; null where a directive is absent or its number is malformed.</summary>
internal readonly record struct CacheDirectives
{
    public bool NoStore { get; init; }

    public bool NoCache { get; init; }

    public bool Private { get; init; }

    public bool OnlyIfCached { get; init; }

    public long? MaxAge { get; init; }

    public long? SharedMaxAge { get; init; }

    /// <summary>Without a number the client takes any age.</summary>
    public long? MaxStale { get; init; }

    public long? MinFresh { get; init; }

    public static CacheDirectives Parse(StringValues field)
    {
        var read = default(CacheDirectives);
        foreach (var line in field)
            foreach (var part in line.AsSpan().Split(','))
                read = read.With(line.AsSpan(part).Trim());
        return read;
    }

    /// <summary>About 68 years: what a number too large to count with stands for (RFC 9111, section 1.2.2).</summary>
    private const long MaxSeconds = int.MaxValue;

    /// <summary>For how many seconds a response with these directives is fresh in a shared cache; 0 when it does not say.</summary>
    public long FreshFor(IHeaderDictionary response, DateTimeOffset now)
    {
        if ((SharedMaxAge ?? MaxAge) is { } seconds) return Math.Clamp(seconds, 0, MaxSeconds);
        var expires = response.Expires;
        return expires.Count > 0 && DateTimeOffset.TryParseExact(
            expires[^1], "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Math.Clamp((long)(at - now).TotalSeconds, 0, MaxSeconds)
            : 0;
    }

    private CacheDirectives With(ReadOnlySpan<char> directive)
    {
        var equals = directive.IndexOf('=');
        var name = equals < 0 ? directive : directive[..equals].TrimEnd();
        long? number = equals >= 0 && long.TryParse(directive[(equals + 1)..].Trim().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n
            : null;
        if (Is(name, "no-store")) return this with { NoStore = true };
        if (Is(name, "no-cache")) return this with { NoCache = true };
        if (Is(name, "private")) return this with { Private = true };
        if (Is(name, "only-if-cached")) return this with { OnlyIfCached = true };
        if (Is(name, "max-age")) return this with { MaxAge = number };
        if (Is(name, "s-maxage")) return this with { SharedMaxAge = number };
        if (Is(name, "max-stale")) return this with { MaxStale = equals < 0 ? long.MaxValue : number };
        if (Is(name, "min-fresh")) return this with { MinFresh = number };
        return this;
    }

    private static bool Is(ReadOnlySpan<char> name, string directive) => name.Equals(directive, StringComparison.OrdinalIgnoreCase);
}
