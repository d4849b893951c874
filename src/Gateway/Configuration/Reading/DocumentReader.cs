using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>Files to a <see cref="GatewayDocument"/>: parsed, merged, variables filled in, references resolved, everything checked.</summary>
public static class DocumentReader
{
    /// <summary>Reads and merges <paramref name="sources"/>. Never throws because of what they contain; every problem is in the result.</summary>
    public static ReadResult Read(IEnumerable<ConfigurationSource> sources, ReadOptions? options = null)
    {
        var gathered = Gather(sources, options ?? ReadOptions.Default);
        if (gathered.Reader is null)
            return new ReadResult(null, gathered.Problems, []);
        var document = gathered.Reader.Read(gathered.Header, gathered.Memberships) with { Secrets = gathered.Variables.Secrets };
        var sorted = gathered.SortedProblems();
        return new ReadResult(sorted.Exists(p => p.Severity == Severity.Error) ? null : document, sorted, gathered.Reader.Unsupported);
    }

    /// <summary>Every object of <paramref name="sources"/> with its identity, ready to be read one by one.</summary>
    internal static GatheredObjects Gather(IEnumerable<ConfigurationSource> sources, ReadOptions options)
    {
        var problems = new List<Problem>();
        var variables = new Variables(options, problems);
        var roots = Parse(sources, options, variables, problems);
        var header = new Header(problems);
        var memberships = new List<MapEntry>();
        var files = roots.Select(r => r.Place.File).Distinct(StringComparer.Ordinal).ToList();
        var unreadable = problems.Exists(p => p.Severity == Severity.Error);
        problems.AddRange(variables.VaultProblems);
        if (unreadable)
            return new GatheredObjects(header, memberships, null, problems, variables, files);

        foreach (var entry in roots.SelectMany(r => r.Entries).Where(e => Header.Has(e.Name)))
            header.Add(entry);
        header.RequireVersion(roots.Count > 0 ? roots[0].Place : default);

        roots = [.. roots.Select(r => WorkflowEntries.ReadFiles(r, options, problems))];
        var index = new EntityIndex(problems, migratePaths: header.Version is "1.1" or "2.1");
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
        return new GatheredObjects(header, memberships, new EntityReader(index, options, problems), problems, variables, files);
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
        return [.. parsed.Select(p => p.Expand ? ExpandAllButWorkflows((MapNode)p.Root, variables) : (MapNode)p.Root)];
    }

    /// <summary>In a workflow, <c>${...}</c> belongs to its expressions.</summary>
    private static MapNode ExpandAllButWorkflows(MapNode root, Variables variables) =>
        new(root.Place, [.. root.Entries.Select(e => e.Name == WorkflowEntries.List ? e : e with { Value = variables.Expand(e.Value) })]);

    private static string Suggestion(string name) =>
        name.StartsWith('_') ? "" : Naming.DidYouMean(name, EntityKind.ByName.Keys.Append("error_format"));
}

/// <summary>What was found in the files of one configuration, before its objects are read.</summary>
/// <param name="Header">The document's own fields.</param>
/// <param name="Memberships">Lists of who is in which consumer group.</param>
/// <param name="Reader">Reads the objects; null when the files could not be parsed.</param>
/// <param name="Problems">What is wrong; the reader adds to it.</param>
/// <param name="Variables">What filled in the values, and knows the secrets.</param>
/// <param name="Files">In the order given.</param>
internal sealed record GatheredObjects(Header Header, List<MapEntry> Memberships, EntityReader? Reader, List<Problem> Problems, Variables Variables, List<string> Files)
{
    /// <summary>The problems in the order of the files, without secrets.</summary>
    public List<Problem> SortedProblems() =>
        [.. Variables.WithoutSecrets(Problems).OrderBy(p => Files.IndexOf(p.Place.File)).ThenBy(p => p.Place.Line).ThenBy(p => p.Place.Column)];
}
