using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>What n8n adds to arrays.</summary>
internal static class ArrayExtensions
{
    public static MethodTable Table { get; } = new MethodTable.Builder()
        .Add("first", 0, (e, self, _) => e.Element(self.AsArray!, 0))
        .Add("last", 0, (e, self, _) => e.Element(self.AsArray!, self.AsArray!.Count - 1))
        .Add("isEmpty", 0, (_, self, _) => self.AsArray!.Count == 0)
        .Add("isNotEmpty", 0, (_, self, _) => self.AsArray!.Count > 0)
        .Add("reverse", 0, (e, self, _) =>
        {
            var copy = e.NewArray(self.AsArray!.Span);
            copy.Span.Reverse();
            return copy;
        })
        .Add("randomItem", 0, (e, self, _) => self.AsArray!.Count == 0 ? default : e.Element(self.AsArray, e.Scope.Random.Next(self.AsArray.Count)))
        .Add("sum", 0, (e, self, _) => Numbers(e, self, "sum").Sum())
        .Add("min", 0, (e, self, _) => Numbers(e, self, "min").Aggregate(double.PositiveInfinity, Math.Min))
        .Add("max", 0, (e, self, _) => Numbers(e, self, "max").Aggregate(double.NegativeInfinity, Math.Max))
        .Add("average", 0, (e, self, _) => Average(e, self))
        .Add("pluck", 1, (e, self, a) => Pluck(e, self.AsArray!, Names(e, a)))
        .Add("unique", 1, (e, self, a) => Unique(e, self.AsArray!, Names(e, a)))
        .Alias("removeDuplicates", "unique")
        .Add("compact", 0, (e, self, _) =>
        {
            var result = e.NewArray();
            foreach (var value in Iteration.Of(e, self))
            {
                if (value.IsNullish || value.AsString is "nil" or "" || (value.IsReference && value.Kind != JsKind.Function && Properties.OwnNames(e, value).Count == 0)) continue;
                e.Push(result, value.IsReference && value.Kind != JsKind.Function ? ObjectExtensions.Compact(e, value, 0) : value);
            }

            return result;
        })
        .Add("smartJoin", 2, (e, self, a) =>
        {
            if (a.At(0).AsString is not { Length: > 0 } nameField || a.At(1).AsString is not { Length: > 0 } valueField) throw new ExpressionError("smartJoin(): expected two string args, e.g. .smartJoin(\"name\", \"value\")");
            var result = e.NewObject();
            foreach (var value in Iteration.Of(e, self))
                if (value.AsObject is { } entry && entry.Contains(nameField) && entry.TryGet(valueField, out var joined)) e.Set(result, Coerce.ToName(e, entry[nameField]), joined);
            return result;
        })
        .Add("chunk", 1, (e, self, a) =>
        {
            var array = self.AsArray!;
            var size = a.At(0).IsNumber ? a[0].AsNumber : 0;
            if (!(size > 0)) throw new ExpressionError("chunk(): expected non-zero numeric arg, e.g. .chunk(5)");
            var chunks = e.NewArray();
            for (double i = 0; i < array.Count; i += size) e.Push(chunks, e.NewArray(array.Span[(int)i..(int)Math.Min(i + size, array.Count)]));
            return chunks;
        })
        .Add("renameKeys", 2, (e, self, a) =>
        {
            if (a.Length == 0 || a.Length % 2 != 0) throw new ExpressionError("renameKeys(): expected an even amount of args: from1, to1 [, from2, to2, ...]. e.g. .renameKeys(\"name\", \"title\")");
            var names = Names(e, a);
            var result = e.NewArray();
            foreach (var value in Iteration.Of(e, self)) e.Push(result, value.AsObject is { } fields ? Renamed(e, fields, names) : value);
            return result;
        })
        .Add("merge", 1, (e, self, a) => Merge(e, self.AsArray!, a.At(0), "merge"))
        .Add("mergeIntoObject", 1, (e, self, a) => Merge(e, self.AsArray!, a.At(0).IsUndefined ? JsValue.Null : a[0], "mergeIntoObject"))
        .Add("union", 1, (e, self, a) => Distinct(e, self.AsArray!.Concat(Other(a.At(0), "union"))))
        .Add("difference", 1, (e, self, a) =>
        {
            var others = Other(a.At(0), "difference");
            return Distinct(e, self.AsArray!.Where(v => !Holds(e, others, v)));
        })
        .Add("intersection", 1, (e, self, a) =>
        {
            var others = Other(a.At(0), "intersection");
            var own = self.AsArray!;
            return Distinct(e, own.Where(v => Holds(e, others, v)).Concat(others.Where(v => Holds(e, own, v))));
        })
        .Add("append", 1, (e, self, a) =>
        {
            var result = e.NewArray(self.AsArray!.Span);
            foreach (var value in a)
            {
                if (value.AsArray is not { } more) e.Push(result, value);
                else
                    foreach (var element in more) e.Push(result, element);
            }

            return result;
        })
        .Add("toJsonString", 0, (e, self, _) => JsonLibrary.Stringify(e, self))
        .Add("toInt", 0, (_, _, _) => default)
        .Add("toFloat", 0, (_, _, _) => default)
        .Add("toBoolean", 0, (_, _, _) => default)
        .Add("toDateTime", 0, (_, _, _) => default)
        .Build();

