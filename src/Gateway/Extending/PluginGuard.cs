using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Extending;

/// <summary>
/// Where the code of plugins that are compiled here looks whether it should go on. Called by code that the compiler puts into loops and methods; a plugin's
/// author has no need of it.
/// </summary>
public static class PluginGuard
{
    private static volatile int stoppedThread;

    /// <summary>Goes on, unless the thread is told to stop or its stack is nearly used up.</summary>
    /// <exception cref="PluginStoppedException">The plugin has held an event loop for too long.</exception>
    /// <exception cref="InsufficientExecutionStackException">The plugin calls itself without end.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step()
    {
        if (stoppedThread != 0) Stop();
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    /// <summary>Makes the code on that thread end at its next step; 0 for none.</summary>
    internal static void Stop(int thread) => stoppedThread = thread;

    private static void Stop()
    {
        if (stoppedThread == Environment.CurrentManagedThreadId) throw new PluginStoppedException();
    }
}

/// <summary>A plugin held an event loop for so long that it was stopped.</summary>
public sealed class PluginStoppedException() : Exception("it held an event loop for too long and was stopped");
