namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>The text is not an expression. Never leaves the compiler, which makes a problem of it.</summary>
/// <param name="position">Where, in UTF-16 units from the start of the text.</param>
internal sealed class ExpressionSyntaxException(string message, int position) : Exception(message)
{
    public int Position { get; } = position;
}
