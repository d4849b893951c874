using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>How many idle connections are kept, and for how long.</summary>
/// <param name="Size">Most idle connections per key and loop, and an eighth of the most of all keys together; 0 keeps none.</param>
/// <param name="MaxRequests">Requests after which a connection is closed; 0 for no limit.</param>
/// <param name="IdleTimeout">After which an idle one is closed; zero for never.</param>
internal sealed record KeepAliveSettings(int Size, int MaxRequests, TimeSpan IdleTimeout)
{
    /// <summary>Clients choose the server name where a route preserves their Host, and with it the key: without this they could have connections kept without end.</summary>
    public int TotalSize => Size * 8;

    /// <summary>After which a connection is closed, however busy; zero for never.</summary>
    public TimeSpan Lifetime { get; init; }
}

/// <summary>
/// Connections to endpoints, idle and in use, separately for each loop: a connection never leaves the loop that it was opened on. The one used last is
/// taken first, so that the rest grow old and are closed. A shared resource: it survives reloads.
/// </summary>
internal sealed class ConnectionPool : IDisposable, IMetricsSource
{
    private static readonly TimeSpan TurnLength = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongIdle = TimeSpan.FromMilliseconds(500);

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

    /// <summary>
    /// Whether the connection had been idle for long enough that its other end may have closed it for that. One that was busy a moment ago and
    /// dies under a request dies of the request.
    /// </summary>
    public bool WasIdleLong(Http1Connection connection) => time.GetElapsedTime(connection.IdleSince) >= LongIdle;

    /// <summary>The connection begins to work for <paramref name="exchange"/>; null for a call that belongs to none.</summary>
    public void Begin(Http1Connection connection, Exchange? exchange, EventLoop? loop)
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
        if (!reusable || retired || settings.Size == 0 || (settings.MaxRequests > 0 && connection.Requests >= settings.MaxRequests) || IsOver(connection))
        {
            connection.Dispose();
            return;
        }

