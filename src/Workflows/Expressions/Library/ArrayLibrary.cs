using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Array. What calls functions is in ArrayLibrary.Callbacks.cs.</summary>
internal static partial class ArrayLibrary
{
    public static MethodTable Methods { get; } = AddCallbacks(new MethodTable.Builder()
        .Add("at", 1, (e, self, a) =>
        {
            var array = Array(e, self);
            var index = Coerce.ToInteger(e, a.At(0));
            if (index < 0) index += array.Count;
            return index >= 0 && index < array.Count ? e.Element(array, (int)index) : default;
        })
        .Add("concat", 1, (e, self, a) =>
        {
            var result = e.NewArray(Array(e, self).Span);
            foreach (var value in a)
            {
                if (value.AsArray is not { } more) e.Push(result, value);
                else
                {
                    e.Allocate(more.Count * 24L);
                    e.Step(1 + more.Count / 8);
                    result.AddRange(more.Span);
                }
            }

            return result;
        })
        .Add("copyWithin", 2, (e, self, a) =>
        {
            var array = Own(e, self);
            var to = Coerce.ToIndex(e, a.At(0), array.Count, 0);
            var from = Coerce.ToIndex(e, a.At(1), array.Count, 0);
            var end = Coerce.ToIndex(e, a.At(2), array.Count, array.Count);
            var count = Math.Min(end - from, array.Count - to);
            e.Step(1 + array.Count / 8);
            if (count > 0) array.Span.Slice(from, count).ToArray().CopyTo(array.Span[to..]);
            return self;
        })
        .Add("entries", 0, (e, self, _) => MapLibrary.List(e, Each(e, self).Select((v, i) => (JsValue)e.NewArray([i, v]))))
        .Add("fill", 1, (e, self, a) =>
        {
            var array = Own(e, self);
            var from = Coerce.ToIndex(e, a.At(1), array.Count, 0);
            var to = Coerce.ToIndex(e, a.At(2), array.Count, array.Count);
            e.Step(1 + array.Count / 8);
            if (to > from) array.Span[from..to].Fill(a.At(0));
            return self;
        })
        .Add("flat", 0, (e, self, a) =>
        {
            var result = e.NewArray();
            Flatten(e, Array(e, self), a.At(0).IsUndefined ? 1 : Coerce.ToInteger(e, a[0]), result, 0);
            return result;
        })
        .Add("includes", 1, (e, self, a) =>
        {
            var array = Array(e, self);
            for (var i = Coerce.ToIndex(e, a.At(1), array.Count, 0); i < array.Count; i++)
            {
                e.Step();
                if (array[i].Is(a.At(0))) return true;
            }

            return false;
        })
        .Add("indexOf", 1, (e, self, a) =>
        {
            var array = Array(e, self);
            for (var i = Coerce.ToIndex(e, a.At(1), array.Count, 0); i < array.Count; i++)
            {
                e.Step();
                if (!array.Span[i].IsHole && Operators.StrictEquals(array[i], a.At(0))) return i;
            }

            return -1;
        })
        .Add("lastIndexOf", 1, (e, self, a) =>
        {
            var array = Array(e, self);
            var from = a.Length > 1 ? Coerce.ToInteger(e, a[1]) : array.Count - 1;
            for (var i = (int)(from < 0 ? array.Count + from : Math.Min(from, array.Count - 1)); i >= 0; i--)
            {
                e.Step();
                if (!array.Span[i].IsHole && Operators.StrictEquals(array[i], a.At(0))) return i;
            }

            return -1;
        })
        .Add("join", 1, (e, self, a) => JoinText(e, Array(e, self), a.At(0).IsUndefined ? "," : Coerce.ToText(e, a[0]), 0))
        .Add("keys", 0, (e, self, _) => MapLibrary.List(e, Enumerable.Range(0, Array(e, self).Count).Select(i => (JsValue)i)))
        .Add("values", 0, (e, self, _) => MapLibrary.List(e, Each(e, self)))
        .Add("pop", 0, (e, self, _) =>
        {
            var array = Own(e, self);
            if (array.Count == 0) return default;
            var last = e.Element(array, array.Count - 1);
            array.Resize(array.Count - 1);
            return last;
        })
        .Add("push", 1, (e, self, a) =>
        {
            var array = Own(e, self);
            foreach (var value in a) e.Push(array, value);
            return array.Count;
        })
        .Add("reverse", 0, (e, self, _) =>
        {
            var array = Own(e, self);
            e.Step(1 + array.Count / 8);
            array.Span.Reverse();
            return self;
        })
        .Add("toReversed", 0, (e, self, _) =>
        {
            var copy = e.NewArray(Array(e, self).Span);
            copy.Span.Reverse();
            return copy;
        })
        .Add("shift", 0, (e, self, _) =>
        {
            var array = Own(e, self);
            if (array.Count == 0) return default;
            var first = e.Element(array, 0);
            e.Step(1 + array.Count / 8);
            array.Span[1..].CopyTo(array.Span);
            array.Resize(array.Count - 1);
            return first;
        })
        .Add("unshift", 1, (e, self, a) =>
        {
            var array = Own(e, self);
            Splice(e, array, 0, 0, a);
            return array.Count;
        })
        .Add("slice", 2, (e, self, a) =>
        {
            var array = Array(e, self);
            var from = Coerce.ToIndex(e, a.At(0), array.Count, 0);
            var to = Coerce.ToIndex(e, a.At(1), array.Count, array.Count);
            return e.NewArray(to > from ? array.Span[from..to] : []);
        })
        .Add("splice", 2, (e, self, a) =>
        {
            var array = Own(e, self);
            var from = Coerce.ToIndex(e, a.At(0), array.Count, 0);
            var count = a.Length switch
            {
                0 => 0,
                1 => array.Count - from,
                _ => (int)Math.Clamp(Coerce.ToInteger(e, a[1]), 0, array.Count - from),
            };
            var removed = e.NewArray(array.Span.Slice(from, count));
            Splice(e, array, from, count, a.Length > 2 ? a[2..] : []);
            return removed;
        })
        .Add("toSpliced", 2, (e, self, a) =>
        {
            var copy = e.NewArray(Array(e, self).Span);
            var from = Coerce.ToIndex(e, a.At(0), copy.Count, 0);
            var count = a.Length switch { 0 => 0, 1 => copy.Count - from, _ => (int)Math.Clamp(Coerce.ToInteger(e, a[1]), 0, copy.Count - from) };
            Splice(e, copy, from, count, a.Length > 2 ? a[2..] : []);
            return copy;
        })
        .Add("with", 2, (e, self, a) =>
        {
            var copy = e.NewArray(Array(e, self).Span);
            var index = Coerce.ToInteger(e, a.At(0));
            if (index < 0) index += copy.Count;
            if (index < 0 || index >= copy.Count) throw JsThrow.Range("Invalid index : " + JsNumberText.Format(index));
            copy[(int)index] = a.At(1);
            return copy;
        })
        .Add("toString", 0, (e, self, _) => Coerce.ToText(e, self))
        .Add("toLocaleString", 0, (e, self, _) => Coerce.ToText(e, self))
        .Add("hasOwnProperty", 1, (e, self, a) => Properties.HasOwn(e, self, Coerce.ToName(e, a.At(0))))).Build();

