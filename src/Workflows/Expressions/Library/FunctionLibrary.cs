using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Function.prototype.</summary>
internal static class FunctionLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("call", 1, (e, self, a) => e.Call(Function(self), a.At(0), a.Length > 1 ? a[1..] : []))
        .Add("apply", 2, (e, self, a) => e.Call(Function(self), a.At(0), a.At(1).AsArray is { } list ? list.Clone().Span : []))
        .Add("bind", 1, (e, self, a) =>
        {
            var (function, bound, given) = (Function(self), a.At(0), a.Length > 1 ? a[1..].ToArray() : []);
            return e.Own(new NativeFunction("bound " + function.Name, Math.Max(0, function.Length - given.Length), (inner, _, more) =>
                inner.Call(function, bound, (JsValue[])[.. given, .. more])));
        })
        .Add("toString", 0, (e, self, _) => Coerce.ToText(e, self))
        .Build();

    public static JsFunction Function(JsValue value) => value.AsReference as JsFunction ?? throw JsThrow.Type($"{value} is not a function");
}
