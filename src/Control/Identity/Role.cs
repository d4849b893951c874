namespace Sluice.Control.Identity;

/// <summary>What somebody may do, the least first: each role may do what those before it may.</summary>
public enum Role
{
    /// <summary>Read.</summary>
    Viewer,

    /// <summary>Read, and change the configuration.</summary>
    Operator,

    /// <summary>Everything: also users, tokens and the audit log.</summary>
    Admin,
}
