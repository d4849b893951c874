namespace Sluice.Workflows.Expressions;

/// <summary>How much one evaluation may use. The defaults stop a run-away within 50 ms.</summary>
public sealed record ExpressionLimits
{
    public static ExpressionLimits Default { get; } = new();

    /// <summary>Operations: about one for each part of the expression that is evaluated and each element or dozen of characters that a method looks at.</summary>
    public int Steps { get; init; } = 800_000;

    /// <summary>Bytes of strings, arrays and objects that may be made, counting also those that are garbage again.</summary>
    public long Bytes { get; init; } = 32 << 20;

    /// <summary>How deep functions may call each other.</summary>
    public int Depth { get; init; } = 500;

    /// <summary>How long one search with a regular expression that needs backtracking may take. All others take time linear in the text.</summary>
    public TimeSpan RegexTime { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Limits for an expression over many items at once, such as <c>$input.all().map(...)</c>: the defaults, and some more for each item.</summary>
    public static ExpressionLimits ForItems(int count) =>
        count <= 1000 ? Default : Default with { Steps = (int)Math.Min(Default.Steps + count * 200L, int.MaxValue / 2), Bytes = Default.Bytes + count * 4096L };
}
