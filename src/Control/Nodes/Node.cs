namespace Sluice.Control.Nodes;

/// <summary>One running Sluice.</summary>
public sealed record Node
{
    public required string Id { get; init; }

    /// <summary>The machine's name.</summary>
    public required string Host { get; init; }

    public required string Version { get; init; }

    public required NodeRoles Roles { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The id that this node has, remembered in <paramref name="folder"/>; a new one when nothing can be remembered there.</summary>
    public static Guid LoadId(string folder)
    {
        var file = Path.Combine(folder, "node-id");
        try
        {
            if (File.Exists(file) && Guid.TryParseExact(File.ReadAllText(file).Trim(), "D", out var known)) return known;
            var id = Guid.NewGuid();
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.WriteAllText(file, id + "\n");
            return id;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guid.NewGuid();
        }
    }
}

/// <summary>What a node says of itself again and again.</summary>
/// <param name="Release">The release that it serves; null for none.</param>
/// <param name="Problem">Why it does not serve the newest; null when it does.</param>
public sealed record NodeReport(long? Release, string? Problem);

/// <summary>A node as the others see it.</summary>
/// <param name="Age">How long ago it was last heard of.</param>
/// <param name="IsSelf">It is the one that answers.</param>
public sealed record NodeStatus(Node Node, NodeReport Report, TimeSpan Age, bool IsSelf)
{
    /// <summary>Not heard of for three beats.</summary>
    public bool IsGone => Age > NodeRegister.Beat * 3;
}
