using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Definitions;

/// <summary>One workflow found in a file.</summary>
/// <param name="Map">Its document.</param>
/// <param name="Name">What it is called where its document does not say so itself; null when nothing around it does either.</param>
public sealed record FoundDocument(MapNode Map, string? Name);

/// <summary>
/// Finds the workflows in what people publish: a workflow, a list of them, what an editor puts on the clipboard (no name), and workflows inside
/// of something else: an answer of n8n's API (<c>data</c>), of its templates (<c>workflow</c>, twice), a stored execution (<c>workflowData</c>), a collection (<c>workflows</c>).
/// </summary>
public static class WorkflowDocuments
{
    private static readonly string[] Around = ["workflow", "data", "workflowData", "workflows", "collection"];

    /// <summary>What is wrapped deeper than this is no workflow.</summary>
    private const int Deepest = 4;

    /// <summary>The workflows in the order of the file; none when it holds none, which is reported.</summary>
    public static IReadOnlyList<FoundDocument> In(DocumentNode root, ICollection<Problem> problems)
    {
        var found = new List<FoundDocument>();
        Search(root, null, 0, found);
        if (found.Count > 0) return found;

        // A map is told what it lacks by its reader.
        if (root is MapNode map) return [new FoundDocument(map, null)];
        problems.Add(new Problem(root.Place, "workflow", "", root is ListNode ? "expected a map or a list of workflows; none of the entries has nodes" : $"expected a map, not {root.Describe()}"));
        return [];
    }

    private static void Search(DocumentNode node, string? name, int depth, List<FoundDocument> found)
    {
        if (depth > Deepest) return;
        if (node is ListNode list)
        {
            foreach (var item in list.Items) Search(item, name, depth + 1, found);
            return;
        }

        if (node is not MapNode map) return;
        if (map["nodes"] is ListNode nodes && (map["connections"] is not null || nodes.Items.All(LooksLikeNode)))
        {
            found.Add(new(map, name));
            return;
        }

        foreach (var field in Around)
            if (map[field] is MapNode or ListNode) Search(map[field]!, map.Text("name") ?? name, depth + 1, found);
    }

    /// <summary>Not one of those that descriptions of collections list.</summary>
    private static bool LooksLikeNode(DocumentNode node) => node is MapNode map && map["type"] is not null && map["defaults"] is null;
}
