using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Compilation;

/// <summary>One code, compiled.</summary>
/// <param name="FrameSize">How many variables it has outside of functions.</param>
/// <param name="Copies">Whether it changes data in place, so that it has to get copies of what is not its own.</param>
internal sealed record CompiledCode(ExpressionNode Root, int FrameSize, bool Copies);
