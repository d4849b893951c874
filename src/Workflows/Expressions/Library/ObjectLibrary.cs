using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Object, and the methods that every object has.</summary>
internal static class ObjectLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("hasOwnProperty", 1, (e, self, a) => Properties.HasOwn(e, self, Coerce.ToName(e, a.At(0))))
        .Add("isPrototypeOf", 1, (e, self, a) => self.AsReference is { } prototype && Inheritance.Contains(e, a.At(0).AsReference, prototype))
        .Add("propertyIsEnumerable", 1, (e, self, a) => Properties.HasOwn(e, self, Coerce.ToName(e, a.At(0))))
        .Add("toString", 0, (e, self, _) => TypeText(e, self))
        .Add("toLocaleString", 0, (e, self, _) => Coerce.ToText(e, self))
        .Add("valueOf", 0, (_, self, _) => self)
        .Build();

    public static NativeConstructor Constructor { get; } = new("Object", 1, new MethodTable.Builder()
        .Add("keys", 1, (e, _, a) => e.NewArray(Names(e, a.At(0))))
        .Add("values", 1, (e, _, a) => Values(e, a.At(0)))
        .Add("entries", 1, (e, _, a) => Entries(e, a.At(0)))
        .Add("assign", 2, (e, _, a) =>
        {
            if (a.At(0).AsObject is not { } target) return Assign(e, a);
            e.RequireOwn(target);
            foreach (var source in a[1..])
            {
                if (target.Traits is null) CopyFields(e, source, target);
                else SetFields(e, source, target);
            }

            return target;
        })
        .Add("fromEntries", 1, (e, _, a) => FromEntries(e, a.At(0)))
        .Add("hasOwn", 2, (e, _, a) => Properties.HasOwn(e, a.At(0), Coerce.ToName(e, a.At(1))))
        .Add("is", 2, (_, _, a) => a.At(0).Is(a.At(1)) && !(a.At(0).IsNumber && a[0].AsNumber == 0 && double.IsNegative(a[0].AsNumber) != double.IsNegative(a[1].AsNumber)))
        .Add("freeze", 1, (e, _, a) => ObjectShapes.Restrict(e, a.At(0), Extensibility.Frozen))
        .Add("seal", 1, (e, _, a) => ObjectShapes.Restrict(e, a.At(0), Extensibility.Sealed))
        .Add("preventExtensions", 1, (e, _, a) => ObjectShapes.Restrict(e, a.At(0), Extensibility.Closed))
        .Add("isFrozen", 1, (_, _, a) => ObjectShapes.IsAtLeast(a.At(0), Extensibility.Frozen))
        .Add("isSealed", 1, (_, _, a) => ObjectShapes.IsAtLeast(a.At(0), Extensibility.Sealed))
        .Add("isExtensible", 1, (_, _, a) => !ObjectShapes.IsAtLeast(a.At(0), Extensibility.Closed))
        .Add("getOwnPropertyNames", 1, (e, _, a) => e.NewArray(ObjectShapes.AllNames(e, a.At(0))))
        .Add("getOwnPropertySymbols", 1, (e, _, _) => e.NewArray())
        .Add("getPrototypeOf", 1, (e, _, a) => ObjectShapes.PrototypeOf(e, a.At(0)))
        .Add("defineProperty", 3, (e, _, a) => ObjectShapes.Define(e, a.At(0), Coerce.ToName(e, a.At(1)), a.At(2)))
        .Add("defineProperties", 2, (e, _, a) =>
        {
            foreach (var name in Names(e, a.At(1))) ObjectShapes.Define(e, a.At(0), name, Properties.Get(e, a[1], name));
            return a.At(0);
        })
        .Add("getOwnPropertyDescriptor", 2, (e, _, a) => ObjectShapes.Descriptor(e, a.At(0), Coerce.ToName(e, a.At(1))))
        .Add("getOwnPropertyDescriptors", 1, (e, _, a) =>
        {
            var all = e.NewObject();
            foreach (var name in ObjectShapes.AllNames(e, a.At(0))) e.Set(all, name, ObjectShapes.Descriptor(e, a[0], name));
            return all;
        })
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
        .Add("create", 2, (e, _, a) => ObjectShapes.Create(e, a.At(0), a.At(1)))
        .Build(), (e, _, a) => Make(e, a), (e, _, a) => Make(e, a), v => v.IsReference);

    /// <summary>Copies what <c>{...source}</c> copies.</summary>
    public static void CopyFields(Evaluator e, JsValue source, JsObject target, HashSet<string>? except = null)
    {
        if (source.AsObject is { } own)
        {
            foreach (var (name, value) in own)
                if (except?.Contains(name) != true) e.Set(target, name, own.Traits is null ? value : e.Field(own, name, value));
            return;
        }

        foreach (var name in Properties.OwnNames(e, source))
            if (except?.Contains(name) != true) e.Set(target, name, Properties.Get(e, source, name));
    }

    /// <summary>What <c>Object.prototype.toString</c> says.</summary>
    private static string TypeText(Evaluator e, JsValue self)
    {
        if (self.AsReference?.Traits is { } traits && Inheritance.TryGet(e, traits, JsSymbol.ToStringTag.Key, self, out var tag) && tag.AsString is { } own) return $"[object {own}]";
        return $"[object {self.Kind switch
        {
            JsKind.Object when self.AsReference is LibraryObject library => library.TypeName,
            JsKind.Array or JsKind.Function or JsKind.Date or JsKind.RegExp or JsKind.Error or JsKind.String or JsKind.Number or JsKind.Boolean or JsKind.Null or JsKind.Undefined
                or JsKind.Map or JsKind.Set or JsKind.Promise or JsKind.Symbol or JsKind.BigInt => self.Kind.ToString(),
            _ => "Object",
        }}]";
    }

    private static JsValue Assign(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        if (e.Jobs is null || a.At(0).AsReference is not { } target) throw JsThrow.Type("Cannot convert undefined or null to object");
        foreach (var source in a[1..]) SetFields(e, source, target);
        return target;
    }

    private static void SetFields(Evaluator e, JsValue source, JsReference target)
    {
        foreach (var name in Properties.OwnNames(e, source)) Properties.Set(e, target, name, Properties.Get(e, source, name));
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
