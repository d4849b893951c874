namespace Sluice.Control.Identity;

/// <summary>Who is let in without a token or a session: <c>--admin-auth</c>.</summary>
public enum AdminAccess
{
    /// <summary>Who connects from this machine to a loopback address, until the first user exists.</summary>
    Loopback,

    /// <summary>Nobody.</summary>
    On,

    /// <summary>Everybody. For networks that nobody else is in.</summary>
    Off,
}

/// <summary>How the admin listener is guarded.</summary>
public sealed record AdminGuardSettings
{
    public AdminAccess Access { get; init; } = AdminAccess.Loopback;

    /// <summary>Names under which browsers may reach the admin listener, besides <c>localhost</c> and addresses: <c>admin.example.com</c>.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}

/// <summary>A feature of each connection to the admin listener: what it was opened for.</summary>
/// <param name="StatusOnly">Only <c>/status</c>, <c>/metrics</c> and <c>/health</c>, and these for everybody: <c>--status</c>.</param>
public sealed record AdminDoor(bool StatusOnly);
