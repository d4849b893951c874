using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>What n8n adds to objects.</summary>
internal static class ObjectExtensions
{
    public static MethodTable Table { get; } = new MethodTable.Builder()
        .Add("isEmpty", 0, (_, self, _) => self.AsObject!.Count == 0)
        .Add("isNotEmpty", 0, (_, self, _) => self.AsObject!.Count > 0)
        .Add("keys", 0, (e, self, _) => e.NewArray(ObjectLibrary.Names(e, self)))
        .Add("values", 0, (e, self, _) => ObjectLibrary.Values(e, self))
        .Add("hasField", 1, (e, self, a) => Properties.Has(e, self, Coerce.ToName(e, a.At(0))))
        .Add("removeField", 1, (e, self, a) =>
        {
            var name = Coerce.ToName(e, a.At(0));
            return self.AsObject!.Contains(name) ? Where(e, self.AsObject, (field, _) => field != name) : self;
        })
        .Add("removeFieldsContaining", 1, (e, self, a) =>
        {
            var text = Wanted(a.At(0), "removeFieldsContaining(): expected non-empty string arg");
            return Where(e, self.AsObject!, (_, value) => value.AsString is not { } own || TextSearch.IndexOf(e, own, text, 0) < 0);
        })
        .Add("keepFieldsContaining", 1, (e, self, a) =>
        {
            var text = Wanted(a.At(0), "argument of keepFieldsContaining must be a non-empty string");
            return Where(e, self.AsObject!, (_, value) => value.AsString is { } own && TextSearch.IndexOf(e, own, text, 0) >= 0);
        })
        .Add("compact", 0, (e, self, _) => Compact(e, self, 0))
        .Add("urlEncode", 0, (e, self, _) => UrlSearchParamsLibrary.Make(e, self).ToString())
        .Add("toJsonString", 0, (e, self, _) => JsonLibrary.Stringify(e, self))
        .Add("toInt", 0, (_, _, _) => default)
        .Add("toFloat", 0, (_, _, _) => default)
        .Add("toBoolean", 0, (_, _, _) => default)
        .Add("toDateTime", 0, (_, _, _) => default)
        .Build();

    /// <summary>Without the fields that hold nothing.</summary>
    public static JsValue Compact(Evaluator e, JsValue value, int depth)
    {
        e.Descend(depth);
        var result = e.NewObject();
        foreach (var name in Properties.OwnNames(e, value))
        {
            var field = Properties.Get(e, value, name);
            if (field.IsNullish || field.AsString is "nil" or "") continue;
            if (!field.IsReference || field.Kind == JsKind.Function) e.Set(result, name, field);
            else if (Properties.OwnNames(e, field).Count > 0) e.Set(result, name, Compact(e, field, depth + 1));
        }

        return result;
    }

    private static JsObject Where(Evaluator e, JsObject source, Func<string, JsValue, bool> keeps)
    {
        var result = e.NewObject();
        foreach (var (name, value) in source)
            if (keeps(name, value)) e.Set(result, name, value);
        return result;
    }

    private static string Wanted(JsValue value, string message) => value.AsString is { Length: > 0 } text ? text : throw new ExpressionError(message);
}
