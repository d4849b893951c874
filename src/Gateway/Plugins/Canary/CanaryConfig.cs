using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Canary;

/// <summary>Which requests go to a new version of a service, and where that is.</summary>
internal sealed record CanaryConfig : IChecked
{
    /// <summary>
    /// When the release begins, in seconds since 1970; may be in the past. When this middleware was first loaded, if absent. Without effect with
    /// <see cref="Percentage"/> and with <c>hash</c> <c>allow</c> or <c>deny</c>.
    /// </summary>
    [Between(0, 253402300799)]
    public double? Start { get; init; }

    /// <summary>Seconds from the start until all requests go to the new version.</summary>
    [Between(0, 315360000)]
    public double Duration { get; init; } = 3600;

    /// <summary>Into how many buckets callers are sorted, and so in how many steps the release goes on.</summary>
    [Between(1, 1000000)]
    public int Steps { get; init; } = 1000;

    /// <summary>A fixed share of the buckets, in percent, in place of a release over time.</summary>
    [Between(0, 100)]
    public double? Percentage { get; init; }

    /// <summary>The host of the new version: a host name, an address or the name of an upstream; the service's own when absent.</summary>
    [Host]
    public string? UpstreamHost { get; init; }

    /// <summary>The port of the new version; the service's own when absent.</summary>
    [Between(0, 65535)]
    public int? UpstreamPort { get; init; }

    /// <summary>The path of the new version, in place of the service's own.</summary>
    [Path]
    public string? UpstreamUri { get; init; }

    /// <summary>Whether requests stay with the service while the upstream named by <see cref="UpstreamHost"/> has no healthy target.</summary>
    public bool UpstreamFallback { get; init; }

    /// <summary>
    /// What sorts callers into buckets: the consumer, the client's address or a header field; <c>none</c> sorts each request by itself.
    /// <c>allow</c> sends only consumers in one of <see cref="Groups"/> to the new version, <c>deny</c> all but those.
    /// </summary>
    [OneOf("consumer", "ip", "none", "allow", "deny", "header")]
    public string Hash { get; init; } = "consumer";

    /// <summary>The field of <c>hash: header</c>.</summary>
    [HeaderName]
    public string? HashHeader { get; init; }

    /// <summary>The ACL groups of <c>allow</c> and <c>deny</c>.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>A field by which clients choose for themselves: <c>always</c> the new version, or <c>never</c>.</summary>
    [HeaderName]
    public string? CanaryByHeaderName { get; init; }

    public void Check(Action<string, string> report)
    {
        if (UpstreamHost is null && UpstreamPort is null && UpstreamUri is null)
            report("", "at least one of these fields must be non-empty: 'upstream_uri', 'upstream_host', 'upstream_port'");
        if (UpstreamFallback && UpstreamHost is null) report("upstream_host", "required field missing: upstream_fallback looks at the health of an upstream");
        if (Hash is "header" && HashHeader is null) report("hash_header", "required field missing: hash is header");
        if (Hash is "allow" or "deny" && Groups is not { Count: > 0 }) report("groups", $"required field missing: hash is {Hash}");
    }
}
