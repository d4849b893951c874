using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.JmesPath;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>n8n's functions that belong to no value: <c>$if</c>, <c>$ifEmpty</c>, <c>$min</c>, <c>$jmespath</c> and their like.</summary>
internal static class ConvenienceFunctions
{
    public static MethodTable Table { get; } = new MethodTable.Builder()
        .Add("$if", 3, (_, _, a) => a.Length < 2 ? throw new ExpressionError("$if requires at least 2 parameters: test, value_if_true[, and value_if_false]")
            : Coerce.ToBoolean(a[0]) ? a[1] : a.Length > 2 ? a[2] : false)
        .Add("$ifEmpty", 2, (e, _, a) => a.Length != 2 ? throw new ExpressionError("expected two arguments (value, defaultValue) for this function") : IsEmpty(e, a[0]) ? a[1] : a[0])
        .Add("$min", 2, (e, _, a) => MathLibrary.Min(e, a))
        .Alias("min", "$min")
        .Add("$max", 2, (e, _, a) => MathLibrary.Max(e, a))
        .Alias("max", "$max")
        .Add("$average", 1, (e, _, a) => ArrayExtensions.Average(e, e.NewArray(a)))
        .Alias("average", "$average")
        .Add("$not", 1, (_, _, a) => !Coerce.ToBoolean(a.At(0)))
        .Alias("not", "$not")
        .Add("numberList", 2, (e, _, a) =>
        {
            var (from, to) = (Coerce.ToNumber(e, a.At(0)), Coerce.ToNumber(e, a.At(1)));
            var size = Math.Abs(from - to) + 1;
            var list = e.NewArray();
            for (var i = 0; i < size; i++) e.Push(list, from < to ? from + i : from - i);
            return list;
        })
        .Add("zip", 2, (e, _, a) =>
        {
            if (a.At(0).AsArray is not { } names || a.At(1).AsArray is not { } values) throw new ExpressionError("keys and values must be arrays");
            if (names.Count != values.Count) throw new ExpressionError("keys and values not of equal length");
            var result = e.NewObject();
            for (var i = 0; i < names.Count; i++) e.Set(result, Coerce.ToName(e, names[i]), values[i]);
            return result;
        })
        .Add("$jmespath", 2, (e, _, a) => JmesPathQuery.Search(e, a.At(0), a.At(1).AsString ?? throw new ExpressionError("expected two arguments (Object, string) for this function")))
        .Alias("$jmesPath", "$jmespath")
        .Build();

    private static bool IsEmpty(Evaluator e, JsValue value) =>
        value.IsNullish || value.AsString is "" || (value.IsReference && value.Kind != JsKind.Function && (value.AsArray is { Count: 0 } || (value.AsArray is null && value.Kind is JsKind.Object && Properties.OwnNames(e, value).Count == 0)));
}
