using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>Files to a <see cref="GatewayDocument"/>: parsed, merged, variables filled in, references resolved, everything checked.</summary>
public static class DocumentReader
{
    /// <summary>Reads and merges <paramref name="sources"/>. Never throws because of what they contain; every problem is in the result.</summary>
    public static ReadResult Read(IEnumerable<ConfigurationSource> sources, ReadOptions? options = null)
    {
        options ??= ReadOptions.Default;
        var problems = new List<Problem>();
        var variables = new Variables(options, problems);
        var roots = Parse(sources, options, variables, problems);
        if (problems.Exists(p => p.Severity == Severity.Error))
            return new ReadResult(null, [.. problems, .. variables.VaultProblems], []);
        problems.AddRange(variables.VaultProblems);

        var header = new Header(problems);
        foreach (var entry in roots.SelectMany(r => r.Entries).Where(e => Header.Has(e.Name)))
            header.Add(entry);
        header.RequireVersion(roots.Count > 0 ? roots[0].Place : default);

        var index = new EntityIndex(problems, migratePaths: header.Version is "1.1" or "2.1");
        var memberships = new List<MapEntry>();
        foreach (var entry in roots.SelectMany(r => r.Entries).Where(e => !Header.Has(e.Name)))
        {
            if (EntityKind.ByName.TryGetValue(entry.Name, out var kind))
                index.AddList(kind, entry.Value);
            else if (entry.Name == "consumer_group_consumers")
                memberships.Add(entry);
            else if (ForeignLists.WithoutEffect(entry.Name) is { } why)
                problems.Add(new Problem(entry.Place, "document", entry.Name, why, Severity.Warning));
            else
                problems.Add(new Problem(entry.Place, "document", entry.Name, "unknown field" + (ForeignLists.Explain(entry.Name) ?? Suggestion(entry.Name))));
        }

        var reader = new EntityReader(index, options, problems);
        var document = reader.Read(header, memberships) with { Secrets = variables.Secrets };
        var files = roots.Select(r => r.Place.File).Distinct(StringComparer.Ordinal).ToList();
        var sorted = variables.WithoutSecrets(problems).OrderBy(p => files.IndexOf(p.Place.File)).ThenBy(p => p.Place.Line).ThenBy(p => p.Place.Column).ToList();
        return new ReadResult(sorted.Exists(p => p.Severity == Severity.Error) ? null : document, sorted, reader.Unsupported);
    }

    /// <summary>Reads one text, as it comes from an API or a fuzzer.</summary>
    public static ReadResult Read(ReadOnlyMemory<byte> content, string name = "configuration", ReadOptions? options = null) =>
        Read([new ConfigurationSource(name, content, ConfigurationSource.FormatOf(name))], options);

    private static List<MapNode> Parse(IEnumerable<ConfigurationSource> sources, ReadOptions options, Variables variables, List<Problem> problems)
    {
        var parsed = new List<(DocumentNode Root, bool Expand)>();
        foreach (var source in sources)
        {
            var (root, problem) = DocumentParser.Parse(source.Name, source.Content.Span, source.Format, options.Limits);
            if (problem is not null)
                problems.Add(problem);
            else if (root is MapNode or ListNode { Items.Count: 0 })
                parsed.Add((root as MapNode ?? new MapNode(root.Place, []), Variables.MayOccur(source.Content.Span)));
            else
                problems.Add(new Problem(root!.Place, "document", "", $"expected a map with _format_version and lists like services, not {root.Describe()}"));
        }
        variables.AddVaults(parsed.Select(p => p.Root));
        return [.. parsed.Select(p => (MapNode)(p.Expand ? variables.Expand(p.Root) : p.Root))];
    }

    private static string Suggestion(string name) =>
        name.StartsWith('_') ? "" : Naming.DidYouMean(name, EntityKind.ByName.Keys.Append("error_format"));
}
