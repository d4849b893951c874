using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>What JavaScript's <c>throw</c> does; an expression's own <c>catch</c> can catch it.</summary>
internal sealed class JsThrow(JsValue value) : Exception
{
    public JsValue Value { get; } = value;

    public override string Message => Value.AsReference is JsError error ? error.ToString() : "thrown: " + Value;

    /// <summary>What code can catch of an exception; null when it ends the code. In a script that is also what an expression refuses.</summary>
    public static JsThrow? Of(Evaluator evaluator, Exception exception) => exception as JsThrow
        ?? (evaluator.Jobs is not null && exception is ExpressionError { Kind: ExpressionErrorKind.Refused } ? Error("Error", exception.Message) : null);

    /// <summary>The same, of an error that says where it came from: the statement under way, unless it knows better.</summary>
    public JsThrow From(Evaluator evaluator)
    {
        if (Value.AsReference is JsError { Place: < 0 } error) error.Place = evaluator.Position;
        return this;
    }

    public static JsThrow Type(string message) => new(new JsError("TypeError", message));

    public static JsThrow Range(string message) => new(new JsError("RangeError", message));

    public static JsThrow Reference(string message) => new(new JsError("ReferenceError", message));

    public static JsThrow Syntax(string message) => new(new JsError("SyntaxError", message));

    public static JsThrow Error(string name, string message) => new(new JsError(name, message));
}
