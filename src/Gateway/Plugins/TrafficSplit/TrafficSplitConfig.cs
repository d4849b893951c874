using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.TrafficSplit;

/// <summary>Between which services requests are divided, and how.</summary>
internal sealed record TrafficSplitConfig : IChecked
{
    /// <summary>The first rule that a request meets divides it; a request that meets none stays with its route's service.</summary>
    [Required, Length(1, 100)]
    public IReadOnlyList<SplitRule> Rules { get; init; } = [];

    /// <summary>
    /// What keeps a caller with one destination: nothing, a cookie that the gateway gives, the consumer, the client's address or a header field.
    /// What a request does not have is replaced by the client's address.
    /// </summary>
    [OneOf("none", "cookie", "consumer", "ip", "header")]
    public string Sticky { get; init; } = "none";

    /// <summary>The field of <c>sticky: header</c>.</summary>
    [HeaderName]
    public string? StickyHeader { get; init; }

    /// <summary>The name of the cookie of <c>sticky: cookie</c>.</summary>
    [CookieName]
    public string CookieName { get; init; } = "sluice-split";

    /// <summary>The path that browsers send the cookie for.</summary>
    [Path]
    public string CookiePath { get; init; } = "/";

    public void Check(Action<string, string> report)
    {
        if (Sticky is "header" && StickyHeader is null) report("sticky_header", "required field missing: sticky is header");
        for (var i = 0; i + 1 < Rules.Count; i++)
            if (Rules[i].Headers.Count == 0 && Rules[i].ConsumerGroups.Count == 0)
                report($"rules[{i}]", "takes every request, so that the rules after it are never met: give it headers or consumer_groups, or put it last");
    }
}

/// <summary>Which requests are divided, and between what.</summary>
internal sealed record SplitRule : IChecked
{
    /// <summary>Fields that a request must have, each with one of the values given; any value when none is given.</summary>
    [HeaderName(OnKeys = true)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Names of consumer groups, in one of which the caller must be.</summary>
    public IReadOnlyList<string> ConsumerGroups { get; init; } = [];

    /// <summary>Where the requests go.</summary>
    [Required, Length(1, 100)]
    public IReadOnlyList<SplitDestination> Destinations { get; init; } = [];

    public void Check(Action<string, string> report)
    {
        if (Destinations.Count > 0 && Destinations.All(d => d.Weight == 0)) report("destinations", "at least one must have a weight above 0");
        var seen = new HashSet<(Guid?, Guid?)>();
        for (var i = 0; i < Destinations.Count; i++)
            if (!seen.Add((Destinations[i].Service?.Id, Destinations[i].Upstream?.Id)))
                report($"destinations[{i}]", "is there twice: give one of them the whole weight");
    }
}

/// <summary>One of the places that requests are divided between: a service, an upstream, or with neither the route's own service.</summary>
internal sealed record SplitDestination : IChecked
{
    /// <summary>A service, with its own path, protocol and timeouts.</summary>
    public Reference? Service { get; init; }

    /// <summary>An upstream, spoken to as the route's service is.</summary>
    public Reference? Upstream { get; init; }

    /// <summary>Its share of the requests, next to the other weights; 0 takes it out.</summary>
    [Between(0, 65535)]
    public int Weight { get; init; } = 1;

    public void Check(Action<string, string> report)
    {
        if (Service is not null && Upstream is not null) report("upstream", "must not be set when there is a service");
    }
}
