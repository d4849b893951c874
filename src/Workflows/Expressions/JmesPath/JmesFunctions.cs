using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.JmesPath;

/// <summary>The functions of JMESPath.</summary>
internal static class JmesFunctions
{
    /// <summary>For each function: what its arguments may be (n number, s string, a array, o object, b boolean, z null, N array of numbers, S of strings, e reference, x anything; + repeats the last).</summary>
    private static readonly Dictionary<string, string[]> Signatures = new(StringComparer.Ordinal)
    {
        ["abs"] = ["n"],
        ["avg"] = ["N"],
        ["ceil"] = ["n"],
        ["contains"] = ["as", "x"],
        ["ends_with"] = ["s", "s"],
        ["floor"] = ["n"],
        ["join"] = ["s", "S"],
        ["keys"] = ["o"],
        ["length"] = ["sao"],
        ["map"] = ["e", "a"],
        ["max"] = ["NS"],
        ["max_by"] = ["a", "e"],
        ["merge"] = ["o", "o+"],
        ["min"] = ["NS"],
        ["min_by"] = ["a", "e"],
        ["not_null"] = ["x", "x+"],
        ["reverse"] = ["as"],
        ["sort"] = ["NS"],
        ["sort_by"] = ["a", "e"],
        ["starts_with"] = ["s", "s"],
        ["sum"] = ["N"],
        ["to_array"] = ["x"],
        ["to_number"] = ["x"],
        ["to_string"] = ["x"],
        ["type"] = ["x"],
        ["values"] = ["o"],
    };

    public static JsValue Call(JmesPathQuery query, Evaluator e, FunctionNode call, JsValue current, int depth)
    {
        if (!Signatures.TryGetValue(call.Name, out var signature)) throw new ExpressionError($"JMESPath has no function {call.Name}()");
        var repeats = signature[^1].EndsWith('+');
        var least = signature.Length - (repeats ? 1 : 0);
        if (call.Arguments.Count < least || (!repeats && call.Arguments.Count > least)) throw new ExpressionError($"the JMESPath function {call.Name}() takes {least} argument{(least == 1 ? "" : "s")}");
        var values = new JsValue[call.Arguments.Count];
        JmesNode? reference = null;
        for (var i = 0; i < values.Length; i++)
        {
            var allowed = signature[Math.Min(i, signature.Length - 1)];
            if (call.Arguments[i] is ReferenceNode given)
            {
                if (!allowed.Contains('e')) throw Mistyped(call.Name);
                reference = given.Inner;
                continue;
            }

            values[i] = query.Evaluate(call.Arguments[i], current, depth + 1);
            if (!Fits(values[i], allowed)) throw Mistyped(call.Name);
        }

        return Run(query, e, call.Name, values, reference, depth);
    }

    private static ExpressionError Mistyped(string name) => new($"the JMESPath function {name}() does not take a value of that type");

    private static bool Fits(JsValue value, string allowed)
    {
        foreach (var kind in allowed)
        {
            var fits = kind switch
            {
                'x' => true,
                'n' => value.IsNumber,
                's' => value.IsString,
                'a' => value.AsArray is not null,
                'o' => value.AsObject is not null,
                'N' => value.AsArray is { } numbers && numbers.All(n => n.IsNumber),
                'S' => value.AsArray is { } texts && texts.All(t => t.IsString),
                _ => false,
            };
            if (fits) return true;
        }

        return false;
    }

