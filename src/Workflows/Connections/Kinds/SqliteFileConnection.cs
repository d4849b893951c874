using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>An SQLite database: a file of this machine.</summary>
public sealed record SqliteFileConnection : ServerFields
{
    /// <summary>The file; made when there is none.</summary>
    [Required, Length(1, 4096)]
    public string File { get; init; } = "";

    /// <summary>Whether it may only be read.</summary>
    public bool ReadOnly { get; init; }
}
