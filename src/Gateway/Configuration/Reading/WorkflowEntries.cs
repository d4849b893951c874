using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>
/// The ways to give a workflow, made one: the workflow itself, <c>{name, file}</c>, or <c>{name, document}</c>, which all become the last.
/// What n8n's document calls <c>id</c> and <c>tags</c> stays inside of it.
/// </summary>
internal static class WorkflowEntries
{
    public const string List = "workflows";

    /// <summary>The root of a configuration file with the files read that its workflows name.</summary>
    public static MapNode ReadFiles(MapNode root, ReadOptions options, List<Problem> problems)
    {
        if (root[List] is not ListNode list || !list.Items.Any(i => (i as MapNode)?["file"] is not null))
            return root;
        var items = list.Items.Select(i => i is MapNode entry && entry["file"] is { } file ? ReadFile(entry, file, options, problems) : i).ToList();
        return new MapNode(root.Place, [.. root.Entries.Select(e => e.Name == List ? e with { Value = new ListNode(list.Place, items) } : e)]);
    }

    /// <summary>A workflow that stands in the list itself, as <c>{name, tags, document}</c>. Tags are ours when they are text; those of n8n are objects and stay in the document.</summary>
    public static MapNode Normalize(MapNode entry)
    {
        if (entry["nodes"] is null)
            return entry;
        var name = entry.Entries.Where(e => e.Name == "name");
        var tags = entry.Entries.Where(e => e is { Name: "tags", Value: ListNode { Items.Count: > 0 } list } && list.Items.All(i => i is ScalarNode { Kind: ScalarKind.String }));
        return new MapNode(entry.Place, [.. name, .. tags, new MapEntry("document", entry.Place, entry)]);
    }

    private static MapNode ReadFile(MapNode entry, DocumentNode file, ReadOptions options, List<Problem> problems)
    {
        var label = entry.Text("name") is { } name ? $"workflow \"{name}\"" : "workflow";
        if (file is not ScalarNode { Kind: ScalarKind.String } path)
            problems.Add(new Problem(file.Place, label, "file", $"expected a string, not {file.Describe()}"));
        else if (!options.ReadsFiles)
            problems.Add(new Problem(file.Place, label, "file", "only a configuration file can name one; give the workflow itself as 'document'"));
        else
        {
            var full = Path.Combine(Path.GetDirectoryName(file.Place.File) ?? "", path.Text);
            var (sources, unreadable) = ConfigurationSource.Load([full], options.Limits);
            problems.AddRange(unreadable.Select(p => p with { Place = file.Place, Object = label, Field = "file", Message = $"'{full}': {p.Message}" }));
            if (sources is [var source])
            {
                var (document, problem) = DocumentParser.Parse(source.Name, source.Content.Span, source.Format, options.Limits);
                if (problem is not null)
                    problems.Add(problem);
                else if (document is MapNode map)
                    return new MapNode(entry.Place, [.. entry.Entries.Where(e => e.Name != "file"), new MapEntry("document", file.Place, map)]);
                else
                    problems.Add(new Problem(file.Place, label, "file", $"expected a workflow in '{full}', not {document!.Describe()}"));
            }
        }
        return entry;
    }
}
