using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Object, and the methods that every object has.</summary>
internal static class ObjectLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("hasOwnProperty", 1, (e, self, a) => Properties.HasOwn(e, self, Coerce.ToName(e, a.At(0))))
        .Add("propertyIsEnumerable", 1, (e, self, a) => Properties.HasOwn(e, self, Coerce.ToName(e, a.At(0))))
        .Add("toString", 0, (e, self, _) => self.AsObject is not null ? "[object Object]" : Coerce.ToText(e, self))
        .Add("toLocaleString", 0, (e, self, _) => Coerce.ToText(e, self))
        .Add("valueOf", 0, (_, self, _) => self)
        .Build();

    public static NativeConstructor Constructor { get; } = new("Object", 1, new MethodTable.Builder()
        .Add("keys", 1, (e, _, a) => e.NewArray(Names(e, a.At(0))))
        .Add("values", 1, (e, _, a) => Values(e, a.At(0)))
        .Add("entries", 1, (e, _, a) => Entries(e, a.At(0)))
        .Add("assign", 2, (e, _, a) =>
        {
            if (a.At(0).AsObject is not { } target) throw JsThrow.Type("Cannot convert undefined or null to object");
            e.RequireOwn(target);
            foreach (var source in a[1..]) CopyFields(e, source, target);
            return target;
        })
        .Add("fromEntries", 1, (e, _, a) => FromEntries(e, a.At(0)))
        .Add("hasOwn", 2, (e, _, a) => Properties.HasOwn(e, a.At(0), Coerce.ToName(e, a.At(1))))
        .Add("is", 2, (_, _, a) => a.At(0).Is(a.At(1)) && !(a.At(0).IsNumber && a[0].AsNumber == 0 && double.IsNegative(a[0].AsNumber) != double.IsNegative(a[1].AsNumber)))
        .Add("freeze", 1, (_, _, a) => a.At(0))
        .Add("seal", 1, (_, _, a) => a.At(0))
        .Add("isFrozen", 1, (_, _, a) => !a.At(0).IsReference)
        .Add("isSealed", 1, (_, _, a) => !a.At(0).IsReference)
        .Add("getOwnPropertyNames", 1, (e, _, a) => e.NewArray(Names(e, a.At(0))))
        .Add("groupBy", 2, (e, _, a) =>
        {
            var groups = e.NewObject();
            var function = FunctionLibrary.Function(a.At(1));
            var index = 0;
            foreach (var value in Iteration.Of(e, a.At(0)))
            {
                var name = Coerce.ToName(e, e.Call(function, value, index++));
                if (groups[name].AsArray is not { } group) e.Set(groups, name, group = e.NewArray());
                e.Push(group, value);
            }

            return groups;
        })
        .Add("create", 1, (e, _, a) => a.At(0).IsNull || a.At(0).AsObject is { Count: 0 } ? e.NewObject() : throw new ExpressionError("objects have no prototypes in expressions"))
        .Build(), (e, _, a) => Make(e, a), (e, _, a) => Make(e, a), v => v.IsReference);

    /// <summary>Copies what <c>{...source}</c> copies.</summary>
    public static void CopyFields(Evaluator e, JsValue source, JsObject target, HashSet<string>? except = null)
    {
        if (source.AsObject is { } own)
        {
            foreach (var (name, value) in own)
                if (except?.Contains(name) != true) e.Set(target, name, value);
            return;
        }

        foreach (var name in Properties.OwnNames(e, source))
            if (except?.Contains(name) != true) e.Set(target, name, Properties.Get(e, source, name));
    }

    public static JsArray Values(Evaluator e, JsValue value)
    {
        var result = e.NewArray();
        foreach (var name in Names(e, value)) e.Push(result, Properties.Get(e, value, name));
        return result;
    }

    public static List<string> Names(Evaluator e, JsValue value) =>
        value.IsNullish ? throw JsThrow.Type("Cannot convert undefined or null to object") : Properties.OwnNames(e, value);

    private static JsArray Entries(Evaluator e, JsValue value)
    {
        var result = e.NewArray();
        foreach (var name in Names(e, value)) e.Push(result, e.NewArray([name, Properties.Get(e, value, name)]));
        return result;
    }

    private static JsObject FromEntries(Evaluator e, JsValue entries)
    {
        var result = e.NewObject();
        foreach (var entry in Iteration.Of(e, entries))
        {
            if (!entry.IsReference) throw JsThrow.Type($"Iterator value {entry} is not an entry object");
            e.Set(result, Coerce.ToName(e, Properties.Get(e, entry, 0.0)), Properties.Get(e, entry, 1.0));
        }

        return result;
    }

    private static JsValue Make(Evaluator e, ReadOnlySpan<JsValue> a) => a.At(0).IsNullish ? e.NewObject() : a[0];
}
