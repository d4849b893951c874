using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.ProxyCache;

/// <summary>What is cached, for how long, and what tells one response from another.</summary>
internal sealed record ProxyCacheConfig
{
    /// <summary>Statuses that are cached.</summary>
    [Between(100, 900), Length(1)]
    public IReadOnlyList<int> ResponseCode { get; init; } = [200, 301, 404];

    /// <summary>Methods that are answered from the cache. Answers to HEAD are looked up but never stored, because they have no body.</summary>
    [OneOf("HEAD", "GET", "POST", "PATCH", "PUT")]
    public IReadOnlyList<string> RequestMethod { get; init; } = ["GET", "HEAD"];

    /// <summary>Media types that are cached; <c>*</c> stands for any type or subtype, and parameters must be equal.</summary>
    public IReadOnlyList<string> ContentType { get; init; } = ["text/plain", "application/json"];

    /// <summary>Seconds for which a response is served, where <see cref="CacheControl"/> is off.</summary>
    [Between(1, int.MaxValue)]
    public int CacheTtl { get; init; } = 300;

    /// <summary>Where responses are kept.</summary>
    [Required, OneOf("memory")]
    public string Strategy { get; init; } = "";

    /// <summary>Whether Cache-Control and Expires of requests and responses are obeyed.</summary>
    public bool CacheControl { get; init; }

    /// <summary>Whether paths that differ only in case share a response.</summary>
    public bool IgnoreUriCase { get; init; }

    /// <summary>Seconds for which a response is kept, whatever its own lifetime; that lifetime when absent.</summary>
    [Between(1, int.MaxValue)]
    public int? StorageTtl { get; init; }

    /// <summary>Where the memory strategy keeps responses.</summary>
    public ProxyCacheMemory Memory { get; init; } = new();

    /// <summary>The query parameters that tell responses apart; all of them when absent or empty.</summary>
    public IReadOnlyList<string>? VaryQueryParams { get; init; }

    /// <summary>The request header fields that tell responses apart; none when absent.</summary>
    public IReadOnlyList<string>? VaryHeaders { get; init; }

    /// <summary>Which fields about the cache the client is shown.</summary>
    public ProxyCacheHeaders ResponseHeaders { get; init; } = new();
}

/// <summary>The memory strategy.</summary>
internal sealed record ProxyCacheMemory
{
    /// <summary>Middleware that names the same dictionary shares one store of 128 MiB.</summary>
    public string DictionaryName { get; init; } = "kong_db_cache";
}

/// <summary>Fields about the cache on responses.</summary>
internal sealed record ProxyCacheHeaders
{
    /// <summary>How many seconds old a cached response is.</summary>
    [Field("Age")]
    public bool Age { get; init; } = true;

    /// <summary><c>Hit</c>, <c>Miss</c>, <c>Refresh</c> (kept, but too old for this request) or <c>Bypass</c> (not cacheable).</summary>
    [Field("X-Cache-Status")]
    public bool XCacheStatus { get; init; } = true;

    /// <summary>The key of the response in the store.</summary>
    [Field("X-Cache-Key")]
    public bool XCacheKey { get; init; } = true;
}
