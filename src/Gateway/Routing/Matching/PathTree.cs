namespace Sluice.Gateway.Routing.Matching;

/// <summary>
/// The candidates of one host by path: a radix tree of prefixes, in which a regular path stands under the text that it must start with. A walk
/// along the request's path meets exactly the candidates whose prefix it has.
/// </summary>
internal sealed class PathTree
{
    private readonly Node root;

    private PathTree(Node root) => this.root = root;

    /// <summary>The first rank in the tree.</summary>
    public int BestRank => root.BestRank;

    public void Search(ref Search search)
    {
        var path = search.Path;
        var node = root;
        while (node is not null && node.BestRank < search.BestRank)
        {
            node.Candidates?.Search(ref search);
            node = path.IsEmpty ? null : node.Child(path[0]);
            if (node is null || !path.StartsWith(node.Label, StringComparison.Ordinal)) return;
            path = path[node.Label.Length..];
        }
    }

    /// <summary>Collects what goes into a tree.</summary>
    public sealed class Builder
    {
        private readonly Dictionary<string, List<Candidate>> byPrefix = new(StringComparer.Ordinal);

        public void Add(RouteVariant variant, int port)
        {
            foreach (var prefix in variant.Prefixes) At(prefix).Add(new Candidate(variant, port, prefix.Length));
            foreach (var prefix in variant.Regexes.Select(static regex => regex.LiteralPrefix).Distinct(StringComparer.Ordinal))
                At(prefix).Add(new Candidate(variant, port, 0));
            if (variant.Prefixes.Length == 0 && variant.Regexes.Length == 0) At("").Add(new Candidate(variant, port, 0));
        }

        public PathTree Build()
        {
            var keys = byPrefix.Keys.ToArray();
            Array.Sort(keys, StringComparer.Ordinal);
            return new PathTree(Build(keys, 0, ""));
        }

        /// <param name="keys">Sorted, all with the same first <paramref name="depth"/> characters.</param>
        private Node Build(ReadOnlySpan<string> keys, int depth, string label)
        {
            CandidateList? here = null;
            if (keys.Length > 0 && keys[0].Length == depth)
            {
                here = new CandidateList(byPrefix[keys[0]]);
                keys = keys[1..];
            }

            var children = new List<Node>();
            while (keys.Length > 0)
            {
                var first = keys[0][depth];
                var count = 1;
                while (count < keys.Length && keys[count][depth] == first) count++;

                // The keys are sorted, so what the first and the last share, all between them share.
                var shared = keys[0].AsSpan(depth).CommonPrefixLength(keys[count - 1].AsSpan(depth));
                children.Add(Build(keys[..count], depth + shared, keys[0].Substring(depth, shared)));
                keys = keys[count..];
            }

            return new Node(label, here, [.. children]);
        }

        private List<Candidate> At(string prefix)
        {
            if (!byPrefix.TryGetValue(prefix, out var list)) byPrefix[prefix] = list = [];
            return list;
        }
    }

    private sealed class Node
    {
        private readonly string firsts;
        private readonly Node[] children;

        public Node(string label, CandidateList? candidates, Node[] children)
        {
            Label = label;
            Candidates = candidates;
            this.children = children;
            firsts = string.Concat(children.Select(static child => child.Label[0]));
            BestRank = Math.Min(candidates?.BestRank ?? int.MaxValue, children.Select(static child => child.BestRank).DefaultIfEmpty(int.MaxValue).Min());
        }

        public string Label { get; }

        public CandidateList? Candidates { get; }

        /// <summary>The first rank at or under this node.</summary>
        public int BestRank { get; }

        public Node? Child(char first)
        {
            var index = firsts.IndexOf(first);
            return index < 0 ? null : children[index];
        }
    }
}
