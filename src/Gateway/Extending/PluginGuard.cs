using System.Runtime.CompilerServices;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Extending;

/// <summary>
/// Where the code of plugins that are compiled here looks whether it should go on. Called by code that the compiler puts into loops and methods; a plugin's
/// author has no need of it.
/// </summary>
public static class PluginGuard
{
    /// <summary>What one request may have a plugin allocate in one go, without awaiting anything.</summary>
    internal const long MostBytes = 256L << 20;

    // How many steps there are from one look at the memory to the next.
    private const int StepsBetween = 16;

    private static volatile int stoppedThread;
    private static volatile uint stoppedTurn;

    /// <summary>How often one function may go round in loops or call functions of its own.</summary>
    internal const int MostFunctionSteps = 5_000_000;

    /// <summary>How long one function may run, in milliseconds.</summary>
    internal const long MostFunctionTime = 2000;

    /// <summary>What one function may allocate.</summary>
    internal const long MostFunctionBytes = 64L << 20;

    [ThreadStatic]
    private static int steps;

    [ThreadStatic]
    private static int functionSteps;

    [ThreadStatic]
    private static long functionBytesBefore;

    [ThreadStatic]
    private static long functionStarted;

    [ThreadStatic]
    private static uint turn;

    [ThreadStatic]
    private static long allocatedBefore;

    /// <summary>Goes on, unless the thread is told to stop, its stack is nearly used up or too much memory was asked for.</summary>
    /// <exception cref="PluginStoppedException">The plugin has held an event loop for too long.</exception>
    /// <exception cref="PluginMemoryException">It has allocated too much.</exception>
    /// <exception cref="InsufficientExecutionStackException">The plugin calls itself without end.</exception>
    public static void Step()
    {
        if (stoppedThread != 0) Obey();
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++steps % StepsBetween == 0) LookAtMemory();
    }

    /// <summary>Makes the code that runs in this turn of a loop end at its next step; null for none.</summary>
    internal static void Stop(EventLoop? loop)
    {
        stoppedTurn = loop?.TurnNumber ?? 0;
        stoppedThread = loop?.ThreadId ?? 0;
    }

    /// <summary>As <see cref="Step"/>, for the code of <c>pre-function</c> and <c>post-function</c>, which is held shorter.</summary>
    /// <exception cref="PluginStoppedException">It has gone round for too long.</exception>
    /// <exception cref="PluginMemoryException">It has allocated too much.</exception>
    /// <exception cref="InsufficientExecutionStackException">It calls itself without end.</exception>
    public static void FunctionStep()
    {
        if (++functionSteps > MostFunctionSteps || Environment.TickCount64 - functionStarted > MostFunctionTime) throw new PluginStoppedException();
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (GC.GetAllocatedBytesForCurrentThread() - functionBytesBefore > MostFunctionBytes) throw new PluginMemoryException();
    }

    /// <summary>A function begins on this thread.</summary>
    internal static void BeginFunction()
    {
        functionSteps = 0;
        functionStarted = Environment.TickCount64;
        functionBytesBefore = GC.GetAllocatedBytesForCurrentThread();
    }

    private static void Obey()
    {
        if (stoppedThread != Environment.CurrentManagedThreadId || EventLoop.Current?.TurnNumber != stoppedTurn) return;

        // It stays so until the turn ends, whatever the plugin catches.
        throw new PluginStoppedException { IsNoted = true };
    }

    private static void LookAtMemory()
    {
        // Counted per turn of a loop; threads of the pool have none to count by.
        if (EventLoop.Current is not { } loop) return;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (loop.TurnNumber != turn)
        {
            turn = loop.TurnNumber;
            allocatedBefore = allocated;
        }
        else if (allocated - allocatedBefore > MostBytes)
        {
            // The request fails; what answers it may allocate again.
            allocatedBefore = allocated;
            throw new PluginMemoryException();
        }
    }
}

/// <summary>A plugin held an event loop for so long that it was stopped.</summary>
public sealed class PluginStoppedException() : Exception("it ran for too long without end and was stopped")
{
    /// <summary>The watchdog has counted it already.</summary>
    internal bool IsNoted { get; init; }
}

/// <summary>A plugin allocated too much for one request.</summary>
public sealed class PluginMemoryException() : Exception("it allocated too much memory for one request and was stopped");
