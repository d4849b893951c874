namespace Sluice.Gateway.Routing.Matching;

/// <summary>
/// The candidates of one host and one prefix. Where there are many, they are split once more: by the value of an exact header, by server name,
/// by method.
/// </summary>
internal sealed class CandidateList
{
    private const int Few = 8;

    private readonly Candidate[] rest;
    private readonly Dictionary<string, Candidate[]>? byMethod;
    private readonly (RequestHeader Name, Dictionary<string, Candidate[]> ByValue)[] byHeader = [];
    private readonly Dictionary<string, Candidate[]>? bySni;
    private readonly Candidate[] withSni = [];

    public CandidateList(List<Candidate> candidates)
    {
        var ordered = candidates.OrderBy(static candidate => candidate.Variant.Rank).ToList();
        BestRank = ordered[0].Variant.Rank;
        if (ordered.Count <= Few)
        {
            rest = [.. ordered];
            return;
        }

        byHeader = SplitByHeader(ordered);
        withSni = Take(ordered, static candidate => candidate.Variant.Snis is { } snis && snis.All(static sni => sni.Kind == NamePatternKind.Exact));
        if (withSni.Length > 0)
            bySni = Group(withSni, static candidate => candidate.Variant.Snis!.Select(static sni => sni.Text), StringComparer.Ordinal);
        var withMethods = Take(ordered, static candidate => candidate.Variant.Methods is not null);
        if (withMethods.Length > 0) byMethod = Group(withMethods, static candidate => candidate.Variant.Methods!, StringComparer.Ordinal);
        rest = [.. ordered];
    }

    /// <summary>The first rank in the list.</summary>
    public int BestRank { get; }

    public void Search(ref Search search)
    {
        foreach (var (name, byValue) in byHeader)
        {
            foreach (var value in name.Values(search.Headers))
                if (value is not null && byValue.TryGetValue(value, out var ofValue)) search.Try(ofValue);
        }

        if (bySni is not null)
        {
            if (!search.Tls) search.Try(withSni);
            else if (bySni.TryGetValue(search.Sni, out var ofSni)) search.Try(ofSni);
        }

        if (byMethod is not null && byMethod.TryGetValue(search.Method, out var ofMethod)) search.Try(ofMethod);
        search.Try(rest);
    }

    /// <summary>Each candidate with a condition of exact values goes under that of its headers which tells most candidates apart.</summary>
    private static (RequestHeader, Dictionary<string, Candidate[]>)[] SplitByHeader(List<Candidate> ordered)
    {
        var distinct = ordered.SelectMany(static candidate => ExactHeaders(candidate))
            .GroupBy(static header => header.Name)
            .ToDictionary(static group => group.Key, static group =>
                group.SelectMany(static header => header.Exact).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        if (distinct.Count == 0) return [];

        var chosen = Take(ordered, static candidate => ExactHeaders(candidate).Any());
        return chosen.GroupBy(candidate => ExactHeaders(candidate).MaxBy(header => distinct[header.Name])!.Name)
            .Select(group => (group.Key, Group(
                group.ToArray(),
                candidate => ExactHeaders(candidate).Where(header => header.Name == group.Key).SelectMany(static header => header.Exact),
                StringComparer.OrdinalIgnoreCase)))
            .ToArray();
    }

    private static IEnumerable<HeaderCondition> ExactHeaders(Candidate candidate) =>
        candidate.Variant.Headers.Where(static header => header.Regexes.Length == 0 && header.Exact.Length > 0);

    private static Candidate[] Take(List<Candidate> from, Predicate<Candidate> which)
    {
        Candidate[] taken = [.. from.FindAll(which)];
        from.RemoveAll(which);
        return taken;
    }

    private static Dictionary<string, Candidate[]> Group(Candidate[] candidates, Func<Candidate, IEnumerable<string>> keys, StringComparer comparer) =>
        candidates.SelectMany(candidate => keys(candidate).Distinct(comparer).Select(key => (key, candidate)))
            .GroupBy(static pair => pair.key, static pair => pair.candidate, comparer)
            .ToDictionary(static group => group.Key, static group => group.ToArray(), comparer);
}
