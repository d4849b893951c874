using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Set;

/// <summary>The parameters of older versions of n8n's set node as those of today.</summary>
internal static class SetUpgrade
{
    public static MapNode Upgrade(MapNode old, double version)
    {
        if (version < 3) return FromFirst(old);
        return version < 3.3 ? FromFields(old) : old;
    }

    /// <summary>Versions 1 and 2: <c>values.string[]</c>, <c>.number[]</c>, <c>.boolean[]</c>, and <c>keepOnlySet</c>.</summary>
    private static MapNode FromFirst(MapNode old)
    {
        var assignments = new List<DocumentNode>();
        foreach (var (type, missing) in ((string, DocumentNode)[])[("boolean", DocumentData.Boolean(old.Place, false)), ("number", DocumentData.Number(old.Place, 0)), ("string", DocumentData.Text(old.Place, ""))])
            if (old.At("values", type) is ListNode fields)
                assignments.AddRange(fields.Items.OfType<MapNode>().Select(field => One(field, field["name"] ?? DocumentData.Text(field.Place, "propertyName"), field["value"] ?? missing, type)));
        var keep = old["keepOnlySet"] is ScalarNode { Boolean: true };
        return old.With(["values", "keepOnlySet"], All(old, assignments), DocumentData.Entry("includeOtherFields", DocumentData.Boolean(old.Place, !keep)),
            DocumentData.Entry("include", DocumentData.Text(old.Place, keep ? "none" : "all")));
    }

    /// <summary>Versions 3.0 to 3.2: <c>fields.values[]</c> with <c>stringValue</c>, <c>numberValue</c> and so on.</summary>
    private static MapNode FromFields(MapNode old)
    {
        var assignments = new List<DocumentNode>();
        if (old.At("fields", "values") is ListNode fields)
        {
            foreach (var field in fields.Items.OfType<MapNode>())
            {
                var type = field.Text("type") ?? "stringValue";
                var value = field[type] ?? type switch { "booleanValue" => DocumentData.Boolean(field.Place, true), "objectValue" => DocumentData.Map(field.Place), _ => null };
                assignments.Add(One(field, field["name"], value, type.Replace("Value", "", StringComparison.Ordinal)));
            }
        }

        var include = old["include"] ?? DocumentData.Text(old.Place, "all");
        return old.With(["fields"], All(old, assignments), DocumentData.Entry("include", include), DocumentData.Entry("includeOtherFields", DocumentData.Boolean(old.Place, include is ScalarNode { Text: not "none" })));
    }

    private static MapEntry All(MapNode at, List<DocumentNode> assignments) =>
        DocumentData.Entry("assignments", DocumentData.Map(at.Place, DocumentData.Entry("assignments", new ListNode(at.Place, assignments))));

    private static MapNode One(MapNode at, DocumentNode? name, DocumentNode? value, string type) => DocumentData.Map(at.Place,
        DocumentData.Entry("name", name ?? DocumentData.Text(at.Place, "")), DocumentData.Entry("value", value ?? DocumentData.Text(at.Place, "")), DocumentData.Entry("type", DocumentData.Text(at.Place, type)));
}