    private static JsValue Run(JmesPathQuery query, Evaluator e, string name, JsValue[] a, JmesNode? reference, int depth)
    {
        if (a[0].AsArray is { } size) e.Step(1 + size.Count);
        switch (name)
        {
            case "abs": return Math.Abs(a[0].AsNumber);
            case "ceil": return Math.Ceiling(a[0].AsNumber);
            case "floor": return Math.Floor(a[0].AsNumber);
            case "sum": return a[0].AsArray!.Sum(n => n.AsNumber);
            case "avg": return a[0].AsArray!.Count == 0 ? JsValue.Null : a[0].AsArray!.Sum(n => n.AsNumber) / a[0].AsArray!.Count;
            case "contains": return a[0].AsString is { } text ? a[1].AsString is { } part && TextSearch.IndexOf(e, text, part, 0) >= 0 : a[0].AsArray!.Any(v => Extensions.DistinctValues.AreEqual(e, v, a[1]));
            case "starts_with": return a[0].AsString!.StartsWith(a[1].AsString!, StringComparison.Ordinal);
            case "ends_with": return a[0].AsString!.EndsWith(a[1].AsString!, StringComparison.Ordinal);
            case "join": return ArrayLibrary.JoinText(e, a[1].AsArray!, a[0].AsString!, 0);
            case "keys": return e.NewArray(a[0].AsObject!.Names);
            case "values": return e.NewArray(a[0].AsObject!.Select(f => f.Value).ToArray());
            case "length": return a[0].AsString is { } counted ? Runes(counted).Count : a[0].AsArray?.Count ?? a[0].AsObject!.Count;
            case "map": return Map(query, e, a[1].AsArray!, reference!, depth);
            case "merge":
                var merged = e.NewObject();
                foreach (var source in a) ObjectLibrary.CopyFields(e, source, merged);
                return merged;
            case "not_null": return a.FirstOrDefault(v => !v.IsNullish, JsValue.Null);
            case "reverse": return Reverse(e, a[0]);
            case "sort": return Sorted(e, a[0].AsArray!, v => v);
            case "sort_by": return Sorted(e, a[0].AsArray!, v => query.Evaluate(reference!, v, depth));
            case "max": return Best(a[0].AsArray!, v => v, 1);
            case "min": return Best(a[0].AsArray!, v => v, -1);
            case "max_by": return Best(a[0].AsArray!, v => query.Evaluate(reference!, v, depth), 1);
            case "min_by": return Best(a[0].AsArray!, v => query.Evaluate(reference!, v, depth), -1);
            case "to_array": return a[0].AsArray is not null ? a[0] : e.NewArray([a[0]]);
            case "to_string": return a[0].IsString ? a[0] : JsonLibrary.Stringify(e, a[0]);
            case "to_number": return a[0].IsNumber ? a[0] : a[0].AsString is { Length: > 0 } digits && NumberText.ToNumber(digits) is var number && !double.IsNaN(number) ? number : JsValue.Null;
            default:
                return a[0].Kind switch
                {
                    JsKind.Undefined or JsKind.Null => "null",
                    JsKind.Boolean => "boolean",
                    JsKind.Number => "number",
                    JsKind.String => "string",
                    JsKind.Array => "array",
                    _ => "object",
                };
        }
    }

    private static List<Rune> Runes(string text) => [.. text.EnumerateRunes()];

    private static JsArray Map(JmesPathQuery query, Evaluator e, JsArray array, JmesNode reference, int depth)
    {
        var result = e.NewArray();
        foreach (var value in array) e.Push(result, query.Evaluate(reference, value, depth));
        return result;
    }

    private static JsValue Reverse(Evaluator e, JsValue value)
    {
        if (value.AsString is { } text)
        {
            e.AllocateText(text.Length);
            return string.Concat(Enumerable.Reverse(Runes(text)).Select(r => r.ToString()));
        }

        var copy = e.NewArray(value.AsArray!.Span);
        copy.Span.Reverse();
        return copy;
    }

    private static JsArray Sorted(Evaluator e, JsArray array, Func<JsValue, JsValue> key)
    {
        e.Step(1 + array.Count * 4);
        var keyed = array.Select(v => (Key: key(v), Value: v)).ToList();
        RequireOneType(keyed.Select(k => k.Key));
        return e.NewArray(keyed.OrderBy(k => k.Key, Comparer<JsValue>.Create(Order)).Select(k => k.Value).ToArray());
    }

    private static JsValue Best(JsArray array, Func<JsValue, JsValue> key, int sign)
    {
        var keyed = array.Select(v => (Key: key(v), Value: v)).ToList();
        if (keyed.Count == 0) return JsValue.Null;
        RequireOneType(keyed.Select(k => k.Key));
        var best = keyed[0];
        foreach (var candidate in keyed)
            if (Order(candidate.Key, best.Key) * sign > 0) best = candidate;
        return best.Value;
    }

    private static void RequireOneType(IEnumerable<JsValue> keys)
    {
        JsKind? kind = null;
        foreach (var key in keys)
        {
            if (!key.IsNumber && !key.IsString) throw new ExpressionError("JMESPath orders only numbers and strings");
            if ((kind ??= key.Kind) != key.Kind) throw new ExpressionError("JMESPath does not order numbers and strings together");
        }
    }

    private static int Order(JsValue left, JsValue right) => left.IsNumber ? left.AsNumber.CompareTo(right.AsNumber) : string.CompareOrdinal(left.AsString, right.AsString);
}
