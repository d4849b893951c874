namespace Sluice.Gateway.Routing.Matching;

/// <summary>The path trees by host: of exact hosts, of wildcards by the text after or before the <c>*</c>, and of routes for any host.</summary>
internal sealed class HostIndex
{
    private readonly Dictionary<string, PathTree>.AlternateLookup<ReadOnlySpan<char>> exact;
    private readonly Dictionary<string, PathTree>.AlternateLookup<ReadOnlySpan<char>> suffixes;
    private readonly Dictionary<string, PathTree>.AlternateLookup<ReadOnlySpan<char>> prefixes;
    private readonly (NamePattern Pattern, PathTree Tree)[] odd;
    private readonly PathTree? anyHost;
    private readonly bool hasSuffixes;
    private readonly bool hasPrefixes;

    public HostIndex(RouteVariant[] variants)
    {
        var any = new PathTree.Builder();
        var builders = new Dictionary<NamePattern, PathTree.Builder>();
        foreach (var variant in variants)
        {
            if (variant.Hosts is null) any.Add(variant, NamePattern.AnyPort);
            foreach (var host in (variant.Hosts ?? []).Distinct())
            {
                var key = host with { Port = NamePattern.AnyPort };
                if (!builders.TryGetValue(key, out var builder)) builders[key] = builder = new PathTree.Builder();
                builder.Add(variant, host.Port);
            }
        }

        var trees = builders.ToDictionary(static pair => pair.Key, static pair => pair.Value.Build());
        exact = Of(trees, static key => key.Kind == NamePatternKind.Exact);
        suffixes = Of(trees, static key => key.Kind == NamePatternKind.Suffix && !IsOdd(key));
        prefixes = Of(trees, static key => key.Kind == NamePatternKind.Prefix && !IsOdd(key));
        hasSuffixes = suffixes.Dictionary.Count > 0;
        hasPrefixes = prefixes.Dictionary.Count > 0;
        odd = trees.Where(static pair => IsOdd(pair.Key)).Select(static pair => (pair.Key, pair.Value)).ToArray();
        if (variants.Any(static variant => variant.Hosts is null)) anyHost = any.Build();
    }

    public void Search(ref Search search)
    {
        var host = search.Host;
        if (exact.TryGetValue(host, out var tree)) tree.Search(ref search);
        if (hasSuffixes || hasPrefixes) SearchWildcards(ref search, host);
        foreach (var (pattern, other) in odd)
            if (pattern.Matches(host)) other.Search(ref search);
        anyHost?.Search(ref search);
    }

    /// <summary>A wildcard stands for whole labels, so its text begins or ends at one of the host's dots.</summary>
    private void SearchWildcards(ref Search search, ReadOnlySpan<char> host)
    {
        for (var dot = 0; dot < host.Length; dot++)
        {
            if (host[dot] != '.') continue;
            if (hasSuffixes && suffixes.TryGetValue(host[dot..], out var bySuffix)) bySuffix.Search(ref search);
            if (hasPrefixes && prefixes.TryGetValue(host[..(dot + 1)], out var byPrefix)) byPrefix.Search(ref search);
        }
    }

    /// <summary>A wildcard that does not stand for whole labels; the configuration reader lets none through.</summary>
    private static bool IsOdd(NamePattern key) => key.Kind switch
    {
        NamePatternKind.Suffix => !key.Text.StartsWith('.'),
        NamePatternKind.Prefix => !key.Text.EndsWith('.'),
        _ => false,
    };

    private static Dictionary<string, PathTree>.AlternateLookup<ReadOnlySpan<char>> Of(
        Dictionary<NamePattern, PathTree> trees, Func<NamePattern, bool> which) =>
        trees.Where(pair => which(pair.Key))
            .ToDictionary(static pair => pair.Key.Text, static pair => pair.Value, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
}
