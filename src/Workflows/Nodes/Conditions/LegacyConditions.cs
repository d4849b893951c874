using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Conditions;

/// <summary>The conditions of the first versions of n8n's if, filter and switch nodes, as those of today.</summary>
internal static class LegacyConditions
{
    private static readonly string[] Types = ["boolean", "dateTime", "number", "string"];

    /// <summary><c>conditions.string[]</c>, <c>.number[]</c> ... with <c>value1</c>, <c>operation</c> and <c>value2</c>.</summary>
    public static MapNode Upgrade(MapNode parameters, double version)
    {
        if (version >= 2) return WithOptions(parameters);
        var conditions = new List<DocumentNode>();
        foreach (var type in Types)
            if (parameters.At("conditions", type) is ListNode entries)
                conditions.AddRange(entries.Items.OfType<MapNode>().Select(entry => One(type, entry, entry["value1"], entry.Text("operation"), entry["value2"])));
        var combinator = parameters.Text("combineOperation") is "any" || parameters.Text("combineConditions") is "OR" ? "or" : "and";
        return parameters.With(["combineOperation", "combineConditions"], DocumentData.Entry("conditions", All(parameters, conditions, combinator)));
    }

    /// <summary>What n8n takes conditions to mean that leave out how values are compared: loosely, and not by case.</summary>
    public static MapNode WithOptions(MapNode parameters)
    {
        if (parameters["conditions"] is not MapNode conditions || conditions["options"] is not MapNode options) return parameters;
        var added = new List<MapEntry>();
        if (options["caseSensitive"] is null or { IsNull: true }) added.Add(DocumentData.Entry("caseSensitive", DocumentData.Boolean(options.Place, false)));
        if (options["typeValidation"] is null or { IsNull: true }) added.Add(DocumentData.Entry("typeValidation", DocumentData.Text(options.Place, "loose")));
        if (options["version"] is null or { IsNull: true }) added.Add(DocumentData.Entry("version", DocumentData.Number(options.Place, 1)));
        return added.Count == 0 ? parameters : parameters.With([], DocumentData.Entry("conditions", conditions.With([], DocumentData.Entry("options", options.With([], [.. added])))));
    }

    /// <summary>The whole parameter of some conditions that convert nothing.</summary>
    public static MapNode All(MapNode at, IReadOnlyList<DocumentNode> conditions, string combinator) => DocumentData.Map(at.Place,
        DocumentData.Entry("options", DocumentData.Map(at.Place, DocumentData.Entry("version", DocumentData.Number(at.Place, 0)))),
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
        // What the editor does not write, because it is what a new condition has.
        var none = type switch { "boolean" => DocumentData.Boolean(at.Place, false), "number" => DocumentData.Number(at.Place, 0), _ => DocumentData.Text(at.Place, "") };
        return DocumentData.Map(at.Place, DocumentData.Entry("leftValue", left ?? none), DocumentData.Entry("rightValue", right ?? none), DocumentData.Entry("operator", op));
    }
}
