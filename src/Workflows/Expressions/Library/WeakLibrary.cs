using Sluice.Workflows.Data;
using System.Runtime.CompilerServices;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A WeakMap or WeakSet: what its keys hold is forgotten with them.</summary>
internal sealed class JsWeak(string type, MethodTable methods) : LibraryObject(methods)
{
    public ConditionalWeakTable<JsReference, object> Entries { get; } = [];

    public override string TypeName => type;
}

/// <summary>WeakMap, WeakSet and WeakRef.</summary>
internal static class WeakLibrary
{
    private static readonly MethodTable MapMethods = Shared()
        .Add("get", 1, (_, self, a) => a.At(0).AsReference is { } key && Weak(self).Entries.TryGetValue(key, out var value) ? (JsValue)value : default)
        .Add("set", 2, (e, self, a) =>
        {
            e.Allocate(96);
            Weak(self).Entries.AddOrUpdate(Key(a.At(0), "Invalid value used as weak map key"), a.At(1));
            return self;
        })
        .Build();

    private static readonly MethodTable SetMethods = Shared()
        .Add("add", 1, (e, self, a) =>
        {
            e.Allocate(96);
            Weak(self).Entries.AddOrUpdate(Key(a.At(0), "Invalid value used in weak set"), self);
            return self;
        })
        .Build();

    public static NativeConstructor Map { get; } = new("WeakMap", 0, MethodTable.Empty, null, (e, _, a) =>
    {
        var map = e.Own(new JsWeak("WeakMap", MapMethods));
        if (a.At(0).IsNullish) return map;
        foreach (var pair in Iteration.Of(e, a[0])) map.Entries.AddOrUpdate(Key(Properties.Get(e, pair, 0.0), "Invalid value used as weak map key"), Properties.Get(e, pair, 1.0));
        return map;
    }, v => v.AsReference is JsWeak { TypeName: "WeakMap" });

    public static NativeConstructor Set { get; } = new("WeakSet", 0, MethodTable.Empty, null, (e, _, a) =>
    {
        var set = e.Own(new JsWeak("WeakSet", SetMethods));
        if (a.At(0).IsNullish) return set;
        foreach (var value in Iteration.Of(e, a[0])) set.Entries.AddOrUpdate(Key(value, "Invalid value used in weak set"), set);
        return set;
    }, v => v.AsReference is JsWeak { TypeName: "WeakSet" });

    private static MethodTable.Builder Shared() => new MethodTable.Builder()
        .Add("has", 1, (_, self, a) => a.At(0).AsReference is { } key && Weak(self).Entries.TryGetValue(key, out var _))
        .Add("delete", 1, (_, self, a) => a.At(0).AsReference is { } key && Weak(self).Entries.Remove(key));

    private static JsWeak Weak(JsValue self) => self.AsReference as JsWeak ?? throw JsThrow.Type("this is no weak collection");

    private static JsReference Key(JsValue value, string problem) => value.AsReference is { } key and not JsBigInt ? key : throw JsThrow.Type(problem);
}
