using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>Tells values apart by what they hold: two objects with equal fields are one value.</summary>
internal sealed class DistinctValues(Evaluator e)
{
    private readonly HashSet<JsValue> _primitives = new(SameValue.Comparer);
    private readonly Dictionary<int, List<JsValue>> _references = [];

    /// <returns>Whether it is new.</returns>
    public bool Add(JsValue value)
    {
        e.Step(4);
        e.Allocate(48);
        if (!value.IsReference) return _primitives.Add(value);
        var hash = Hash(value, 0);
        if (!_references.TryGetValue(hash, out var alike)) _references[hash] = alike = [];
        if (alike.Exists(known => AreEqual(e, known, value))) return false;
        alike.Add(value);
        return true;
    }

    public static bool AreEqual(Evaluator e, JsValue left, JsValue right, int depth = 0)
    {
        e.Descend(depth);
        if (left.Is(right)) return true;
        if (left.Kind != right.Kind) return false;
        switch (left.AsReference)
        {
            case JsArray a:
                if (a.Count != right.AsArray!.Count) return false;
                for (var i = 0; i < a.Count; i++)
                    if (!AreEqual(e, a[i], right.AsArray[i], depth + 1)) return false;
                return true;
            case JsObject a:
                if (right.AsObject is not { } b || a.Count != b.Count) return false;
                foreach (var (name, value) in a)
                    if (!b.TryGet(name, out var other) || !AreEqual(e, value, other, depth + 1)) return false;
                return true;
            case null: return false;
            case var reference: return reference.NumberValue is { } number && number.Equals(right.AsReference!.NumberValue);
        }
    }

    private int Hash(JsValue value, int depth)
    {
        e.Step();
        if (depth > 3 || !value.IsReference) return SameValue.Comparer.GetHashCode(value.IsReference ? default : value);
        var hash = 17;
        switch (value.AsReference)
        {
            case JsArray array:
                foreach (var element in array) hash = hash * 31 + Hash(element, depth + 1);
                return hash;
            case JsObject fields:
                foreach (var (name, field) in fields) hash += name.GetHashCode() ^ Hash(field, depth + 1);
                return hash;
            case var other: return other!.NumberValue.GetHashCode();
        }
    }
}