    public static double Average(Evaluator e, JsValue self)
    {
        var numbers = Numbers(e, self, "average");
        return numbers.Length == 0 ? 0 : numbers.Sum() / numbers.Length;
    }

    private static double[] Numbers(Evaluator e, JsValue self, string name)
    {
        var array = self.AsArray!;
        e.Allocate(array.Count * 8L);
        e.Step(1 + array.Count);
        var numbers = new double[array.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = array[i].IsNumber ? array[i].AsNumber : throw new ExpressionError($"{name}(): all array elements must be numbers");
        return numbers;
    }

    private static string[] Names(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        var names = new string[a.Length];
        for (var i = 0; i < names.Length; i++) names[i] = Coerce.ToName(e, a[i]);
        return names;
    }

    private static JsArray Other(JsValue value, string name) => value.AsArray ?? throw new ExpressionError($"{name}(): expected array arg, e.g. .{name}([1, 2, 3, 4])");

    private static JsValue Pluck(Evaluator e, JsArray array, string[] names)
    {
        if (names.Length == 0) return array;
        var result = e.NewArray();
        foreach (var value in Iteration.Of(e, array))
        {
            if (value.AsObject is not { } fields) continue;
            var found = e.NewArray();
            foreach (var (name, field) in fields)
                foreach (var wanted in names)
                    if (wanted == name) e.Push(found, field);
            if (found.Count > 0) e.Push(result, found.Count == 1 ? found[0] : found);
        }

        return result;
    }

    private static JsArray Unique(Evaluator e, JsArray array, string[] names)
    {
        if (names.Length == 0) return Distinct(e, array);
        var keys = new DistinctValues(e);
        var result = e.NewArray();
        foreach (var value in Iteration.Of(e, array))
        {
            var key = value;
            if (value.IsReference)
            {
                var picked = e.NewObject(names.Length);
                foreach (var name in names) e.Set(picked, name, value.AsObject is { } fields ? fields[name] : Properties.Get(e, value, name));
                key = picked;
            }

            if (keys.Add(key)) e.Push(result, value);
        }

        return result;
    }

    private static JsArray Distinct(Evaluator e, IEnumerable<JsValue> values)
    {
        var known = new DistinctValues(e);
        var result = e.NewArray();
        foreach (var value in values)
            if (known.Add(value)) e.Push(result, value);
        return result;
    }

    private static bool Holds(Evaluator e, JsArray array, JsValue value)
    {
        foreach (var element in array)
        {
            e.Step(2);
            if (DistinctValues.AreEqual(e, element, value)) return true;
        }

        return false;
    }

    private static JsObject Renamed(Evaluator e, JsObject fields, string[] names)
    {
        var result = e.NewObject(fields.Count);
        ObjectLibrary.CopyFields(e, fields, result);
        for (var i = 0; i < names.Length; i += 2)
        {
            if (!result.TryGet(names[i], out var value)) continue;
            e.Set(result, names[i + 1], value);
            result.Remove(names[i]);
        }

        return result;
    }

    /// <summary>All objects in one; of fields with the same name within a pair the first counts, between pairs the last.</summary>
    private static JsObject Merge(Evaluator e, JsArray array, JsValue other, string name)
    {
        var result = e.NewObject();
        if (other.IsUndefined)
        {
            foreach (var value in Iteration.Of(e, array))
            {
                if (value.AsObject is not { } fields) continue;
                foreach (var (field, own) in fields)
                    if (!result.Contains(field)) e.Set(result, field, own);
            }

            return result;
        }

        var others = other.AsArray ?? throw new ExpressionError($"{name}(): expected array arg, e.g. .{name}([{{ id: 1, otherValue: 3 }}])");
        for (var i = 0; i < Math.Max(array.Count, others.Count); i++)
        {
            var (first, second) = (array[i], others[i]);
            if (name == "merge" && !(first.AsObject is not null && second.IsReference)) continue;
            var pair = e.NewObject();
            ObjectLibrary.CopyFields(e, first.IsReference ? first : default, pair);
            if (second.IsReference)
                foreach (var field in Properties.OwnNames(e, second))
                    if (!pair.Contains(field)) e.Set(pair, field, Properties.Get(e, second, field));
            ObjectLibrary.CopyFields(e, pair, result);
        }

        return result;
    }
}
