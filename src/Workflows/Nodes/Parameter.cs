using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>A parameter's value: a literal, or an expression that was compiled when the workflow was loaded and gives a value for each item.</summary>
/// <typeparam name="T"><c>string</c>, <c>double</c>, <c>bool</c> or <see cref="JsValue"/>.</typeparam>
public sealed class Parameter<T>
{
    private readonly T? _literal;
    private readonly ItemExpression? _expression;
    private readonly Func<JsValue, T>? _convert;

    /// <summary>A literal.</summary>
    public Parameter(T literal) => _literal = literal;

    internal Parameter(ItemExpression expression, Func<JsValue, T> convert)
    {
        _expression = expression;
        _convert = convert;
    }

    /// <summary>Whether it is the same for every item and run.</summary>
    public bool IsLiteral => _expression is null;

    /// <summary>The literal; the type's default when it is an expression.</summary>
    public T? Literal => _literal;

    /// <summary>Its value for one item of the node's first input.</summary>
    /// <exception cref="NodeException">The expression failed, or gave what the parameter cannot take.</exception>
    public T Get(NodeContext context, int itemIndex) => _expression is null ? _literal! : _convert!(_expression.Evaluate(context, itemIndex));

    public static implicit operator Parameter<T>(T literal) => new(literal);
}
