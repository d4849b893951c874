using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions;

/// <summary>A parameter that was compiled when its workflow was loaded. It is immutable: any number of threads may evaluate it, each with its own scope.</summary>
public sealed class CompiledExpression
{
    private readonly ExpressionNode _root;
    private readonly int _frameSize;
    private readonly bool _copies;

    internal CompiledExpression(string source, ExpressionNode root, int frameSize, bool copies)
    {
        Source = source;
        _root = root;
        _frameSize = frameSize;
        _copies = copies;
    }

    /// <summary>The parameter as it was written.</summary>
    public string Source { get; }

    /// <summary>Whether it is the same for every item because nothing in it is code.</summary>
    public bool IsConstant => _root is LiteralNode;

    /// <summary>The value for the scope's current item.</summary>
    /// <exception cref="ExpressionError">There is none; the message says why.</exception>
    public JsValue Evaluate(Scope scope)
    {
        if (_root is LiteralNode constant) return constant.Value;
        var evaluator = scope.Rent();
        try
        {
            return evaluator.Run(_root, _frameSize, _copies);
        }
        finally
        {
            scope.Return(evaluator);
        }
    }

    public override string ToString() => Source;
}
