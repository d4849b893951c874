using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Error and its kinds.</summary>
internal static class ErrorLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("toString", 0, (_, self, _) => self.AsReference!.ToString())
        .Build();

    private static readonly Dictionary<string, NativeConstructor> Constructors =
        ((string[])["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"]).ToDictionary(n => n, Make, StringComparer.Ordinal);

    /// <summary>AggregateError: the errors come before the message.</summary>
    public static NativeConstructor Aggregate { get; } = new("AggregateError", 2, MethodTable.Empty, MakeAggregate, MakeAggregate, v => v.AsReference is JsError { Type: "AggregateError" });

    /// <summary>What makes errors of a type; of one that code cannot make, what makes plain ones.</summary>
    public static NativeConstructor Constructor(string name) => name == "AggregateError" ? Aggregate : Constructors.GetValueOrDefault(name, Constructors["Error"]);

    private static JsValue MakeAggregate(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a)
    {
        var made = Constructors["Error"].Construct(e, a.Length > 1 ? a[1..] : [], Constructors["Error"]);
        var error = e.Own(new JsError("AggregateError", ((JsError)made.AsReference!).ErrorMessage) { Place = e.Position });
        PropertyChanges.Expand(e, error, "errors", MapLibrary.Array(e, Iteration.Of(e, a.At(0))));
        return error;
    }

    private static NativeConstructor Make(string name)
    {
        var statics = new MethodTable.Builder().Constant("stackTraceLimit", 10).Add("captureStackTrace", 1, (_, _, _) => default).Build();
        return new NativeConstructor(name, 1, statics, Make, Make, v => v.AsReference is JsError error && (name == "Error" || error.Type == name));

        JsValue Make(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a) =>
            e.Own(new JsError(name, a.At(0).IsUndefined ? "" : Coerce.ToText(e, a[0])) { Cause = a.At(1).AsObject?["cause"] ?? default, Place = e.Jobs is null ? -1 : e.Position });
    }
}
