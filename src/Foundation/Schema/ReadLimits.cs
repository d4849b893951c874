namespace Sluice.Foundation.Schema;

/// <summary>How much a document may ask of its reader.</summary>
public sealed record ReadLimits
{
    public static ReadLimits Default { get; } = new();

    /// <summary>Most bytes of one file.</summary>
    public int Bytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Most maps and lists inside each other.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Most values of one file that came from aliases; a file of a few lines can ask for billions.</summary>
    public int AliasedNodes { get; init; } = 1_000_000;
}
