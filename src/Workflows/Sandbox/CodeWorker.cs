using System.Reflection;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Sandbox;

/// <summary>
/// The program of a worker: a process that locks itself, and then runs the code it is given, one after the other, over its standard streams. Each run has
/// an evaluator and data of its own; the library's tables never change, so that nothing is left of a run but its compiled text.
/// </summary>
public static class CodeWorker
{
    /// <summary>The argument that makes it try out what it must not be able to do.</summary>
    public const string Probe = "--probe";

    private const int StackSize = 64 << 20;

    /// <summary>Seconds of processor time in its whole life; the pool retires it long before.</summary>
    internal const int CpuSeconds = 1200;

    private const ulong MoreMemory = 1UL << 30;

    /// <summary>Runs until its input ends.</summary>
    /// <returns>The exit code: 0, or 1 when it could not be locked.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        if (arguments.Contains(Probe, StringComparer.Ordinal) && !WorkerProcess.IsWorkerEnvironment) return WorkerProcess.RunProbe();
        Prepare();
        var problem = Lockdown.Enter(CpuSeconds, MoreMemory);
        if (arguments.Contains(Probe, StringComparer.Ordinal)) return RunProbe(problem);
        var pipe = new WorkerPipe();
        if (problem is not null)
        {
            pipe.Send(Frames.Unlocked, problem);
            return 1;
        }

        pipe.Send(Frames.Ready, new JsObject());
        // Endless code never comes to read that its input has ended, as it does when the gateway is killed.
        new Thread(static () =>
        {
            LibC.WaitForHangUp(1);
            LibC.Exit(2);
        }) { IsBackground = true }.Start();
        var thread = new Thread(() => Serve(pipe), StackSize);
        thread.Start();
        thread.Join();
        LibC.Exit(0);
        return 0;
    }

    private static void Serve(WorkerPipe pipe)
    {
        var runner = new ScriptRunner();
        while (pipe.Receive() is { Kind: Frames.Run } frame)
        {
            var done = runner.Run(frame.Content, pipe.Ask);
            done.Set("cpu", Environment.CpuUsage.TotalTime.TotalSeconds);
            pipe.Send(Frames.Done, done);
            if (GC.GetTotalMemory(forceFullCollection: false) > 48 << 20) GC.Collect();
        }
    }

    private static int RunProbe(string? problem)
    {
        var (report, holds) = problem is null ? LockdownProbe.Run() : ($"not locked: {problem}\n", false);
        WorkerPipe.Write(System.Text.Encoding.UTF8.GetBytes(report));
        LibC.Exit(holds ? 0 : 1);
        return 0;
    }

    /// <summary>Loads and compiles now what could not be loaded later.</summary>
    private static void Prepare()
    {
        _ = TimeZoneInfo.GetSystemTimeZones();
        _ = Environment.CpuUsage;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Load(typeof(CodeWorker).Assembly);
        var runner = new ScriptRunner();
        for (var i = 0; i < 3; i++) runner.Run(ScriptRunner.Example(), _ => new JsObject());

        void Load(Assembly assembly)
        {
            foreach (var name in assembly.GetReferencedAssemblies())
            {
                if (!name.Name!.StartsWith("System.", StringComparison.Ordinal) && !name.Name.StartsWith("Sluice.", StringComparison.Ordinal)) continue;
                if (seen.Add(name.Name)) Load(Assembly.Load(name));
            }
        }
    }
}
