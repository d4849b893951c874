using System.Numerics;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Math.</summary>
internal static class MathLibrary
{
    public static JsNamespace Namespace { get; } = new("Math", Build());

    public static double Min(Evaluator e, ReadOnlySpan<JsValue> values) => Extreme(e, values, double.PositiveInfinity, Math.Min);

    public static double Max(Evaluator e, ReadOnlySpan<JsValue> values) => Extreme(e, values, double.NegativeInfinity, Math.Max);

    /// <summary>Halves go up, also below zero.</summary>
    public static double Round(double x) => !double.IsFinite(x) || Math.Abs(x) >= 1L << 52 ? x : x is < 0 and >= -0.5 ? -0.0 : Math.Floor(x) + (x - Math.Floor(x) >= 0.5 ? 1 : 0);

    private static MethodTable Build()
    {
        var table = new MethodTable.Builder()
            .Constant("PI", Math.PI).Constant("E", Math.E).Constant("LN2", 0.6931471805599453).Constant("LN10", 2.302585092994046)
            .Constant("LOG2E", 1.4426950408889634).Constant("LOG10E", 0.4342944819032518).Constant("SQRT2", Math.Sqrt(2)).Constant("SQRT1_2", Math.Sqrt(0.5));
        foreach (var (name, function) in new (string, Func<double, double>)[]
        {
            ("abs", Math.Abs), ("ceil", Math.Ceiling), ("floor", Math.Floor), ("round", Round), ("trunc", Math.Truncate), ("sqrt", Math.Sqrt), ("cbrt", x => Math.Round(Math.Cbrt(x)) is var whole && whole * whole * whole == x ? whole : Math.Cbrt(x)),
            ("sign", x => double.IsNaN(x) || x == 0 ? x : Math.Sign(x)), ("exp", Math.Exp), ("expm1", x => Math.Abs(x) < 1e-5 ? x + x * x / 2 : Math.Exp(x) - 1),
            ("log", Math.Log), ("log10", Math.Log10), ("log2", Math.Log2), ("log1p", x => Math.Abs(x) < 1e-5 ? x - x * x / 2 : Math.Log(1 + x)),
            ("sin", Math.Sin), ("cos", Math.Cos), ("tan", Math.Tan), ("asin", Math.Asin), ("acos", Math.Acos), ("atan", Math.Atan),
            ("sinh", Math.Sinh), ("cosh", Math.Cosh), ("tanh", Math.Tanh), ("asinh", Math.Asinh), ("acosh", Math.Acosh), ("atanh", Math.Atanh), ("fround", x => (float)x),
        })
        {
            table.Add(name, 1, (e, _, a) => function(Coerce.ToNumber(e, a.At(0))));
        }

        return table
            .Add("min", 2, (e, _, a) => Min(e, a))
            .Add("max", 2, (e, _, a) => Max(e, a))
            .Add("pow", 2, (e, _, a) => Operators.Power(Coerce.ToNumber(e, a.At(0)), Coerce.ToNumber(e, a.At(1))))
            .Add("atan2", 2, (e, _, a) => Math.Atan2(Coerce.ToNumber(e, a.At(0)), Coerce.ToNumber(e, a.At(1))))
            .Add("hypot", 2, (e, _, a) =>
            {
                double sum = 0, only = 0;
                foreach (var value in a)
                {
                    only = Math.Abs(Coerce.ToNumber(e, value));
                    if (double.IsInfinity(only)) return double.PositiveInfinity;
                    sum += only * only;
                }

                return a.Length == 1 ? only : Math.Sqrt(sum);
            })
            .Add("random", 0, (e, _, _) => e.Scope.Random.NextDouble())
            .Add("clz32", 1, (e, _, a) => BitOperations.LeadingZeroCount(Coerce.ToUInt32(e, a.At(0))))
            .Add("imul", 2, (e, _, a) => Coerce.ToInt32(e, a.At(0)) * Coerce.ToInt32(e, a.At(1)))
            .Build();
    }

    private static double Extreme(Evaluator e, ReadOnlySpan<JsValue> values, double start, Func<double, double, double> better)
    {
        e.Step(values.Length);
        foreach (var value in values) start = better(start, Coerce.ToNumber(e, value));
        return start;
    }
}
