using System.Runtime.CompilerServices;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>Room on the stack for the arguments of most calls.</summary>
[InlineArray(Size)]
internal struct ArgumentBuffer
{
    public const int Size = 4;

    private JsValue _first;
}

internal static class ArgumentExtensions
{
    /// <summary>The argument at an index; undefined when there are fewer.</summary>
    public static JsValue At(this ReadOnlySpan<JsValue> arguments, int index) => (uint)index < (uint)arguments.Length ? arguments[index] : default;
}
