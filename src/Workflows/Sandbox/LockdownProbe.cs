using System.Runtime.InteropServices;
using System.Text;

namespace Sluice.Workflows.Sandbox;

/// <summary>Tries what a locked process must not be able to do.</summary>
internal static class LockdownProbe
{
    /// <returns>One line for each attempt, and whether none succeeded.</returns>
    public static unsafe (string Report, bool Holds) Run()
    {
        var x64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        var report = new StringBuilder();
        var holds = true;
        var here = -100;
        fixed (byte* passwords = "/etc/passwd\0"u8, folder = "/tmp/sluice-probe\0"u8, shell = "/bin/sh\0"u8, name = "probe\0"u8)
        {
            var buffer = stackalloc byte[256];
            Try("read a file", x64 ? 257 : 56, here, (nint)passwords);
            Try("write a file", x64 ? 257 : 56, here, (nint)folder, 0x41, 0x180);
            Try("make a folder", x64 ? 258 : 34, here, (nint)folder, 0x1c0);
            Try("remove a file", x64 ? 263 : 35, here, (nint)folder);
            Try("look at a file", x64 ? 262 : 79, here, (nint)passwords, (nint)buffer);
            Try("open a socket", x64 ? 41 : 198, 2, 1);
            Try("open a socket of the machine", x64 ? 41 : 198, 1, 1);
            Try("start a process", x64 ? 56 : 220, 17);
            Try("start a process the new way", 435, (nint)buffer, 64);
            Try("run a program", x64 ? 59 : 221, (nint)shell);
            Try("signal another process", x64 ? 62 : 129, 1);
            Try("signal a thread of another process", x64 ? 234 : 131, 1, 1);
            Try("trace a process", x64 ? 101 : 117, 16, 1);
            Try("read another process's memory", x64 ? 310 : 270, 1);
            Try("make a file in memory", x64 ? 319 : 279, (nint)name);
            Try("use io_uring", 425, 1, (nint)buffer);
            Try("load a program into the kernel", x64 ? 321 : 280);
            Try("raise a limit", x64 ? 302 : 261, 0, 7, (nint)buffer);
            Try("become root", x64 ? 105 : 146);
        }

        report.Append("environment: ").AppendJoin(' ', Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal)).Append('\n');
        return (report.ToString(), holds);

        void Try(string what, int number, nint argument1 = 0, nint argument2 = 0, nint argument3 = 0, nint argument4 = 0)
        {
            var result = LibC.Syscall(number, argument1, argument2, argument3, argument4, 0, 0);
            holds &= result < 0;
            report.Append(what).Append(": ").Append(result < 0 ? $"refused ({Marshal.GetLastPInvokeErrorMessage()})" : "SUCCEEDED").Append('\n');
        }
    }
}
