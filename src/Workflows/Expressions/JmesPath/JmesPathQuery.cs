using System.Collections.Concurrent;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.JmesPath;

/// <summary>Evaluates JMESPath (https://jmespath.org/specification.html) on workflow data.</summary>
internal sealed class JmesPathQuery(Evaluator e)
{
    private static readonly ConcurrentDictionary<string, JmesNode> Parsed = new(StringComparer.Ordinal);

    /// <exception cref="ExpressionError">It is no query, or it calls a function with what that does not take.</exception>
    public static JsValue Search(Evaluator e, JsValue data, string query)
    {
        if (query.Length > 4096) throw new ExpressionError("the JMESPath query is longer than 4096 characters");
        if (!Parsed.TryGetValue(query, out var node))
        {
            e.Step(100 + query.Length * 10);
            try
            {
                node = JmesParser.Parse(query);
            }
            catch (JmesSyntaxException problem)
            {
                throw new ExpressionError($"not a JMESPath query: {problem.Message}");
            }

            // Queries are nearly always literals; one that is put together from data is not worth remembering.
            if (Parsed.Count < 1000) Parsed[query] = node;
        }

        return new JmesPathQuery(e).Evaluate(node, data, 0);
    }

    public JsValue Evaluate(JmesNode node, JsValue value, int depth)
    {
        e.Descend(depth);
        switch (node)
        {
            case CurrentNode: return value;
            case LiteralNode literal: return literal.Value;
            case FieldNode field:
                return value.AsObject is { } fields && fields.TryGet(field.Name, out var found) && !found.IsUndefined ? found : JsValue.Null;
            case IndexNode index:
                if (value.AsArray is not { } array) return JsValue.Null;
                var at = index.Index < 0 ? index.Index + array.Count : index.Index;
                return at >= 0 && at < array.Count ? array[at] : JsValue.Null;
            case SliceNode slice: return value.AsArray is { } sliced ? Slice(sliced, slice) : JsValue.Null;
            case SequenceNode sequence: return Evaluate(sequence.Right, Evaluate(sequence.Left, value, depth + 1), depth + 1);
            case ProjectionNode projection: return Evaluate(projection.Left, value, depth + 1).AsArray is { } elements ? Project(elements, projection.Right, depth) : JsValue.Null;
            case ValueProjectionNode projection: return Evaluate(projection.Left, value, depth + 1).AsObject is { } of ? Project(of.Select(p => p.Value), projection.Right, depth) : JsValue.Null;
            case FilterNode filter:
                return Evaluate(filter.Left, value, depth + 1).AsArray is { } candidates
                    ? Project(candidates.Where(c => IsTrue(Evaluate(filter.Condition, c, depth + 1))), filter.Right, depth) : JsValue.Null;
            case FlattenNode flatten: return Evaluate(flatten.Inner, value, depth + 1).AsArray is { } nested ? Flatten(nested) : JsValue.Null;
            case ListNode list:
                if (value.IsNullish) return JsValue.Null;
                var items = e.NewArray();
                foreach (var item in list.Items) e.Push(items, Evaluate(item, value, depth + 1));
                return items;
            case HashNode hash:
                if (value.IsNullish) return JsValue.Null;
                var made = e.NewObject();
                foreach (var (name, part) in hash.Fields) e.Set(made, name, Evaluate(part, value, depth + 1));
                return made;
            case OrNode or:
                var first = Evaluate(or.Left, value, depth + 1);
                return IsTrue(first) ? first : Evaluate(or.Right, value, depth + 1);
            case AndNode and:
                var left = Evaluate(and.Left, value, depth + 1);
                return IsTrue(left) ? Evaluate(and.Right, value, depth + 1) : left;
            case NotNode not: return !IsTrue(Evaluate(not.Inner, value, depth + 1));
            case ComparisonNode comparison: return Compare(comparison.Operator, Evaluate(comparison.Left, value, depth + 1), Evaluate(comparison.Right, value, depth + 1));
            case FunctionNode function: return JmesFunctions.Call(this, e, function, value, depth + 1);
            default: throw new ExpressionError("a JMESPath reference is only an argument of a function");
        }
    }

    /// <summary>Everything but null, false, and what is empty.</summary>
    public static bool IsTrue(JsValue value) => value.Kind switch
    {
        JsKind.Undefined or JsKind.Null => false,
        JsKind.Boolean => value.IsTrue,
        JsKind.String => value.AsString!.Length > 0,
        JsKind.Array => value.AsArray!.Count > 0,
        JsKind.Object => value.AsObject is not { Count: 0 },
        _ => true,
    };

    private JsValue Compare(string sign, JsValue left, JsValue right)
    {
        if (sign == "==") return Extensions.DistinctValues.AreEqual(e, left, right);
        if (sign == "!=") return !Extensions.DistinctValues.AreEqual(e, left, right);
        if (!left.IsNumber || !right.IsNumber) return JsValue.Null;
        return sign switch
        {
            "<" => left.AsNumber < right.AsNumber,
            "<=" => left.AsNumber <= right.AsNumber,
            ">" => left.AsNumber > right.AsNumber,
            _ => left.AsNumber >= right.AsNumber,
        };
    }

    private JsArray Project(IEnumerable<JsValue> elements, JmesNode right, int depth)
    {
        var result = e.NewArray();
        foreach (var element in elements)
        {
            var value = Evaluate(right, element, depth + 1);
            if (!value.IsNullish) e.Push(result, value);
        }

        return result;
    }

    private JsArray Flatten(JsArray nested)
    {
        var result = e.NewArray();
        foreach (var element in nested)
        {
            if (element.AsArray is not { } inner) e.Push(result, element);
            else
                foreach (var value in inner) e.Push(result, value);
        }

        return result;
    }

    private JsArray Slice(JsArray array, SliceNode slice)
    {
        var step = slice.Step ?? 1;
        if (step == 0) throw new ExpressionError("a JMESPath slice cannot have a step of 0");
        var count = array.Count;
        var start = Bound(slice.Start, step < 0 ? count - 1 : 0);
        var stop = Bound(slice.Stop, step < 0 ? -1 : count);
        var result = e.NewArray();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) e.Push(result, array[(int)i]);
        return result;

        int Bound(int? given, int missing)
        {
            if (given is not { } value) return missing;
            if (value < 0) return Math.Max(value + count, step < 0 ? -1 : 0);
            return value >= count ? step < 0 ? count - 1 : count : value;
        }
    }
}
