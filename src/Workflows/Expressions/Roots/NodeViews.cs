using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Roots;

/// <summary>What expressions see of other nodes.</summary>
internal static class NodeViews
{
    /// <summary><c>$('Name')</c>.</summary>
    public static NativeFunction Reference { get; } = new("$", 1, (e, _, a) =>
    {
        var node = Find(e, Coerce.ToText(e, a.At(0)));
        return e.Own(new JsView($"$('{node.Name}')", ["isExecuted", "params", "context"], name => Read(e, node, name)));
    });

    /// <summary><c>$items('Name', output, run)</c>.</summary>
    public static NativeFunction Items { get; } = new("$items", 3, (e, _, a) =>
        a.At(0).IsUndefined ? ItemViews.List(e, e.Scope.Items)
            : ItemViews.List(e, Executed(Find(e, Coerce.ToText(e, a[0]))).Items(a.At(1).IsUndefined ? 0 : (int)Coerce.ToInteger(e, a[1]), Run(e, a.At(2)))));

    /// <summary><c>$node['Name']</c>.</summary>
    public static JsValue ByName(Evaluator e) => e.Own(new JsView("$node", [], name =>
    {
        var node = Find(e, name);
        return e.Own(new JsView($"$node['{name}']", ["json", "runIndex", "parameter"], field => field switch
        {
            "json" => e.Adopt(Current(e, node).Json),
            "binary" => ItemViews.Binary(e, Current(e, node)),
            "parameter" => node.Parameters ?? default(JsValue),
            "context" => node.Context ?? default(JsValue),
            "runIndex" => node.LastRun,
            _ => Read(e, node, field),
        }));
    }));

    private static JsValue Read(Evaluator e, NodeOutput node, string name)
    {
        switch (name)
        {
            case "isExecuted": return node.IsExecuted;
            case "params": return node.Parameters ?? default(JsValue);
            case "context": return node.Context ?? default(JsValue);
            case "item": return e.Adopt(Matching(e, node, e.Scope.ItemIndex));
            case "itemMatching" or "pairedItem":
                return e.Own(new NativeFunction(name, 1, (inner, _, a) => inner.Adopt(Matching(inner, node,
                    a.At(0).IsUndefined ? name == "pairedItem" ? inner.Scope.ItemIndex : throw new ExpressionError("itemMatching() needs the index of an item") : (int)Coerce.ToInteger(inner, a[0])))));
            case "all":
                return e.Own(new NativeFunction(name, 2, (inner, _, a) => ItemViews.List(inner, Executed(node).Items(Branch(inner, a.At(0)), Run(inner, a.At(1))))));
            case "first" or "last":
                return e.Own(new NativeFunction(name, 2, (inner, _, a) =>
                {
                    var items = Executed(node).Items(Branch(inner, a.At(0)), Run(inner, a.At(1)));
                    return items.Count == 0 ? default(JsValue) : ItemViews.Item(inner, name == "first" ? items[0] : items[^1]);
                }));
            default: return default;
        }
    }

    private static JsValue Matching(Evaluator e, NodeOutput node, int index) =>
        Executed(node).ItemMatching(index) is { } item ? ItemViews.Item(e, item)
            : throw new ExpressionError($"which item of '{node.Name}' belongs to item {index} is not known; use .first(), .last() or .all()[index] instead");

    /// <summary>The item of another node that the old syntax means: the one at the same place, whichever it was made from.</summary>
    private static Item Current(Evaluator e, NodeOutput node)
    {
        if (!Executed(node).IsConnected) throw new ExpressionError($"the node '{node.Name}' does not lead to this one; use $('{node.Name}').first(), .last() or .all()[index] instead");
        var items = node.Items(null, null);
        return e.Scope.ItemIndex < items.Count ? items[e.Scope.ItemIndex] : throw new ExpressionError($"the node '{node.Name}' has {items.Count} items, none for item {e.Scope.ItemIndex}");
    }

    private static NodeOutput Find(Evaluator e, string name) => e.Scope.Nodes?.Invoke(name) ?? throw new ExpressionError($"there is no node '{name}'");

    private static NodeOutput Executed(NodeOutput node) => node.IsExecuted ? node : throw new ExpressionError($"the node '{node.Name}' has not run");

    private static int? Branch(Evaluator e, JsValue branch) => branch.IsNullish ? null : (int)Coerce.ToInteger(e, branch);

    private static int? Run(Evaluator e, JsValue run) => run.IsNullish || Coerce.ToInteger(e, run) < 0 ? null : (int)Coerce.ToInteger(e, run);
}
