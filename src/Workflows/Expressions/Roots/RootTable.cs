using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Extensions;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Roots;

/// <summary>The names that every expression knows.</summary>
internal static class RootTable
{
    private static readonly Dictionary<string, Func<Evaluator, JsValue>> Roots = Build();

    /// <summary>Names of other engines that mean nothing here. Data may have fields called so, and then the bare name means the field.</summary>
    private static readonly HashSet<string> NotHere = new(StringComparer.Ordinal)
    {
        "Function", "eval", "globalThis", "process", "require", "Proxy", "Reflect", "WebAssembly", "setTimeout", "setInterval", "setImmediate", "fetch", "XMLHttpRequest", "Buffer",
        "Promise", "Symbol", "WeakMap", "WeakSet", "WeakRef", "Atomics", "SharedArrayBuffer", "ArrayBuffer", "arguments", "constructor", "__proto__", "prototype",
    };

    public static bool TryGet(string name, out Func<Evaluator, JsValue> read) => Roots.TryGetValue(name, out read!);

    public static bool IsRoot(string name) => Roots.ContainsKey(name);

    /// <summary>Why a name cannot be used; null when it can.</summary>
    public static string? Absent(string name)
    {
        if (name is "$fromAI" or "$fromAi" or "$fromai") return "'$fromAI' is not available: no model fills in parameters here";
        if (name == "$evaluateExpression") return "'$evaluateExpression' is not available: expressions are compiled when the workflow is loaded";
        return NotHere.Contains(name) ? Properties.Refuse(name).Message : null;
    }

    private static Dictionary<string, Func<Evaluator, JsValue>> Build()
    {
        var roots = new Dictionary<string, Func<Evaluator, JsValue>>(StringComparer.Ordinal)
        {
            ["$json"] = e => e.Scope.CurrentItem is { } item ? item.Json : default(JsValue),
            ["$data"] = e => e.Scope.CurrentItem is { } item ? item.Json : default(JsValue),
            ["$binary"] = e => e.Scope.CurrentItem is { } item ? ItemViews.Binary(e, item) : default(JsValue),
            ["$itemIndex"] = e => e.Scope.ItemIndex,
            ["$position"] = e => e.Scope.ItemIndex,
            ["$thisItemIndex"] = e => e.Scope.ItemIndex,
            ["$thisItem"] = e => e.Scope.CurrentItem is { } item ? ItemViews.Item(e, item) : default(JsValue),
            ["$runIndex"] = e => e.Scope.RunIndex,
            ["$thisRunIndex"] = e => e.Scope.RunIndex,
            ["$nodeVersion"] = e => e.Scope.NodeVersion,
            ["$nodeId"] = e => e.Scope.NodeId,
            ["$input"] = ItemViews.Input,
            ["$parameter"] = e => e.Scope.Parameters ?? new JsObject(),
            ["$rawParameter"] = e => e.Scope.Parameters ?? new JsObject(),
            ["$workflow"] = e => e.Scope.Workflow ?? new JsObject(),
            ["$execution"] = e => e.Scope.Execution?.Invoke() ?? new JsObject(),
            ["$mode"] = e => e.Scope.Execution?.Invoke()["mode"] ?? default,
            ["$vars"] = e => e.Scope.Variables ?? new JsObject(),
            ["$secrets"] = e => e.Scope.Secrets ?? throw new ExpressionError("secrets may not be read here"),
            ["$env"] = ItemViews.Environment,
            ["$prevNode"] = e => e.Scope.PreviousNode is { } previous
                ? e.Own(new JsObject { ["name"] = previous.Name, ["outputIndex"] = previous.OutputIndex, ["runIndex"] = previous.RunIndex }) : new JsObject(),
            ["$now"] = e => e.Own(DateTimeFactory.Now(e)),
            ["$today"] = e => e.Own(DateTimeFactory.Now(e).StartOf(TimeUnit.Day)),
            ["$node"] = NodeViews.ByName,
        };
        Add("undefined", default);
        Add("NaN", double.NaN);
        Add("Infinity", double.PositiveInfinity);
        Add("$", NodeViews.Reference);
        Add("$items", NodeViews.Items);
        Add("Math", MathLibrary.Namespace);
        Add("JSON", JsonLibrary.Namespace);
        Add("Intl", IntlLibrary.Namespace);
        foreach (var type in (NativeConstructor[])
        [
            ObjectLibrary.Constructor, ArrayLibrary.Constructor, StringLibrary.Constructor, NumberLibrary.Constructor, NumberLibrary.BooleanConstructor, BigIntLibrary.Constructor,
            DateLibrary.Constructor, RegExpLibrary.Constructor, MapLibrary.Constructor, SetLibrary.Constructor, UrlLibrary.Constructor, UrlSearchParamsLibrary.Constructor,
            DateTimeFactory.Constructor, DurationLibrary.Constructor, IntervalLibrary.Constructor,
        ])
        {
            Add(type.Name, type);
        }

        foreach (var error in (string[])["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"]) Add(error, ErrorLibrary.Constructor(error));
        foreach (var table in (MethodTable[])[GlobalFunctions.Table, ConvenienceFunctions.Table])
        {
            foreach (var name in table.Names)
            {
                table.TryGet(name, out var function);
                Add(name, function);
            }
        }

        return roots;

        void Add(string name, JsValue value) => roots[name] = _ => value;
    }
}
