namespace Sluice.Control.Releases;

/// <summary>How releases are kept.</summary>
public sealed record ReleaseSettings
{
    /// <summary>How many releases are kept; older ones are forgotten. The current one always is kept.</summary>
    public int Keep { get; init; } = 1000;

    /// <summary>A whole copy of the configuration is stored after this many releases, so that reading one need not go through all changes before it.</summary>
    public int CheckpointEvery { get; init; } = 50;
}
