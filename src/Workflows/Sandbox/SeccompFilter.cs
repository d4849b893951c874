using System.Runtime.InteropServices;

namespace Sluice.Workflows.Sandbox;

/// <summary>
/// The system calls that a locked process may still make: memory, threads of its own, time, and reading and writing what is open. Everything else,
/// opening a file and making a socket among it, fails with EPERM.
/// </summary>
internal static class SeccompFilter
{
    private const int SetModeFilter = 1, ThreadSync = 1;
    private const uint Allow = 0x7fff0000, KillProcess = 0x80000000, Refuse = 0x00050000 | 1, NotImplemented = 0x00050000 | 38;
    private const uint CloneThread = 0x10000;
    private const ushort Load = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfSet = 0x45, Return = 0x06;
    private const uint NumberAt = 0, ArchitectureAt = 4, Argument0At = 16;

    /// <summary>The kernel's numbers of the calls on x86-64 and on arm64; -1 where there is none.</summary>
    private static readonly (string Name, int X64, int Arm64)[] Allowed =
    [
        ("futex", 202, 98), ("read", 0, 63), ("write", 1, 64), ("clock_gettime", 228, 113), ("madvise", 28, 233), ("mmap", 9, 222), ("munmap", 11, 215), ("mprotect", 10, 226),
        ("mremap", 25, 216), ("brk", 12, 214), ("mincore", 27, 232), ("sched_yield", 24, 124), ("sched_getaffinity", 204, 123), ("sched_setaffinity", 203, 122), ("getcpu", 309, 168), ("membarrier", 324, 283),
        ("rt_sigaction", 13, 134), ("rt_sigprocmask", 14, 135), ("rt_sigreturn", 15, 139), ("sigaltstack", 131, 132), ("restart_syscall", 219, 128),
        ("nanosleep", 35, 101), ("clock_nanosleep", 230, 115), ("getrusage", 98, 165), ("sysinfo", 99, 179), ("getpid", 39, 172), ("gettid", 186, 178), ("getrandom", 318, 278),
        ("set_robust_list", 273, 99), ("rseq", 334, 293), ("pipe2", 293, 59), ("fcntl", 72, 25), ("poll", 7, -1), ("ppoll", 271, 73), ("close", 3, 57), ("exit", 60, 93), ("exit_group", 231, 94),
    ];

    /// <summary>Puts it on every thread of the process, for good. The process must have given up new privileges before.</summary>
    /// <returns>Null, or what went wrong.</returns>
    public static unsafe string? Install()
    {
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64)) return $"no filter for {RuntimeInformation.ProcessArchitecture}";
        var program = Build(RuntimeInformation.ProcessArchitecture == Architecture.X64, (uint)LibC.ProcessId());
        fixed (Instruction* first = program)
        {
            var filter = new Program { Length = (ushort)program.Length, First = first };
            var number = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 317 : 277;
            var result = LibC.Syscall(number, SetModeFilter, ThreadSync, (nint)(&filter), 0, 0, 0);
            return result == 0 ? null : $"seccomp: {Marshal.GetLastPInvokeErrorMessage()}";
        }
    }

    private static Instruction[] Build(bool x64, uint process)
    {
        var program = new List<Instruction>
        {
            new(Load, ArchitectureAt),
            new(JumpIfEqual, x64 ? 0xc000003e : 0xc00000b7, 1, 0),
            new(Return, KillProcess),
            new(Load, NumberAt),

            // The 32-bit calls of the x32 interface.
            new(JumpIfAtLeast, 0x40000000, 0, 1),
            new(Return, KillProcess),
        };
        foreach (var (_, onX64, onArm64) in Allowed)
        {
            var number = x64 ? onX64 : onArm64;
            if (number < 0) continue;
            program.Add(new(JumpIfEqual, (uint)number, 0, 1));
            program.Add(new(Return, Allow));
        }

        // The C library falls back to clone, whose flags can be looked at.
        program.Add(new(JumpIfEqual, 435, 0, 1));
        program.Add(new(Return, NotImplemented));

        // Threads, and no processes.
        program.Add(new(JumpIfEqual, x64 ? 56u : 220u, 0, 4));
        program.Add(new(Load, Argument0At));
        program.Add(new(JumpIfSet, CloneThread, 0, 1));
        program.Add(new(Return, Allow));
        program.Add(new(Return, Refuse));

        // Signals to the process itself, by which the runtime suspends its threads.
        program.Add(new(JumpIfEqual, x64 ? 234u : 131u, 0, 3));
        program.Add(new(Load, Argument0At));
        program.Add(new(JumpIfEqual, process, 0, 1));
        program.Add(new(Return, Allow));
        program.Add(new(Return, Refuse));
        return [.. program];
    }

    /// <summary>The kernel's struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, uint operand, byte ifTrue = 0, byte ifFalse = 0)
    {
        public readonly ushort Code = code;
        public readonly byte IfTrue = ifTrue;
        public readonly byte IfFalse = ifFalse;
        public readonly uint Operand = operand;
    }

    /// <summary>The kernel's struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Program
    {
        public ushort Length;
        public Instruction* First;
    }
}
