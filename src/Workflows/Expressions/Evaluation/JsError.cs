using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>An Error, TypeError, RangeError and so on.</summary>
internal sealed class JsError(string name, string message) : JsReference
{
    public override JsKind Kind => JsKind.Error;

    public string Name { get; set; } = name;

    public string ErrorMessage { get; set; } = message;

    public JsValue Cause { get; init; }

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = name switch
        {
            "name" => Name,
            "message" => ErrorMessage,
            "stack" => ToString(),
            "cause" => Cause,
            _ => default,
        };
        return name is "name" or "message" or "stack" or "cause";
    }

    internal override JsValue ToJson() => new JsObject();

    public override string ToString() => ErrorMessage.Length == 0 ? Name : Name.Length == 0 ? ErrorMessage : $"{Name}: {ErrorMessage}";
}
