using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.ExternalAuth;

/// <summary>A service of one's own is asked about each request before it goes upstream.</summary>
internal sealed record ExternalAuthConfig : IChecked
{
    /// <summary>Where it is asked.</summary>
    [Required, EndpointUrl]
    public string Url { get; init; } = "";

    /// <summary>The method of the question; <c>original</c> for the request's own.</summary>
    [OneOf("GET", "HEAD", "POST", "original")]
    public string Method { get; init; } = "GET";

    /// <summary>Whether the request's path and query are put behind the URL's path.</summary>
    public bool AppendPath { get; init; }

    /// <summary>The request's fields that it is shown; all but those of the connection and the body when absent.</summary>
    [HeaderName, Unique]
    public IReadOnlyList<string>? RequestHeaders { get; init; }

    /// <summary>Further fields for it.</summary>
    [HeaderName(OnKeys = true), HeaderValue]
    public IReadOnlyDictionary<string, string> CustomHeaders { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether it is shown the body.</summary>
    public bool SendBody { get; init; }

    /// <summary>Bytes of the largest body that it is shown; requests with a larger one are refused with 413.</summary>
    [Between(1, 67108864)]
    public int MaxBody { get; init; } = 65536;

    /// <summary>Fields of its answer that the upstream is told; whatever the client sends under these names is removed.</summary>
    [HeaderName, Unique]
    public IReadOnlyList<string> UpstreamHeaders { get; init; } = [];

    /// <summary>Fields of its answer that the client is told when the request may pass, such as <c>Set-Cookie</c>.</summary>
    [HeaderName, Unique]
    public IReadOnlyList<string> ClientHeaders { get; init; } = [];

    /// <summary>Fields of its answer that the client is told when the request may not pass; all when absent.</summary>
    [HeaderName, Unique]
    public IReadOnlyList<string>? RefusalHeaders { get; init; }

    /// <summary>Milliseconds that it may take.</summary>
    [Between(1, 60000)]
    public int Timeout { get; init; } = 5000;

    /// <summary>Whether it must show a good certificate.</summary>
    public bool SslVerify { get; init; } = true;

    /// <summary>Whether requests pass while it gives no usable answer.</summary>
    public bool FailOpen { get; init; }

    /// <summary>The status of the refusals while it gives no usable answer.</summary>
    [Between(400, 599)]
    public int FailureStatus { get; init; } = 503;

    /// <summary>Seconds that an answer counts for equal requests; 0 to ask each time.</summary>
    [Between(0, 86400)]
    public double CacheTtl { get; init; }

    /// <summary>The request's fields that make requests equal. Requests with none of them are always asked about.</summary>
    [HeaderName, Unique]
    public IReadOnlyList<string> CacheHeaders { get; init; } = ["Authorization"];

    /// <summary>Whether equal requests also have the same method, host, path and query. Only for services that judge the caller alone it may be otherwise.</summary>
    public bool CachePerTarget { get; init; } = true;

    public void Check(Action<string, string> report)
    {
        if (CacheTtl <= 0) return;
        if (CacheHeaders.Count == 0) report("cache_headers", "must name a field when cache_ttl is set");
        if (SendBody) report("cache_ttl", "cannot be used with send_body: answers would be kept without regard to the body");
    }
}
