using System.Runtime.InteropServices;

namespace Sluice.Workflows.Sandbox;

/// <summary>
/// Takes from this process, for good, everything that running code does not need: files, network, other processes, privileges, and memory without end.
/// Works without root; with root more is given up.
/// </summary>
internal static class Lockdown
{
    private const int SetDumpable = 4, SetNoNewPrivileges = 38;
    private const int LimitCpu = 0, LimitCore = 4, LimitAddressSpace = 9, LimitFiles = 7;
    private const int NewNetwork = 0x40000000, NewInterprocess = 0x08000000, NewNames = 0x04000000;
    private const uint Nobody = 65534;

    /// <param name="cpuSeconds">Seconds of processor time in the process's whole life.</param>
    /// <param name="moreMemory">Bytes of address space that it may take besides what it has.</param>
    /// <returns>Null, or why it is not locked: then it must not run anybody's code.</returns>
    public static unsafe string? Enter(ulong cpuSeconds, ulong moreMemory)
    {
        if (!OperatingSystem.IsLinux()) return "code runs on Linux only: nothing else can lock its process";
        CloseInherited();
        var pages = ulong.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        if (Limit(LimitAddressSpace, pages * (ulong)Environment.SystemPageSize + moreMemory) is { } noMemoryLimit) return noMemoryLimit;
        if ((Limit(LimitCpu, cpuSeconds) ?? Limit(LimitCore, 0)) is { } noLimit) return noLimit;
        if (LibC.EffectiveUser() == 0)
        {
            // Best effort: a container may refuse these to its root, and the filter below refuses what they would have kept away.
            _ = LibC.Unshare(NewNetwork | NewInterprocess | NewNames);
            if (LibC.SetGroups(0, null) != 0 || LibC.SetGroup(Nobody) != 0 || LibC.SetUser(Nobody) != 0)
            {
                // A root without the right to become somebody else has no rights worth giving up.
                if (LibC.EffectiveUser() == 0 && Marshal.GetLastPInvokeError() != 1) return $"setuid: {Marshal.GetLastPInvokeErrorMessage()}";
            }
        }

        if (LibC.Prctl(SetNoNewPrivileges, 1, 0, 0, 0) != 0) return $"no_new_privs: {Marshal.GetLastPInvokeErrorMessage()}";
        _ = LibC.Prctl(SetDumpable, 0, 0, 0, 0);
        Landlock.ForbidFiles();

        // Some: each thread of the runtime has a pipe to itself.
        if (Limit(LimitFiles, 256) is { } noFileLimit) return noFileLimit;
        return SeccompFilter.Install();
    }

    /// <summary>Closes whatever the parent left open besides the standard streams; the runtime's own pipes stay.</summary>
    private static void CloseInherited()
    {
        foreach (var entry in Directory.GetFiles("/proc/self/fd"))
        {
            if (!int.TryParse(Path.GetFileName(entry), out var descriptor) || descriptor <= 2) continue;
            var target = File.ResolveLinkTarget(entry, returnFinalTarget: false)?.FullName ?? "";
            if (!target.Contains("pipe:[", StringComparison.Ordinal) && !target.Contains("anon_inode:", StringComparison.Ordinal)) _ = LibC.Close(descriptor);
        }
    }

    private static unsafe string? Limit(int resource, ulong value)
    {
        var both = stackalloc ulong[] { value, value };
        return LibC.SetResourceLimit(resource, both) == 0 ? null : $"setrlimit: {Marshal.GetLastPInvokeErrorMessage()}";
    }
}