    public static NativeConstructor Constructor { get; } = new("Array", 1, new MethodTable.Builder()
        .Add("isArray", 1, (_, _, a) => a.At(0).AsArray is not null)
        .Add("of", 0, (e, _, a) => e.NewArray(a))
        .Add("from", 1, (e, _, a) => From(e, a.At(0), a.At(1)))
        .Build(), (e, _, a) => Make(e, a), (e, _, a) => Make(e, a), v => v.AsArray is not null);

    /// <summary>The text of all elements with a separator between them.</summary>
    public static string JoinText(Evaluator e, JsArray array, string separator, int depth)
    {
        e.Descend(depth);
        var text = new StringBuilder();
        for (var i = 0; i < array.Count; i++)
        {
            var piece = Coerce.ElementText(e, array[i], depth);
            e.AllocateText(piece.Length + separator.Length);
            if (i > 0) text.Append(separator);
            text.Append(piece);
        }

        return text.ToString();
    }

    /// <summary>The array; of something that only looks like one (it has a length and elements by number), a copy of its elements.</summary>
    private static JsArray Array(Evaluator e, JsValue self)
    {
        if (self.AsArray is { } array) return array;
        if (self.IsNullish || e.Jobs is null || (!self.IsString && self.AsReference is not (JsObject or JsBytes))) throw JsThrow.Type("not an array");
        return From(e, self, default).AsArray!;
    }

    /// <summary>The array, when the evaluation may change it.</summary>
    private static JsArray Own(Evaluator e, JsValue self)
    {
        var array = self.AsArray ?? throw JsThrow.Type("not an array");
        e.RequireOwn(array);
        return array;
    }

    private static IEnumerable<JsValue> Each(Evaluator e, JsValue self)
    {
        var array = Array(e, self);
        for (var i = 0; i < array.Count; i++) yield return e.Element(array, i);
    }

    private static void Splice(Evaluator e, JsArray array, int from, int removed, ReadOnlySpan<JsValue> inserted)
    {
        e.Allocate((array.Count + inserted.Length) * 16L);
        e.Step(1 + array.Count / 8);
        array.Splice(from, removed, inserted);
    }

    private static void Flatten(Evaluator e, JsArray source, double depth, JsArray result, int level)
    {
        e.Descend(level);
        for (var i = 0; i < source.Count; i++)
        {
            if (source.Span[i].IsHole) continue;
            var value = e.Element(source, i);
            if (depth >= 1 && value.AsArray is { } inner) Flatten(e, inner, depth - 1, result, level + 1);
            else e.Push(result, value);
        }
    }

    private static JsValue From(Evaluator e, JsValue source, JsValue map)
    {
        var function = map.IsUndefined ? null : FunctionLibrary.Function(map);
        var result = e.NewArray();
        if (source.IsNullish) throw JsThrow.Type($"{source} is not iterable");
        if (Iteration.IsIterable(e, source))
        {
            foreach (var value in Iteration.Of(e, source)) e.Push(result, function is null ? value : e.Call(function, value, result.Count));
            return result;
        }

        var length = source.IsReference ? Coerce.ToInteger(e, Properties.Get(e, source, "length")) : 0;
        for (var i = 0; i < length; i++)
        {
            var value = Properties.Get(e, source, (JsValue)i);
            e.Push(result, function is null ? value : e.Call(function, value, i));
        }

        return result;
    }

    private static JsValue Make(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        if (a.Length != 1 || !a[0].IsNumber) return e.NewArray(a);
        var array = e.NewArray();
        Properties.SetLength(e, array, a[0]);
        return array;
    }
}
