using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>How many idle connections are kept, and for how long.</summary>
/// <param name="Size">Most idle connections per key and loop; 0 keeps none.</param>
/// <param name="MaxRequests">Requests after which a connection is closed; 0 for no limit.</param>
/// <param name="IdleTimeout">After which an idle one is closed; zero for never.</param>
internal sealed record KeepAliveSettings(int Size, int MaxRequests, TimeSpan IdleTimeout);

/// <summary>
/// Connections to endpoints, idle and in use, separately for each loop: a connection never leaves the loop that it was opened on. The one used last is
/// taken first, so that the rest grow old and are closed. A shared resource: it survives reloads.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    private static readonly TimeSpan TurnLength = TimeSpan.FromMilliseconds(250);

    private readonly KeepAliveSettings settings;
    private readonly TimeProvider time;
    private readonly LoopConnections[] byLoop;
    private readonly LoopConnections withoutLoop;
    private readonly ITimer timer;
    private volatile int turn;
    private volatile bool retired;

    public ConnectionPool(KeepAliveSettings settings, IReadOnlyList<EventLoop> loops, TimeProvider time)
    {
        this.settings = settings;
        this.time = time;
        byLoop = [.. loops.Select(loop => new LoopConnections(this, loop))];
        withoutLoop = new LoopConnections(this, null);
        timer = time.CreateTimer(static self => ((ConnectionPool)self!).OnTurn(), this, TurnLength, TurnLength);
    }

    /// <summary>An idle connection that is still open; null when a new one has to be made.</summary>
    public Http1Connection? Take(ConnectionKey key, EventLoop? loop) => For(loop).Take(key);

    /// <summary>The connection begins to work for <paramref name="exchange"/>.</summary>
    public void Begin(Http1Connection connection, Exchange exchange, EventLoop? loop)
    {
        connection.Begin(exchange, turn);
        For(loop).AddInUse(connection);
    }

    /// <summary>The connection's work is done; it is kept when it may carry another request, and closed otherwise.</summary>
    public void End(Http1Connection connection, EventLoop? loop, bool reusable)
    {
        var connections = For(loop);
        connections.RemoveInUse(connection);
        connection.Finish();
        if (!reusable || retired || settings.Size == 0 || (settings.MaxRequests > 0 && connection.Requests >= settings.MaxRequests))
        {
            connection.Dispose();
            return;
        }

        connection.IdleSince = time.GetTimestamp();
        connections.Put(connection);
    }

    /// <summary>Closes what is idle. What is in use is closed when it is given back.</summary>
    public void Dispose()
    {
        retired = true;
        timer.Dispose();
        foreach (var connections in byLoop) connections.CloseIdle(all: true);
        withoutLoop.CloseIdle(all: true);
    }

    private LoopConnections For(EventLoop? loop) => loop is null ? withoutLoop : byLoop[loop.Index];

    private void OnTurn()
    {
        turn++;
        foreach (var connections in byLoop)
        {
            connections.CloseIdle(all: false);
            connections.WatchClients();
        }

        withoutLoop.CloseIdle(all: false);
        withoutLoop.WatchClients();
    }

    /// <summary>The connections of one loop.</summary>
    private sealed class LoopConnections(ConnectionPool pool, EventLoop? loop)
    {
        private static readonly Action<object?> WatchOnLoop = static self => ((LoopConnections)self!).WatchLongWaiting();

        private readonly Dictionary<ConnectionKey, List<Http1Connection>> idle = [];
        private readonly Lock gate = new();
        private Http1Connection? inUse;

        public Http1Connection? Take(ConnectionKey key)
        {
            lock (gate)
            {
                if (!idle.TryGetValue(key, out var stack)) return null;
                while (stack.Count > 0)
                {
                    var connection = stack[^1];
                    stack.RemoveAt(stack.Count - 1);
                    if (connection.IsIdleAndOpen) return connection;
                    connection.Dispose();
                }

                return null;
            }
        }

        public void Put(Http1Connection connection)
        {
            lock (gate)
            {
                if (!idle.TryGetValue(connection.Key, out var stack)) idle[connection.Key] = stack = [];
                if (stack.Count < pool.settings.Size && !pool.retired)
                {
                    stack.Add(connection);
                    return;
                }
            }

            connection.Dispose();
        }

        public void CloseIdle(bool all)
        {
            if (!all && pool.settings.IdleTimeout == TimeSpan.Zero) return;
            lock (gate)
            {
                List<ConnectionKey>? empty = null;
                foreach (var (key, stack) in idle)
                {
                    var old = 0;
                    while (old < stack.Count && (all || pool.time.GetElapsedTime(stack[old].IdleSince) >= pool.settings.IdleTimeout))
                        stack[old++].Dispose();
                    stack.RemoveRange(0, old);
                    if (stack.Count == 0) (empty ??= []).Add(key);
                }

                // Endpoints come and go; a key without connections is not kept.
                if (empty is not null)
                    foreach (var key in empty)
                        idle.Remove(key);
            }
        }

        public void AddInUse(Http1Connection connection)
        {
            if (loop is not null) Link(connection);
            else
                lock (gate)
                    Link(connection);
        }

        public void RemoveInUse(Http1Connection connection)
        {
            if (loop is not null) Unlink(connection);
            else
                lock (gate)
                    Unlink(connection);
        }

        /// <summary>Has every connection that has waited for a whole turn watch its client.</summary>
        public void WatchClients()
        {
            if (Volatile.Read(ref inUse) is null) return;
            if (loop is not null) loop.Post(WatchOnLoop, this);
            else
                lock (gate)
                    WatchLongWaiting();
        }

        private void WatchLongWaiting()
        {
            var now = pool.turn;
            for (var connection = inUse; connection is not null; connection = connection.NextInUse)
                if (now - connection.StartedTurn > 1)
                    connection.WatchClient();
        }

        private void Link(Http1Connection connection)
        {
            connection.NextInUse = inUse;
            if (inUse is not null) inUse.PreviousInUse = connection;
            inUse = connection;
        }

        private void Unlink(Http1Connection connection)
        {
            if (connection.PreviousInUse is { } previous) previous.NextInUse = connection.NextInUse;
            else inUse = connection.NextInUse;
            if (connection.NextInUse is { } next) next.PreviousInUse = connection.PreviousInUse;
            connection.NextInUse = connection.PreviousInUse = null;
        }
    }
}
