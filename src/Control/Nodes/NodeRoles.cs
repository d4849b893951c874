namespace Sluice.Control.Nodes;

/// <summary>What one node does of all that Sluice does: <c>--roles</c>.</summary>
[Flags]
public enum NodeRoles
{
    None = 0,

    /// <summary>Serves traffic.</summary>
    Gateway = 1,

    /// <summary>Has the admin listener.</summary>
    Admin = 2,

    /// <summary>Runs workflows.</summary>
    Worker = 4,

    All = Gateway | Admin | Worker,
}
