using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Compares keys of maps and sets: SameValueZero.</summary>
internal sealed class SameValue : IEqualityComparer<JsValue>
{
    public static SameValue Comparer { get; } = new();

    public bool Equals(JsValue x, JsValue y) => x.Is(y);

    public int GetHashCode(JsValue value) => value.Kind switch
    {
        JsKind.Number => value.AsNumber == 0 ? 0 : value.AsNumber.GetHashCode(),
        JsKind.String => value.AsString!.GetHashCode(),
        JsKind.BigInt => ((JsBigInt)value.AsReference!).Value.GetHashCode(),
        JsKind.Boolean => value.IsTrue ? 1 : 2,
        JsKind.Undefined => 3,
        JsKind.Null => 4,
        _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value.AsReference),
    };
}

/// <summary>A Map: pairs in the order in which their keys first came.</summary>
internal sealed class JsMap : JsReference
{
    private readonly Dictionary<JsValue, int> _index = new(SameValue.Comparer);
    private readonly List<(JsValue Key, JsValue Value, bool IsGone)> _pairs = [];

    public override JsKind Kind => JsKind.Map;

    public int Count => _index.Count;

    public JsValue this[JsValue key] => _index.TryGetValue(key, out var at) ? _pairs[at].Value : default;

    public bool Contains(JsValue key) => _index.ContainsKey(key);

    public void Set(Evaluator e, JsValue key, JsValue value)
    {
        if (key.IsNumber && key.AsNumber == 0) key = 0;
        e.Allocate(80);
        e.Step(2);
        if (_index.TryGetValue(key, out var at)) _pairs[at] = (key, value, false);
        else
        {
            _index[key] = _pairs.Count;
            _pairs.Add((key, value, false));
        }
    }

    public bool Delete(JsValue key)
    {
        if (!_index.Remove(key, out var at)) return false;
        _pairs[at] = (default, default, true);
        return true;
    }

    public void Clear()
    {
        _index.Clear();
        for (var i = 0; i < _pairs.Count; i++) _pairs[i] = (default, default, true);
    }

    /// <summary>The pairs; what is added on the way is seen, what is deleted is not.</summary>
    public IEnumerable<(JsValue Key, JsValue Value)> Each(Evaluator e)
    {
        for (var i = 0; i < _pairs.Count; i++)
        {
            e.Step();
            if (!_pairs[i].IsGone) yield return (_pairs[i].Key, _pairs[i].Value);
        }
    }

    public IEnumerable<JsValue> Pairs(Evaluator e) => Each(e).Select(p => (JsValue)e.NewArray([p.Key, p.Value]));

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = Count;
        return name == "size";
    }

    internal override JsValue ToJson() => new JsObject();
}

/// <summary>Map.</summary>
internal static class MapLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("get", 1, (_, self, a) => Map(self)[a.At(0)])
        .Add("has", 1, (_, self, a) => Map(self).Contains(a.At(0)))
        .Add("set", 2, (e, self, a) =>
        {
            Map(self).Set(e, a.At(0), a.At(1));
            return self;
        })
        .Add("delete", 1, (_, self, a) => Map(self).Delete(a.At(0)))
        .Add("clear", 0, (_, self, _) =>
        {
            Map(self).Clear();
            return default;
        })
        .Add("forEach", 1, (e, self, a) =>
        {
            var function = FunctionLibrary.Function(a.At(0));
            foreach (var (key, value) in Map(self).Each(e)) e.Call(function, value, key, self);
            return default;
        })
        .Add("keys", 0, (e, self, _) => List(e, Map(self).Each(e).Select(p => p.Key)))
        .Add("values", 0, (e, self, _) => List(e, Map(self).Each(e).Select(p => p.Value)))
        .Add("entries", 0, (e, self, _) => List(e, Map(self).Pairs(e)))
        .Add("toString", 0, (_, _, _) => "[object Map]")
        .Build();

    public static NativeConstructor Constructor { get; } = new("Map", 0, new MethodTable.Builder()
        .Add("groupBy", 2, (e, _, a) =>
        {
            var groups = e.Own(new JsMap());
            var function = FunctionLibrary.Function(a.At(1));
            var index = 0;
            foreach (var value in Iteration.Of(e, a.At(0)))
            {
                var key = e.Call(function, value, index++);
                if (groups[key].AsArray is not { } group) groups.Set(e, key, group = e.NewArray());
                e.Push(group, value);
            }

            return groups;
        })
        .Build(), null, (e, _, a) =>
    {
        var map = e.Own(new JsMap());
        if (a.At(0).IsNullish) return map;
        foreach (var pair in Iteration.Of(e, a[0]))
        {
            if (!pair.IsReference) throw JsThrow.Type($"Iterator value {pair} is not an entry object");
            map.Set(e, Properties.Get(e, pair, 0.0), Properties.Get(e, pair, 1.0));
        }

        return map;
    }, v => v.Kind == JsKind.Map);

    /// <summary>An iterator; in expressions an array stands for it.</summary>
    public static JsValue List(Evaluator e, IEnumerable<JsValue> values) => e.Jobs is not null ? e.Own(new JsIterator(values)) : Array(e, values);

    public static JsArray Array(Evaluator e, IEnumerable<JsValue> values)
    {
        var array = e.NewArray();
        foreach (var value in values) e.Push(array, value);
        return array;
    }

    private static JsMap Map(JsValue self) => self.AsReference as JsMap ?? throw JsThrow.Type("not a Map");
}
