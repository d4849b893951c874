using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

internal static partial class ArrayLibrary
{
    private static MethodTable.Builder AddCallbacks(MethodTable.Builder table) => table
        .Add("map", 1, (e, self, a) =>
        {
            var array = Array(e, self);
            var function = FunctionLibrary.Function(a.At(0));
            var result = e.NewArray(array.Count);
            for (var i = 0; i < array.Count; i++)
            {
                if (array.Span[i].IsHole) result.Add(JsValue.Hole);
                else result.Add(Call(e, function, a.At(1), array, i));
            }

            return result;
        })
        .Add("filter", 1, (e, self, a) =>
        {
            var result = e.NewArray();
            Walk(e, self, a, (value, kept, _) =>
            {
                if (Coerce.ToBoolean(kept)) e.Push(result, value);
                return false;
            });
            return result;
        })
        .Add("forEach", 1, (e, self, a) =>
        {
            Walk(e, self, a, static (_, _, _) => false);
            return default;
        })
        .Add("some", 1, (e, self, a) => Walk(e, self, a, static (_, holds, _) => Coerce.ToBoolean(holds)))
        .Add("every", 1, (e, self, a) => !Walk(e, self, a, static (_, holds, _) => !Coerce.ToBoolean(holds)))
        .Add("find", 1, (e, self, a) => Find(e, self, a, last: false).Value)
        .Add("findIndex", 1, (e, self, a) => Find(e, self, a, last: false).Index)
        .Add("findLast", 1, (e, self, a) => Find(e, self, a, last: true).Value)
        .Add("findLastIndex", 1, (e, self, a) => Find(e, self, a, last: true).Index)
        .Add("flatMap", 1, (e, self, a) =>
        {
            var result = e.NewArray();
            Walk(e, self, a, (_, made, _) =>
            {
                if (made.AsArray is not { } inner) e.Push(result, made);
                else
                    foreach (var value in inner) e.Push(result, value);
                return false;
            });
            return result;
        })
        .Add("reduce", 1, (e, self, a) => Reduce(e, self, a, fromEnd: false))
        .Add("reduceRight", 1, (e, self, a) => Reduce(e, self, a, fromEnd: true))
        .Add("sort", 1, (e, self, a) =>
        {
            Sort(e, Own(e, self), a.At(0));
            return self;
        })
        .Add("toSorted", 1, (e, self, a) =>
        {
            var copy = e.NewArray(Array(e, self).Span);
            Sort(e, copy, a.At(0));
            return copy;
        });

    private static JsValue Call(Evaluator e, JsFunction function, JsValue self, JsArray array, int index) =>
        e.Call(function, self, [e.Element(array, index), index, array]);

    /// <summary>Calls the function for each element until <paramref name="stop"/>, which is given the element, the answer and the index, says so.</summary>
    private static bool Walk(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a, Func<JsValue, JsValue, int, bool> stop)
    {
        var array = Array(e, self);
        var function = FunctionLibrary.Function(a.At(0));
        var count = array.Count;
        for (var i = 0; i < count && i < array.Count; i++)
        {
            if (array.Span[i].IsHole) continue;
            var value = e.Element(array, i);
            if (stop(value, e.Call(function, a.At(1), [value, i, array]), i)) return true;
        }

        return false;
    }

    private static (JsValue Value, int Index) Find(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a, bool last)
    {
        var array = Array(e, self);
        var function = FunctionLibrary.Function(a.At(0));
        for (var n = 0; n < array.Count; n++)
        {
            var i = last ? array.Count - 1 - n : n;
            var value = e.Element(array, i);
            if (Coerce.ToBoolean(e.Call(function, a.At(1), [value, i, array]))) return (value, i);
        }

        return (default, -1);
    }

    private static JsValue Reduce(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a, bool fromEnd)
    {
        var array = Array(e, self);
        var function = FunctionLibrary.Function(a.At(0));
        var isStarted = a.Length > 1;
        var result = a.At(1);
        var count = array.Count;
        for (var n = 0; n < count; n++)
        {
            var i = fromEnd ? count - 1 - n : n;
            if (i >= array.Count || array.Span[i].IsHole) continue;
            var value = e.Element(array, i);
            result = isStarted ? e.Call(function, default, [result, value, i, array]) : value;
            isStarted = true;
        }

        return isStarted ? result : throw JsThrow.Type("Reduce of empty array with no initial value");
    }

    /// <summary>Merge sort: stable, and indifferent to a comparison that contradicts itself. Undefined comes last, holes after it.</summary>
    private static void Sort(Evaluator e, JsArray array, JsValue comparison)
    {
        var function = comparison.IsUndefined ? null : FunctionLibrary.Function(comparison);
        e.Allocate(array.Count * 40L);
        e.Step(1 + array.Count);
        var defined = new List<JsValue>(array.Count);
        var undefined = 0;
        for (var i = 0; i < array.Count; i++)
        {
            if (array.Span[i].IsHole) continue;
            var value = e.Element(array, i);
            if (value.IsUndefined) undefined++;
            else defined.Add(value);
        }

        JsValue[] sorted;
        if (function is null)
        {
            var byText = defined.Select(v => (Text: Coerce.ToText(e, v), Value: v)).ToArray();
            MergeSort(e, byText, (x, y) => string.CompareOrdinal(x.Text, y.Text));
            sorted = [.. byText.Select(p => p.Value)];
        }
        else
        {
            sorted = [.. defined];
            MergeSort(e, sorted, (x, y) => Coerce.ToNumber(e, e.Call(function, x, y)));
        }

        var length = array.Count;
        if (length < sorted.Length + undefined) throw JsThrow.Range("the array changed while it was sorted");
        sorted.CopyTo(array.Span);
        array.Span.Slice(sorted.Length, undefined).Clear();
        array.Span[(sorted.Length + undefined)..].Fill(JsValue.Hole);
    }

    private static void MergeSort<T>(Evaluator e, T[] values, Func<T, T, double> compare)
    {
        var from = values;
        var to = new T[values.Length];
        for (var width = 1; width < values.Length; width *= 2)
        {
            for (var start = 0; start < values.Length; start += 2 * width)
            {
                int left = start, middle = Math.Min(start + width, values.Length), right = middle, end = Math.Min(start + 2 * width, values.Length);
                for (var at = start; at < end; at++)
                {
                    e.Step();
                    to[at] = left < middle && (right >= end || !(compare(from[left], from[right]) > 0)) ? from[left++] : from[right++];
                }
            }

            (from, to) = (to, from);
        }

        if (!ReferenceEquals(from, values)) from.CopyTo(values, 0);
    }
}
