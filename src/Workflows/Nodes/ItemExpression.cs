using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Nodes;

/// <summary>Something that gives a value for an item: a compiled expression, or a structure with expressions inside.</summary>
public abstract class ItemExpression
{
    private protected ItemExpression()
    {
    }

    /// <exception cref="NodeException">It failed.</exception>
    public abstract JsValue Evaluate(NodeContext context, int itemIndex);

    /// <summary>Compiles a parameter that begins with <c>=</c>.</summary>
    /// <returns>The expression, or what keeps it from being one.</returns>
    public static (ItemExpression? Expression, string? Problem) Compile(string parameter)
    {
        var compilation = ExpressionCompiler.Compile(parameter);
        return compilation.Expression is { } expression
            ? (new EvaluatedExpression(expression), null)
            : (null, $"the expression cannot be read: {string.Join("; ", compilation.Problems.Select(p => $"{p.Message} (at character {p.Position})"))}");
    }
}

internal sealed class EvaluatedExpression(CompiledExpression expression) : ItemExpression
{
    public override JsValue Evaluate(NodeContext context, int itemIndex)
    {
        var scope = context.Scope;
        scope.ItemIndex = itemIndex;
        try
        {
            return expression.Evaluate(scope);
        }
        catch (ExpressionError e)
        {
            throw new NodeException(e.Message, e) { ItemIndex = itemIndex, Retryable = false };
        }
    }
}

internal sealed class LiteralExpression(JsValue value) : ItemExpression
{
    public override JsValue Evaluate(NodeContext context, int itemIndex) => value;
}

internal sealed class ObjectOfExpressions((string Name, ItemExpression Value)[] fields) : ItemExpression
{
    public override JsValue Evaluate(NodeContext context, int itemIndex)
    {
        var result = new JsObject(fields.Length);
        foreach (var (name, value) in fields) result.Set(name, value.Evaluate(context, itemIndex));
        return result;
    }
}

internal sealed class ArrayOfExpressions(ItemExpression[] elements) : ItemExpression
{
    public override JsValue Evaluate(NodeContext context, int itemIndex)
    {
        var result = new JsArray(elements.Length);
        foreach (var element in elements) result.Add(element.Evaluate(context, itemIndex));
        return result;
    }
}
