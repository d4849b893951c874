using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>An object whose fields are worked out when they are read, such as <c>$input</c>; only roots are such.</summary>
internal sealed class JsView(string description, IReadOnlyList<string> names, Func<string, JsValue> read) : JsReference
{
    public override JsKind Kind => JsKind.Object;

    public string Description { get; } = description;

    public IReadOnlyList<string> Names { get; } = names;

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = read(name);
        return true;
    }

    /// <summary>What can be read without arguments, as plain data.</summary>
    public JsObject Materialize()
    {
        var result = new JsObject();
        foreach (var name in Names)
        {
            var value = read(name);
            if (value.Kind != JsKind.Function) result.Set(name, value);
        }

        return result;
    }

    internal override JsValue ToJson() => Materialize();
}
