using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Conditions;

/// <summary>The conditions of the first versions of n8n's if, filter and switch nodes, as those of today.</summary>
internal static class LegacyConditions
{
    /// <summary><c>conditions.string[]</c>, <c>.number[]</c> ... with <c>value1</c>, <c>operation</c> and <c>value2</c>.</summary>
    public static MapNode Upgrade(MapNode parameters, double version)
    {
        if (version >= 2) return parameters;
        var conditions = new List<DocumentNode>();
        if (parameters["conditions"] is MapNode byType)
            foreach (var (type, _, list) in byType.Entries)
                if (list is ListNode entries)
                    conditions.AddRange(entries.Items.OfType<MapNode>().Select(entry => One(type, entry, entry["value1"], entry.Text("operation"), entry["value2"])));
        var combinator = parameters.Text("combineOperation") is "any" || parameters.Text("combineConditions") is "OR" ? "or" : "and";
        return parameters.With(["combineOperation", "combineConditions"], DocumentData.Entry("conditions", All(parameters, conditions, combinator)));
    }

    /// <summary>The whole parameter of some conditions, compared loosely.</summary>
    public static MapNode All(MapNode at, IReadOnlyList<DocumentNode> conditions, string combinator) => DocumentData.Map(at.Place,
        DocumentData.Entry("options", DocumentData.Map(at.Place, DocumentData.Entry("typeValidation", DocumentData.Text(at.Place, "loose")))),
        DocumentData.Entry("conditions", new ListNode(at.Place, conditions)),
        DocumentData.Entry("combinator", DocumentData.Text(at.Place, combinator)));

    public static MapNode One(string type, MapNode at, DocumentNode? left, string? operation, DocumentNode? right)
    {
        var today = operation switch
        {
            null or "equal" => "equals",
            "notEqual" => "notEquals",
            "larger" => "gt",
            "largerEqual" => "gte",
            "smaller" => "lt",
            "smallerEqual" => "lte",
            "isEmpty" => "empty",
            "isNotEmpty" => "notEmpty",
            _ => operation,
        };
        if (operation is null) today = type switch { "dateTime" => "after", "number" => "lt", _ => "equals" };
        var op = DocumentData.Map(at.Place, DocumentData.Entry("type", DocumentData.Text(at.Place, type)), DocumentData.Entry("operation", DocumentData.Text(at.Place, today)));
        var none = new ScalarNode(at.Place, ScalarKind.String, "");
        return DocumentData.Map(at.Place, DocumentData.Entry("leftValue", left ?? none), DocumentData.Entry("rightValue", right ?? none), DocumentData.Entry("operator", op));
    }
}
