using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>An Error, TypeError, RangeError and so on.</summary>
internal sealed class JsError(string type, string message) : JsReference
{
    public override JsKind Kind => JsKind.Error;

    /// <summary>What made it, such as <c>TypeError</c>.</summary>
    public string Type { get; } = type;

    public string Name { get; set; } = type;

    public string ErrorMessage { get; set; } = message;

    public JsValue Cause { get; init; }

    /// <summary>Where in the script it was made, -1 for unknown.</summary>
    public int Place { get; set; } = -1;

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        if (Traits is { } traits && Inheritance.TryGet(evaluator, traits, name, this, out value)) return true;
        value = name switch
        {
            "name" => Name,
            "message" => ErrorMessage,
            "stack" => Stack(evaluator),
            "cause" => Cause,
            _ => default,
        };
        return name is "name" or "message" or "stack" || (name == "cause" && !Cause.IsUndefined);
    }

    internal override JsValue ToJson() => Traits?.Fields is { } fields ? fields.Clone() : new JsObject();

    public override string ToString() => ErrorMessage.Length == 0 ? Name : Name.Length == 0 ? ErrorMessage : $"{Name}: {ErrorMessage}";

    private string Stack(Evaluator evaluator)
    {
        if (Place < 0 || evaluator.Source is not { } source) return ToString();
        var before = source.AsSpan(0, Math.Min(Place, source.Length));
        return $"{this}\n    at code:{1 + before.Count('\n')}:{before.Length - before.LastIndexOf('\n')}";
    }
}
