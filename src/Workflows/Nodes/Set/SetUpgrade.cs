using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Set;

/// <summary>The parameters of older versions of n8n's set node as those of today.</summary>
internal static class SetUpgrade
{
    public static MapNode Upgrade(MapNode old, double version)
    {
        if (version < 3) return FromFirst(old);
        return version < 3.3 ? FromFields(old, version) : old;
    }

    /// <summary>Versions 1 and 2: <c>values.string[]</c>, <c>.number[]</c>, <c>.boolean[]</c>, and <c>keepOnlySet</c>.</summary>
    private static MapNode FromFirst(MapNode old)
    {
        var assignments = new List<DocumentNode>();
        if (old["values"] is MapNode byType)
            foreach (var (type, _, list) in byType.Entries)
                if (list is ListNode fields)
                    assignments.AddRange(fields.Items.OfType<MapNode>().Select(field => One(field, field["name"], field["value"], type is "number" or "boolean" ? type : "string")));
        var keep = old["keepOnlySet"] is ScalarNode { Boolean: true };
        return old.With(["values", "keepOnlySet"], All(old, assignments), DocumentData.Entry("includeOtherFields", DocumentData.Boolean(old.Place, !keep)),
            DocumentData.Entry("include", DocumentData.Text(old.Place, keep ? "none" : "all")));
    }

    /// <summary>Versions 3.0 to 3.2: <c>fields.values[]</c> with <c>stringValue</c>, <c>numberValue</c> and so on.</summary>
    private static MapNode FromFields(MapNode old, double version)
    {
        var assignments = new List<DocumentNode>();
        if (old.At("fields", "values") is ListNode fields)
        {
            foreach (var field in fields.Items.OfType<MapNode>())
            {
                var type = field.Text("type") ?? "stringValue";
                assignments.Add(One(field, field["name"], field[type], type.Replace("Value", "", StringComparison.Ordinal)));
            }
        }

        var include = old["include"] ?? DocumentData.Text(old.Place, "all");
        var upgraded = old.With(["fields"], All(old, assignments), DocumentData.Entry("include", include), DocumentData.Entry("includeOtherFields", DocumentData.Boolean(old.Place, include is ScalarNode { Text: not "none" })));
        return version < 3.4 && old.At("options", "includeBinary") is null
            ? upgraded.With([], DocumentData.Entry("options", (old["options"] as MapNode ?? DocumentData.Map(old.Place)).With([], DocumentData.Entry("includeBinary", DocumentData.Boolean(old.Place, false)))))
            : upgraded;
    }

    private static MapEntry All(MapNode at, List<DocumentNode> assignments) =>
        DocumentData.Entry("assignments", DocumentData.Map(at.Place, DocumentData.Entry("assignments", new ListNode(at.Place, assignments))));

    private static MapNode One(MapNode at, DocumentNode? name, DocumentNode? value, string type) => DocumentData.Map(at.Place,
        DocumentData.Entry("name", name ?? DocumentData.Text(at.Place, "")), DocumentData.Entry("value", value ?? DocumentData.Text(at.Place, "")), DocumentData.Entry("type", DocumentData.Text(at.Place, type)));
}
