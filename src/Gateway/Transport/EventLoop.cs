namespace Sluice.Gateway.Transport;

/// <summary>
/// One thread that waits for readiness or completions and runs everything that follows from them. Code on a loop must not block:
/// what may block or burn CPU goes to the thread pool and comes back with <see cref="SwitchTo"/>.
/// </summary>
public abstract class EventLoop
{
    [ThreadStatic]
    private static EventLoop? current;

    /// <summary>The loop whose thread this is, or null on any other thread.</summary>
    public static EventLoop? Current
    {
        get => current;
        protected set => current = value;
    }

    /// <summary>0-based; indexes per-loop tables such as upstream pools.</summary>
    public abstract int Index { get; }

    /// <summary>Runs <paramref name="action"/> with <paramref name="state"/> on the loop's thread, in the order posted. Safe from any thread.</summary>
    public abstract void Post(Action<object?> action, object? state);

    /// <summary>How long the loop has been busy with one turn, at most, since the last read of this value (the watchdog metric).</summary>
    public abstract TimeSpan TakeLongestTurn();

    /// <summary>The plugin that runs on the loop now, for the watchdog; null for none. Written on the loop's thread.</summary>
    internal volatile Pipeline.Plugin? Running;

    /// <summary>The loop's thread; 0 before it runs.</summary>
    internal virtual int ThreadId => 0;

    /// <summary>How long the turn that runs has lasted; zero between turns.</summary>
    internal virtual TimeSpan CurrentTurn => TimeSpan.Zero;

    /// <summary>Another for each turn.</summary>
    internal virtual uint TurnNumber => 0;

    /// <summary>What the loop carries now; readable from any thread.</summary>
    public abstract LoopCounters Counters { get; }

    /// <summary>Await it to go on on this loop's thread; completes at once when already there.</summary>
    public LoopSwitch SwitchTo() => new(this);

    public readonly struct LoopSwitch(EventLoop loop) : System.Runtime.CompilerServices.ICriticalNotifyCompletion
    {
        private static readonly Action<object?> Run = static state => ((Action)state!)();

        public LoopSwitch GetAwaiter() => this;

        public bool IsCompleted => ReferenceEquals(current, loop);

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => loop.Post(Run, continuation);

        public void UnsafeOnCompleted(Action continuation) => loop.Post(Run, continuation);
    }
}

/// <summary>What one loop carries.</summary>
/// <param name="Accepted">Client connections since the start.</param>
/// <param name="ClientConnections">Client connections open now.</param>
/// <param name="UpstreamSockets">Connections to upstreams open now.</param>
public readonly record struct LoopCounters(long Accepted, int ClientConnections, int UpstreamSockets);
