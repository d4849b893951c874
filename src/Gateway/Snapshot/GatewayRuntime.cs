using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Extending;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Redis;
using Sluice.Gateway.Replaying;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Upstreams.Dns;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Snapshot;

/// <summary>
/// The running gateway: the current snapshot and what outlives it. Loading a document builds the whole new snapshot first and then swaps one
/// reference; exchanges in flight finish on the snapshot they began on, which is retired when the last of them has ended.
/// </summary>
public sealed partial class GatewayRuntime : IAsyncDisposable
{
    private readonly Lock loading = new();
    private readonly SnapshotBuilder builder;
    private readonly ILogger log;
    private volatile GatewaySnapshot? current;
    private readonly ConcurrentDictionary<string, PluginFailures> failures = new(StringComparer.Ordinal);
    private readonly PluginWatch watch;
    private int refusals;

    /// <param name="transport">What moves the bytes; disposed of by its owner.</param>
    /// <param name="settings">What the gateway is told outside documents.</param>
    public GatewayRuntime(Transport.Transport transport, GatewaySettings settings, ILoggerFactory logs, TimeProvider time)
    {
        Transport = transport;
        Settings = settings;
        Logs = logs;
        Time = time;
        Resolver = new NameResolver(settings.Dns, time);
        log = logs.CreateLogger<GatewayRuntime>();
        builder = new SnapshotBuilder(this);
        watch = new PluginWatch(transport.Loops, logs.CreateLogger<PluginWatch>());
        HealthEvents.Added += Metrics.Count;
        Recent = settings.RecentRequests > 0 ? new RecentRequests(settings.RecentRequests, settings.RecentRequestsEvery) : null;
        AccessLog = AccessLog.Open(settings, time, logs.CreateLogger("Sluice.AccessLog"));
    }

    public Transport.Transport Transport { get; }

    /// <summary>What is asked in place of a service's endpoints, for tests of plugins; null for the endpoints.</summary>
    internal Func<Configuration.ServiceConfig, Upstreams.UpstreamClient>? StandIn { get; init; }

    /// <summary>What snapshots are built with from now on.</summary>
    public GatewaySettings Settings { get; private set; }

    public ILoggerFactory Logs { get; }

    public TimeProvider Time { get; }

    /// <summary>The chance that plugins rely on; tests bring their own.</summary>
    internal Random Random { get; init; } = Random.Shared;

    /// <summary>What outlives snapshots.</summary>
    public SharedResources Shared { get; } = new();

    /// <summary>Tells this process from other nodes.</summary>
    public Guid NodeId { get; } = Telemetry.GatewayNode.Guid;

    /// <summary>Resolves the names of upstreams.</summary>
    internal NameResolver Resolver { get; }

    /// <summary>The last changes of health and circuits.</summary>
    public HealthEvents HealthEvents { get; } = new();

    /// <summary>The plugins that have failed since the start.</summary>
    public IReadOnlyList<PluginFailures> FailedPlugins => [.. failures.Values.Where(f => f.Total > 0).OrderBy(f => f.Name, StringComparer.Ordinal)];

    /// <summary>The Redis servers that plugins use.</summary>
    public IReadOnlyList<RedisStatus> RedisServers =>
        [.. Shared.OfType<SharedRedis>().Select(r => new RedisStatus(r.Name, r.Client.IsUp, r.Client.Problem)).OrderBy(r => r.Server, StringComparer.Ordinal)];

    /// <summary>The caches in use, for taking responses out of them.</summary>
    public IReadOnlyList<ICachePurge> Caches => [.. Shared.OfType<ICachePurge>().OrderBy(c => c.Name, StringComparer.Ordinal)];

    /// <summary>What is counted; survives reloads.</summary>
    internal GatewayMetrics Metrics { get; } = new();

    /// <summary>A line for each exchange; null when that is off.</summary>
    internal AccessLog? AccessLog { get; }

    /// <summary>The last requests, for asking what another configuration would do with them; null when that is off.</summary>
    internal RecentRequests? Recent { get; }

    /// <summary>What <paramref name="candidate"/>, prepared and not served, would do otherwise with the last requests.</summary>
    public ReplayReport Replay(GatewaySnapshot candidate) => Replaying.Replay.Run(Current, candidate, Recent?.ToList() ?? []);

