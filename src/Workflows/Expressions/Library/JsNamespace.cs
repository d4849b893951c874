using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>An object of functions, such as <c>Math</c>.</summary>
internal sealed class JsNamespace(string name, MethodTable members) : JsReference
{
    public override JsKind Kind => JsKind.Object;

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value) => members.TryGet(name, out value);

    internal override JsValue ToJson() => new JsObject();

    public override string ToString() => $"[object {name}]";
}
