namespace Sluice.Workflows.Expressions;

/// <summary>Why an expression gave no value: a budget ran out, it reached for what is not there, or its own code threw.</summary>
public sealed class ExpressionError : Exception
{
    internal ExpressionError(string message, ExpressionErrorKind kind = ExpressionErrorKind.Refused)
        : base(message) => Kind = kind;

    public ExpressionErrorKind Kind { get; }
}

/// <summary>What kind of failure an <see cref="ExpressionError"/> is.</summary>
public enum ExpressionErrorKind
{
    /// <summary>It asked for something that expressions do not have or that is not there, such as the output of a node that never ran.</summary>
    Refused,

    /// <summary>It took more steps, memory, depth or matching time than <see cref="ExpressionLimits"/> allows.</summary>
    LimitExceeded,

    /// <summary>Its code threw, for instance by reading a field of undefined. Only seen when <see cref="Scope.Strict"/>.</summary>
    Thrown,
}