    /// <summary>The snapshot that new exchanges run on.</summary>
    /// <exception cref="InvalidOperationException">Nothing has been loaded yet.</exception>
    public GatewaySnapshot Current => current ?? throw new InvalidOperationException("no configuration has been loaded");

    /// <summary>How many documents have been loaded since the start.</summary>
    public int Generation { get; private set; }

    /// <summary>When the current document was loaded.</summary>
    public DateTimeOffset LoadedAt { get; private set; }

    /// <summary>How many newer documents were refused since the start.</summary>
    public int Refusals => refusals;

    /// <summary>Notes that a newer document was refused, by its reader or by <see cref="Load"/>.</summary>
    public void NoteRefusal() => Interlocked.Increment(ref refusals);

    /// <summary>Builds a snapshot of <paramref name="document"/> and makes it the current one. The running one stays when this throws.</summary>
    /// <exception cref="SnapshotException">The document has passed its checks but cannot be built; the message says why.</exception>
    /// <param name="document">A checked document.</param>
    /// <param name="settings">Settings that changed with it, such as a renewed certificate; null to keep those there are.</param>
    public GatewaySnapshot Load(GatewayDocument document, GatewaySettings? settings = null)
    {
        var snapshot = Prepare(document, settings);
        Serve(snapshot);
        return snapshot;
    }

    /// <summary>
    /// Builds a snapshot without making it the current one: <see cref="Serve"/> does that, <see cref="Discard"/> lets go of it. One of the two follows.
    /// </summary>
    /// <inheritdoc cref="Load"/>
    public GatewaySnapshot Prepare(GatewayDocument document, GatewaySettings? settings = null)
    {
        lock (loading) return builder.Build(document, settings ?? Settings);
    }

    /// <summary>Makes a prepared snapshot the current one. Cannot fail.</summary>
    public void Serve(GatewaySnapshot prepared)
    {
        lock (loading)
        {
            Settings = prepared.Settings;

            // A full fence: whoever still enters the old snapshot after this is counted before the retiring looks at the count, or sees the new one.
            var old = Interlocked.Exchange(ref current, prepared);
            Generation++;
            LoadedAt = Time.GetUtcNow();
            if (old is not null) _ = RetireAsync(old, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Lets go of a prepared snapshot that will not be served.</summary>
    public void Discard(GatewaySnapshot prepared) => _ = RetireAsync(prepared, TimeSpan.Zero);

    /// <summary>Where the failures of a plugin are counted. A new configuration has it run again.</summary>
    internal PluginFailures FailuresOf(string plugin, GatewaySettings settings)
    {
        var found = failures.GetOrAdd(plugin, name => new PluginFailures(name, Time, HealthEvents));
        found.PauseAfter = settings.PluginFailureLimit;
        found.Resume();
        return found;
    }

    /// <summary>The current snapshot, held for one exchange; <see cref="Exit"/> lets go of it.</summary>
    internal GatewaySnapshot Enter(int stripe)
    {
        while (true)
        {
            var snapshot = Current;
            snapshot.Exchanges.Enter(stripe);

            // A swap between the two lines above may already have found the old snapshot unused.
            if (ReferenceEquals(snapshot, current)) return snapshot;
            snapshot.Exchanges.Exit(stripe);
        }
    }

    internal static void Exit(GatewaySnapshot snapshot, int stripe) => snapshot.Exchanges.Exit(stripe);

    public async ValueTask DisposeAsync()
    {
        // The drain is over: what still runs is not waited for any longer than this.
        if (current is { } last) await RetireAsync(last, TimeSpan.FromSeconds(5));
        AccessLog?.Dispose();
        watch.Dispose();
    }

    /// <summary>Lets go of a snapshot's resources when its last exchange has ended, or after <paramref name="patience"/>.</summary>
    private async Task RetireAsync(GatewaySnapshot old, TimeSpan patience)
    {
        var begun = Time.GetTimestamp();
        while (old.Exchanges.Count > 0 && (patience == Timeout.InfiniteTimeSpan || Time.GetElapsedTime(begun) < patience))
            await Task.Delay(TimeSpan.FromMilliseconds(50), Time);
        try
        {
            old.Lease.Dispose();
        }
        catch (Exception e)
        {
            LogRetireFailed(e);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "a retired snapshot could not let go of all its resources")]
    private partial void LogRetireFailed(Exception e);
}
