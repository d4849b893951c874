using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Roots;

/// <summary>What expressions see of items and of the node's input.</summary>
internal static class ItemViews
{
    private static readonly NativeFunction All = new("all", 0, (e, _, _) => List(e, e.Scope.Items));

    private static readonly NativeFunction First = new("first", 0, (e, _, a) => a.Length > 0 ? throw NoArguments("first") : e.Scope.Items.Count > 0 ? Item(e, e.Scope.Items[0]) : default(JsValue));

    private static readonly NativeFunction Last = new("last", 0, (e, _, a) => a.Length > 0 ? throw NoArguments("last") : e.Scope.Items.Count > 0 ? Item(e, e.Scope.Items[^1]) : default(JsValue));

    /// <summary><c>$input</c>.</summary>
    public static JsValue Input(Evaluator e) => e.Own(new JsView("$input", ["item", "params", "context"], name => name switch
    {
        "item" => e.Scope.CurrentItem is { } item ? e.Adopt(Item(e, item)) : default(JsValue),
        "all" => All,
        "first" => First,
        "last" => Last,
        "params" => Previous(e)?.Parameters ?? default(JsValue),
        "context" => Previous(e)?.Context ?? default(JsValue),
        _ => default,
    }));

    /// <summary><c>$env</c>: only single variables, never a list of them.</summary>
    public static JsValue Environment(Evaluator e)
    {
        var read = e.Scope.Environment ?? throw new ExpressionError("the environment may not be read here");
        return e.Own(new JsView("$env", [], read));
    }

    /// <summary>An item as <c>{json, binary, pairedItem}</c>.</summary>
    public static JsObject Item(Evaluator e, Item item)
    {
        var view = e.NewObject(2);
        view.Set("json", item.Json);
        if (item.Binary is { Count: > 0 }) view.Set("binary", Binary(e, item));
        switch (item.PairedItems)
        {
            case []: break;
            case [var single]:
                view.Set("pairedItem", Paired(e, single));
                break;
            case var several:
                var list = e.NewArray(several.Count);
                foreach (var paired in several) list.Add(Paired(e, paired));
                view.Set("pairedItem", list);
                break;
        }

        return view;
    }

    public static JsArray List(Evaluator e, IReadOnlyList<Item> items)
    {
        var list = e.NewArray(items.Count);
        foreach (var item in items)
        {
            e.Step(2);
            list.Add(Item(e, item));
        }

        return list;
    }

    /// <summary>What is known of the files, without their bytes.</summary>
    public static JsObject Binary(Evaluator e, Item item)
    {
        var files = e.NewObject();
        foreach (var (name, file) in item.Binary ?? new Dictionary<string, BinaryData>())
        {
            var view = e.NewObject(6);
            view.Set("mimeType", file.MimeType);
            if (file.FileName is not null) view.Set("fileName", file.FileName);
            if (file.FileExtension is not null) view.Set("fileExtension", file.FileExtension);
            if (file.Directory is not null) view.Set("directory", file.Directory);
            view.Set("fileSize", file.Size);
            if (file.StoreKey is not null) view.Set("id", file.StoreKey);
            e.Scope.Attach?.Invoke(view);
            e.Set(files, name, view);
        }

        return files;
    }

    private static JsObject Paired(Evaluator e, PairedItem paired)
    {
        var view = e.NewObject(2);
        view.Set("item", paired.Item);
        if (paired.Input > 0) view.Set("input", paired.Input);
        return view;
    }

    private static NodeOutput? Previous(Evaluator e) => e.Scope.PreviousNode is { } previous ? e.Scope.Nodes?.Invoke(previous.Name) : null;

    private static ExpressionError NoArguments(string name) => new($"$input.{name}() takes no arguments; of another node's items ask $('Name').{name}()");
}
