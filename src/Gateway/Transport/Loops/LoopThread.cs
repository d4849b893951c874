using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Transport.Linux;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>What every loop does, however it waits: posted work, deadlines, the table of sockets, counters and the watchdog.</summary>
internal abstract partial class LoopThread : EventLoop
{
    /// <summary>Deadlines are looked at no more often than this, so that arming one costs a store and a comparison.</summary>
    private const int ScanInterval = 50;

    private const int AcceptPause = 100;

    private readonly ConcurrentQueue<(Action<object?> Action, object? State)> remote = new();
    private readonly Queue<(Action<object?> Action, object? State)> local = new();
    private readonly Thread thread;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<LoopListener> pausedListeners = [];
    private List<LoopSocket> again = [];
    private List<LoopSocket> spare = [];
    private LoopSocket?[] sockets = new LoopSocket?[1024];
    private int continued;
    private uint generations;
    private int wakeRequested;
    private volatile bool stopping;
    private volatile bool hasEnded;
    private long nextScan = long.MaxValue;
    private long lastExhaustionLogged = long.MinValue / 2;
    private long turnStarted;
    private long longestTurn;
    private long accepted;
    private int clients;
    private int upstreams;

    protected LoopThread(int index, BlockPool pool, ILogger log)
    {
        Index = index;
        Pool = pool;
        Log = log;
        thread = new Thread(Run, maxStackSize: 4 << 20) { IsBackground = true, Name = $"loop-{index}" };
    }

    public override int Index { get; }

    public BlockPool Pool { get; }

    public Stack<Block> SmallBlocks { get; } = new();

    public Stack<Block> LargeBlocks { get; } = new();

    /// <summary>Numbers the turns; a socket that has had its share of one goes on in the next.</summary>
    public uint Turn { get; private set; }

    internal override int ThreadId => thread.ManagedThreadId;

    internal override TimeSpan CurrentTurn => Volatile.Read(ref turnStarted) is not 0 and var started ? Stopwatch.GetElapsedTime(started) : TimeSpan.Zero;

    internal override uint TurnNumber => Turn;

    public override LoopCounters Counters => new(Volatile.Read(ref accepted), Volatile.Read(ref clients), Volatile.Read(ref upstreams));

    protected ILogger Log { get; }

    public override void Post(Action<object?> action, object? state)
    {
        if (ReferenceEquals(Current, this))
        {
            local.Enqueue((action, state));
            return;
        }

        remote.Enqueue((action, state));
        if (hasEnded)
            RunLeftOver();
        else if (Interlocked.Exchange(ref wakeRequested, 1) == 0)
            Wake();
    }

    public override TimeSpan TakeLongestTurn()
    {
        var started = Volatile.Read(ref turnStarted);
        var longest = Interlocked.Exchange(ref longestTurn, 0);
        if (started != 0) // a turn that has not ended counts too: that is when one looks
            longest = Math.Max(longest, Stopwatch.GetTimestamp() - started);
        return Stopwatch.GetElapsedTime(0, longest);
    }