        connection.IdleSince = time.GetTimestamp();
        connections.Put(connection);
    }

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime)
    {
        LoopConnections[] all = [.. byLoop, withoutLoop];
        text.Family("gateway_upstream_connections", "gauge", "Open HTTP/1.1 connections to upstreams, active with a request under way or idle.")
            .Part("gateway_upstream_connections", all.Sum(c => c.InUse), ("state", "active"))
            .Part("gateway_upstream_connections", all.Sum(c => c.Idle), ("state", "idle"));
        text.Family("gateway_upstream_connections_total", "counter", "HTTP/1.1 connections to upstreams that were opened and used.")
            .Part("gateway_upstream_connections_total", all.Sum(c => c.Opened));
    }

    /// <summary>Closes what is idle. What is in use is closed when it is given back.</summary>
    public void Dispose()
    {
        retired = true;
        timer.Dispose();
        foreach (var connections in byLoop) connections.Close();
        withoutLoop.Close();
    }

    private bool IsOver(Http1Connection connection) => settings.Lifetime != TimeSpan.Zero && time.GetElapsedTime(connection.OpenedAt) >= settings.Lifetime;

    private LoopConnections For(EventLoop? loop) => loop is null ? withoutLoop : byLoop[loop.Index];

    private void OnTurn()
    {
        turn++;
        foreach (var connections in byLoop) connections.Turn();
        withoutLoop.Turn();
    }

    /// <summary>
    /// The connections of one loop, touched on its thread only; or those without a loop, touched under a lock.
    /// </summary>
    private sealed class LoopConnections(ConnectionPool pool, EventLoop? loop)
    {
        private static readonly Action<object?> TurnOnLoop = static self => ((LoopConnections)self!).TurnHere();
        private static readonly Action<object?> CloseOnLoop = static self => ((LoopConnections)self!).CloseIdle(all: true);

        private readonly Dictionary<ConnectionKey, List<Http1Connection>> idle = [];
        private readonly Lock gate = new();
        private Http1Connection? inUse;
        private int kept;
        private int used;
        private long opened;
        private volatile bool isEmpty = true;

        public int InUse => Volatile.Read(ref used);

        /// <summary>Connections that have been used, each counted with its first request.</summary>
        public long Opened => Volatile.Read(ref opened);

        public int Idle => Volatile.Read(ref kept);

        public Http1Connection? Take(ConnectionKey key)
        {
            if (loop is not null) return TakeHere(key);
            lock (gate) return TakeHere(key);
        }

        public void Put(Http1Connection connection)
        {
            if (loop is not null) PutHere(connection);
            else
                lock (gate)
                    PutHere(connection);
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

        /// <summary>From any thread, every so often: closes what has been idle for too long and has slow exchanges watch their clients.</summary>
        public void Turn()
        {
            if (isEmpty) return;
            if (loop is not null) loop.Post(TurnOnLoop, this);
            else
                lock (gate)
                    TurnHere();
        }

        /// <summary>From any thread, at the end: closes all that is idle.</summary>
        public void Close()
        {
            if (loop is not null) loop.Post(CloseOnLoop, this);
            else
                lock (gate)
                    CloseIdle(all: true);
        }

        private Http1Connection? TakeHere(ConnectionKey key)
        {
            if (!idle.TryGetValue(key, out var stack)) return null;
            while (stack.Count > 0)
            {
                var connection = stack[^1];
                stack.RemoveAt(stack.Count - 1);
                kept--;
                if (connection.IsIdleAndOpen) return connection;
                connection.Dispose();
            }

            return null;
        }

        private void PutHere(Http1Connection connection)
        {
            if (!idle.TryGetValue(connection.Key, out var stack)) idle[connection.Key] = stack = [];
            if (stack.Count >= pool.settings.Size || pool.retired)
            {
                connection.Dispose();
                return;
            }

            if (kept >= pool.settings.TotalSize) CloseOldest();
            stack.Add(connection);
            kept++;
        }

        /// <summary>Looks at one connection per key: slow, and only needed where there are more keys than anybody configures.</summary>
        private void CloseOldest()
        {
            List<Http1Connection>? oldest = null;
            foreach (var stack in idle.Values)
                if (stack.Count > 0 && (oldest is null || stack[0].IdleSince < oldest[0].IdleSince))
                    oldest = stack;
            oldest![0].Dispose();
            oldest.RemoveAt(0);
            kept--;
        }

        private void TurnHere()
        {
            CloseIdle(all: false);
            var now = pool.turn;
            for (var connection = inUse; connection is not null; connection = connection.NextInUse)
                if (now - connection.StartedTurn > 1)
                    connection.WatchClient();
            isEmpty = inUse is null && idle.Count == 0;
        }

        private void CloseIdle(bool all)
        {
            List<ConnectionKey>? empty = null;
            foreach (var (key, stack) in idle)
            {
                var old = 0;
                while (old < stack.Count && (all || IsOld(stack[old]))) stack[old++].Dispose();
                stack.RemoveRange(0, old);
                kept -= old;
                if (stack.Count == 0) (empty ??= []).Add(key);
            }

            // Endpoints and server names come and go; a key without connections is not kept.
            if (empty is not null)
                foreach (var key in empty)
                    idle.Remove(key);
        }

        private bool IsOld(Http1Connection connection) =>
            pool.settings.IdleTimeout != TimeSpan.Zero && pool.time.GetElapsedTime(connection.IdleSince) >= pool.settings.IdleTimeout;

        private void Link(Http1Connection connection)
        {
            isEmpty = false;
            connection.NextInUse = inUse;
            if (inUse is not null) inUse.PreviousInUse = connection;
            inUse = connection;
            used++;
            if (connection.Requests == 0) opened++;
        }

        private void Unlink(Http1Connection connection)
        {
            if (connection.PreviousInUse is { } previous) previous.NextInUse = connection.NextInUse;
            else inUse = connection.NextInUse;
            if (connection.NextInUse is { } next) next.PreviousInUse = connection.PreviousInUse;
            connection.NextInUse = connection.PreviousInUse = null;
            used--;
        }
    }
}
