using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Error and its kinds.</summary>
internal static class ErrorLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("toString", 0, (_, self, _) => self.AsReference!.ToString())
        .Build();

    public static NativeConstructor Constructor(string name)
    {
        return new NativeConstructor(name, 1, MethodTable.Empty, Make, Make, v => v.AsReference is JsError error && (name == "Error" || error.Name == name));

        JsValue Make(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a) =>
            e.Own(new JsError(name, a.At(0).IsUndefined ? "" : Coerce.ToText(e, a[0])) { Cause = a.At(1).AsObject?["cause"] ?? default });
    }
}
