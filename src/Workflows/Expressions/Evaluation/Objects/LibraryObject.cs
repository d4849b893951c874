using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>An object of the library that is neither data nor one of the kinds that values have: its methods come from its own table.</summary>
internal abstract class LibraryObject(MethodTable methods) : JsReference
{
    public override JsKind Kind => JsKind.Object;

    /// <summary>What stands between the brackets of <c>[object Name]</c>.</summary>
    public virtual string TypeName => GetType().Name;

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value) => methods.TryGet(name, out value);

    /// <summary>Sets a field.</summary>
    /// <returns>Whether it has such a field.</returns>
    public virtual bool TrySet(Evaluator evaluator, string name, JsValue value) => false;

    /// <summary>The elements that <c>for of</c> walks through; null when it cannot be walked through.</summary>
    public virtual IEnumerable<JsValue>? Elements(Evaluator evaluator) => null;

    internal override JsValue ToJson() => new JsObject();

    public override string ToString() => $"[object {TypeName}]";
}

/// <summary>What stands for the prototype of a type of the library: its methods, which nobody can change.</summary>
internal sealed class LibraryPrototype(string type, MethodTable methods) : LibraryObject(methods)
{
    public override string TypeName => type;
}
