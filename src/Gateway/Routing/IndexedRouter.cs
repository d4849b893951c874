using Sluice.Gateway.Routing.Matching;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Routing;

/// <summary>
/// The router of both flavours. Of all routes whose conditions hold, the one with the highest priority is taken; the index finds it by looking
/// only at those whose host, path prefix, exact header, server name or method fit.
/// </summary>
internal sealed class IndexedRouter : Router
{
    private readonly RouteVariant[] variants;
    private readonly HostIndex index;

    /// <param name="variants">In the order in which they are tried.</param>
    public IndexedRouter(RouteVariant[] variants)
    {
        this.variants = variants;
        index = new HostIndex(variants);
        LooksAtAddresses = variants.Any(static variant => variant.LooksAtAddresses);
        InMatchingOrder = variants.Select(static variant => variant.Route).Distinct().ToArray();
    }

    public override IReadOnlyList<RouteModel> InMatchingOrder { get; }

    public override bool LooksAtAddresses { get; }

    /// <summary>The variants in the order in which they are tried.</summary>
    internal IReadOnlyList<RouteVariant> Variants => variants;

    public override RouteMatch Match(in RouteQuery query) => Match(query, out _);

    public override IReadOnlyList<RouteExplanation> Explain(in RouteQuery query, int limit = 10)
    {
        var judged = new List<(RouteVariant Variant, List<string> Unmet)>(variants.Length);
        foreach (var variant in variants) judged.Add((variant, RouteConditions.Unmet(variant, query)));

        // Of each route its best variant; those that nearly matched first, and among equals those that come first.
        var nearest = judged.GroupBy(static entry => entry.Variant.Route)
            .Select(static group => group.MinBy(static entry => (entry.Unmet.Count, entry.Variant.Rank)))
            .OrderBy(static entry => entry.Unmet.Count).ThenBy(static entry => entry.Variant.Rank)
            .Take(limit).ToArray();
        return nearest.Select((entry, place) => Explain(entry.Variant, entry.Unmet, place, nearest[0].Variant)).ToArray();
    }

    /// <param name="looked">How many candidates were looked at.</param>
    internal RouteMatch Match(in RouteQuery query, out int looked)
    {
        var search = new Search(query);
        index.Search(ref search);
        looked = search.Looked;
        if (search.Best is not { } best) return default;
        return new RouteMatch
        {
            Route = best.Route,
            MatchedLength = search.MatchedLength,
            Captures = best.Expression?.Captures(query),
            Regex = search.Regex,
            Path = query.Path,
            Protocols = best.Protocols,
        };
    }

    private static RouteExplanation Explain(RouteVariant variant, List<string> unmet, int place, RouteVariant first)
    {
        var description = RouteConditions.Describe(variant);
        if (unmet.Count > 0) return new(variant.Route, false, string.Join("; ", unmet));
        return place == 0
            ? new(variant.Route, true, $"matches on {description}")
            : new(variant.Route, false, $"matches on {description}, but {RoutePriority.WhyBefore(first, variant)}");
    }
}
