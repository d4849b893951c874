using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A Set: values in the order in which they first came.</summary>
internal sealed class JsSet : JsReference
{
    private readonly JsMap _values = new();

    public override JsKind Kind => JsKind.Set;

    public int Count => _values.Count;

    public bool Contains(JsValue value) => _values.Contains(value);

    public void Add(Evaluator e, JsValue value)
    {
        if (!_values.Contains(value)) _values.Set(e, value, value);
        else e.Step();
    }

    public bool Delete(JsValue value) => _values.Delete(value);

    public void Clear() => _values.Clear();

    public IEnumerable<JsValue> Values(Evaluator e) => _values.Each(e).Select(p => p.Key);

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = Count;
        return name == "size";
    }

    internal override JsValue ToJson() => new JsObject();
}

/// <summary>Set.</summary>
internal static class SetLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("has", 1, (_, self, a) => Set(self).Contains(a.At(0)))
        .Add("add", 1, (e, self, a) =>
        {
            Set(self).Add(e, a.At(0));
            return self;
        })
        .Add("delete", 1, (_, self, a) => Set(self).Delete(a.At(0)))
        .Add("clear", 0, (_, self, _) =>
        {
            Set(self).Clear();
            return default;
        })
        .Add("forEach", 1, (e, self, a) =>
        {
            var function = FunctionLibrary.Function(a.At(0));
            foreach (var value in Set(self).Values(e)) e.Call(function, value, value, self);
            return default;
        })
        .Add("values", 0, (e, self, _) => MapLibrary.List(e, Set(self).Values(e)))
        .Alias("keys", "values")
        .Add("entries", 0, (e, self, _) => MapLibrary.List(e, Set(self).Values(e).Select(v => (JsValue)e.NewArray([v, v]))))
        .Add("union", 1, (e, self, a) => From(e, Set(self).Values(e).Concat(Set(a.At(0)).Values(e))))
        .Add("intersection", 1, (e, self, a) => Where(e, self, a.At(0), both: true))
        .Add("difference", 1, (e, self, a) => Where(e, self, a.At(0), both: false))
        .Add("symmetricDifference", 1, (e, self, a) =>
        {
            var (left, right) = (Set(self), Set(a.At(0)));
            return From(e, left.Values(e).Where(v => !right.Contains(v)).Concat(right.Values(e).Where(v => !left.Contains(v))));
        })
        .Add("isSubsetOf", 1, (e, self, a) => All(e, Set(self), Set(a.At(0)).Contains))
        .Add("isSupersetOf", 1, (e, self, a) => All(e, Set(a.At(0)), Set(self).Contains))
        .Add("isDisjointFrom", 1, (e, self, a) =>
        {
            var other = Set(a.At(0));
            return All(e, Set(self), v => !other.Contains(v));
        })
        .Add("toString", 0, (_, _, _) => "[object Set]")
        .Build();

    public static NativeConstructor Constructor { get; } = new("Set", 0, MethodTable.Empty, null,
        (e, _, a) => a.At(0).IsNullish ? e.Own(new JsSet()) : From(e, Iteration.Of(e, a[0])), v => v.Kind == JsKind.Set);

    private static JsSet From(Evaluator e, IEnumerable<JsValue> values)
    {
        var set = e.Own(new JsSet());
        foreach (var value in values) set.Add(e, value);
        return set;
    }

    private static JsSet Where(Evaluator e, JsValue self, JsValue other, bool both)
    {
        var others = Set(other);
        return From(e, Set(self).Values(e).Where(v => others.Contains(v) == both));
    }

    private static bool All(Evaluator e, JsSet set, Func<JsValue, bool> holds) => set.Values(e).All(holds);

    private static JsSet Set(JsValue self) => self.AsReference as JsSet ?? throw JsThrow.Type("not a Set");
}
