namespace Sluice.Workflows.Sandbox;

/// <summary>The kernel's Landlock: this thread, and those it starts, may not touch the file system or TCP. A second line behind the system-call filter; kernels before 5.13 have none.</summary>
internal static class Landlock
{
    private const int CreateRuleset = 444, RestrictSelf = 446;
    private const int AskVersion = 1;

    public static unsafe void ForbidFiles()
    {
        var version = LibC.Syscall(CreateRuleset, 0, 0, AskVersion, 0, 0, 0);
        if (version < 1) return;

        // A ruleset without rules: every access that is named is forbidden everywhere.
        var forbidden = stackalloc ulong[]
        {
            version switch { 1 => (1UL << 13) - 1, 2 => (1UL << 14) - 1, 3 or 4 => (1UL << 15) - 1, _ => (1UL << 16) - 1 },
            3, // Binding and connecting over TCP.
            3, // Signals and abstract sockets of processes outside.
        };
        var size = version < 4 ? 8 : version < 6 ? 16 : 24;
        var ruleset = LibC.Syscall(CreateRuleset, (nint)forbidden, size, 0, 0, 0, 0);
        if (ruleset < 0) return;
        _ = LibC.Syscall(RestrictSelf, ruleset, 0, 0, 0, 0, 0);
        _ = LibC.Close((int)ruleset);
    }
}
