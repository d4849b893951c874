namespace Sluice.Control.Releases;

/// <summary>A numbered, immutable configuration: what is known of it besides its objects.</summary>
public sealed record Release
{
    /// <summary>1 for the first; without gaps.</summary>
    public required long Number { get; init; }

    /// <summary>Who made it: a user, <c>token NAME</c>, or <c>file</c>.</summary>
    public required string Author { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What it is about, in its author's words; empty for nothing.</summary>
    public required string Note { get; init; }

    /// <summary>SHA-256 of the configuration, hex: equal configurations with equal times have the same.</summary>
    public required string Sha256 { get; init; }

    /// <summary>How many objects it created, updated and deleted.</summary>
    public required int Created { get; init; }

    public required int Updated { get; init; }

    public required int Deleted { get; init; }

    /// <summary>The release whose configuration it brought back; null for any other change.</summary>
    public long? Restores { get; init; }
}