    /// <summary>Runs <paramref name="action"/> on the thread and completes afterwards, with what it threw.</summary>
    public Task RunAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(
            _ =>
            {
                try
                {
                    action();
                    done.SetResult();
                }
                catch (Exception failure)
                {
                    done.SetException(failure);
                }
            },
            null);
        return done.Task;
    }

    public void Start() => thread.Start();

    /// <summary>Gives back what a loop holds that will never be started.</summary>
    public void Discard() => Release();

    /// <summary>Ends the thread; all connections are closed.</summary>
    public Task StopAsync()
    {
        Post(static state => ((LoopThread)state!).stopping = true, this);
        return ended.Task;
    }

    protected bool IsStopping => stopping;

    /// <summary>Takes over a connected descriptor, which is closed when that fails; on this loop's thread.</summary>
    public abstract LoopSocket Adopt(int handle);

    /// <summary>
    /// Begins to connect; on this loop's thread. With <paramref name="error"/> 0 the connection stands, with
    /// <see cref="Errno.InProgress"/> <see cref="ILoopSocketOwner.OnWritable"/> will tell; null for any other.
    /// </summary>
    public abstract LoopSocket? Connect(EndPoint endPoint, out int error);

    /// <summary>Begins to accept from <paramref name="handle"/> for <paramref name="listener"/>; on this loop's thread.</summary>
    public abstract void Listen(LoopListener listener, int handle);

    /// <summary>Ends that and closes the handle; on this loop's thread.</summary>
    public abstract void Unlisten(LoopListener listener);

    /// <summary>Lets the owner of <paramref name="socket"/> go on in the next turn.</summary>
    public void ContinueNextTurn(LoopSocket socket) => again.Add(socket);

    public void ScanNoLaterThan(long deadline)
    {
        if (deadline < nextScan)
            nextScan = deadline;
    }

    public void CountUpstream(int change) => Volatile.Write(ref upstreams, upstreams + change);

    public void CountClientClosed() => Volatile.Write(ref clients, clients - 1);

    protected abstract int WakeHandle { get; }

    protected abstract void Wake();

    /// <summary>Called on the thread before the first turn.</summary>
    protected abstract void Prepare();

    /// <summary>Submits what is due and waits up to <paramref name="milliseconds"/> (-1: without end) until something has happened.</summary>
    protected abstract void Wait(int milliseconds);

    /// <summary>Runs what follows from what has happened. Goes on where it was when it was left by an exception.</summary>
    protected abstract void Dispatch();

    protected abstract void ResumeAccepting(LoopListener listener);

    protected abstract void Release();

    protected uint NextGeneration() => ++generations & 0x7FFFFFFF;

    protected void Register(LoopSocket socket)
    {
        if (socket.Handle >= sockets.Length)
            Array.Resize(ref sockets, Math.Max(socket.Handle + 1, sockets.Length * 2));
        sockets[socket.Handle] = socket;
    }

    protected LoopSocket? Find(int handle) => (uint)handle < (uint)sockets.Length ? sockets[handle] : null;

    protected LoopSocket? Find(int handle, uint generation) =>
        Find(handle) is { } socket && socket.Generation == generation ? socket : null;

    internal void Unregister(LoopSocket socket) => sockets[socket.Handle] = null;

    protected void Accepted(LoopListener listener, int handle, EndPoint? remoteEndPoint)
    {
        LoopSocket socket;
        try
        {
            socket = Adopt(handle);
        }
        catch (IOException failure)
        {
            LogEscaped(Log, Index, failure);
            return;
        }

        Volatile.Write(ref accepted, accepted + 1);
        Volatile.Write(ref clients, clients + 1);
        var localEndPoint = listener.FixedLocalEndPoint ?? NativeSocket.LocalEndPoint(handle) ?? listener.EndPoint;
        listener.Enqueue(new LoopConnection(socket, localEndPoint, remoteEndPoint));
    }

    protected bool IsPaused(LoopListener listener) => pausedListeners.Contains(listener);

    /// <summary>Out of descriptors or memory: leaves the waiting connections in the backlog for a moment instead of spinning.</summary>
    protected void PauseAccepting(LoopListener listener, int error)
    {
        pausedListeners.Add(listener);
        var now = Environment.TickCount64;
        ScanNoLaterThan(now + AcceptPause);
        if (now - lastExhaustionLogged < 5000)
            return;
        lastExhaustionLogged = now;
        LogExhaustion(Log, listener.EndPoint, Errno.Describe(error), AcceptPause);
    }

    private void Run()
    {
        Current = this;
        try
        {
            Prepare();
            while (!stopping)
                RunTurn();
        }
        catch (Exception failure)
        {
            LogDeath(Log, Index, failure);
            Environment.FailFast($"Event loop {Index} cannot go on.", failure);
        }

        CloseAll();
        Release();
        hasEnded = true;
        RunLeftOver();
        ended.TrySetResult();
    }

    private void RunTurn()
    {
        Wait(TimeToWait());
        var started = Stopwatch.GetTimestamp();
        Volatile.Write(ref turnStarted, started);
        Turn++;
        while (!TryFollowUp())
        {
        }

        var taken = Stopwatch.GetTimestamp() - started;
        Volatile.Write(ref turnStarted, 0);
        if (taken > Volatile.Read(ref longestTurn))
            Volatile.Write(ref longestTurn, taken);
    }

    /// <summary>False when a continuation threw: what has not been looked at yet follows with the next call, the others must not suffer.</summary>
    private bool TryFollowUp()
    {
        try
        {
            RunAgain(); // before anything can add to it: who is added has had his share of this turn
            Dispatch();
            RunPosted();
            if (nextScan != long.MaxValue)
                ScanDeadlines();
            return true;
        }
        catch (Exception failure)
        {
            LogEscaped(Log, Index, failure);
            return false;
        }
    }

    private int TimeToWait()
    {
        if (again.Count > 0 || local.Count > 0 || !remote.IsEmpty)
            return 0;
        if (nextScan == long.MaxValue)
            return -1;
        return (int)Math.Clamp(nextScan - Environment.TickCount64, 0, int.MaxValue);
    }

    private void RunAgain()
    {
        if (again.Count == 0)
            return;
        if (spare.Count == 0)
            (again, spare) = (spare, again);
        for (; continued < spare.Count; continued++)
        {
            if (spare[continued] is { IsClosed: false } socket)
            {
                continued++;
                socket.Owner.OnReadable();
                continued--;
            }
        }

        spare.Clear();
        continued = 0;
    }

    /// <summary>Runs what was posted before; what these post themselves waits for the next turn, so that events get their share.</summary>
    private void RunPosted()
    {
        Volatile.Write(ref wakeRequested, 0);
        Interlocked.MemoryBarrier();
        for (var left = local.Count; left > 0; left--)
        {
            var (action, state) = local.Dequeue();
            action(state);
        }

        for (var left = remote.IsEmpty ? 0 : remote.Count; left > 0 && remote.TryDequeue(out var posted); left--)
            posted.Action(posted.State);
    }

    private void ScanDeadlines()
    {
        var now = Environment.TickCount64;
        if (now < nextScan)
            return;
        nextScan = long.MaxValue;
        var table = sockets;
        for (var i = 0; i < table.Length; i++)
        {
            if (table[i] is not { } socket || (socket.ReceiveDeadline | socket.SendDeadline) == 0)
                continue;
            socket.Owner.OnDeadline(now);
            if (socket.ReceiveDeadline != 0)
                ScanNoLaterThan(Math.Max(socket.ReceiveDeadline, now + ScanInterval));
            if (socket.SendDeadline != 0)
                ScanNoLaterThan(Math.Max(socket.SendDeadline, now + ScanInterval));
        }

        ResumePaused(now);
    }

    private void ResumePaused(long now)
    {
        if (pausedListeners.Count == 0)
            return;
        if (!Descriptors.AreLeftForClients(WakeHandle))
        {
            ScanNoLaterThan(now + AcceptPause);
            return;
        }

        foreach (var listener in pausedListeners)
            ResumeAccepting(listener);
        pausedListeners.Clear();
    }

    private void CloseAll()
    {
        foreach (var socket in sockets)
        {
            if (socket is { IsClosed: false })
                socket.Owner.OnLoopStopping();
        }

        foreach (var socket in sockets)
        {
            if (socket is { IsClosed: false })
                socket.Close(reset: true);
        }

        while (local.Count > 0)
            RunPosted();
    }

    /// <summary>What is posted to a loop that has ended runs where it is posted, so that nobody waits for ever.</summary>
    private void RunLeftOver()
    {
        lock (remote)
        {
            while (remote.TryDequeue(out var posted))
                posted.Action(posted.State);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot accept on {EndPoint}: {Reason}. Waiting connections are tried again every {Pause} ms.")]
    private static partial void LogExhaustion(ILogger log, EndPoint endPoint, string reason, int pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "An exception escaped to event loop {Index}.")]
    private static partial void LogEscaped(ILogger log, int index, Exception failure);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Event loop {Index} cannot go on.")]
    private static partial void LogDeath(ILogger log, int index, Exception failure);
}
