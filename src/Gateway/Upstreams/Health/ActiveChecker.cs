using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Health;

/// <summary>
/// Probes the endpoints of one upstream: the healthy ones at one interval, the unhealthy ones at another. Runs on the thread pool, never on a
/// loop; a round that is still going when its next time comes is not begun again. Shared by the snapshots whose checks are the same.
/// </summary>
internal sealed class ActiveChecker : IDisposable
{
    /// <summary>The first round comes within this time, at a moment that differs between upstreams, so that a start is no storm.</summary>
    private static readonly TimeSpan LatestStart = TimeSpan.FromSeconds(1);

    private readonly ProbeSettings settings;
    private readonly Probe probe;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly List<EndpointPool> pools = [];
    private readonly ITimer?[] timers;
    private readonly bool[] running = new bool[2];

    public ActiveChecker(string name, ProbeSettings settings, UpstreamTls tls, TimeProvider time)
    {
        this.settings = settings;
        this.time = time;
        probe = Probe.Create(settings, tls);
        var hash = new StableHash();
        hash.Add(name);
        var delay = LatestStart * (hash.Value % 1000 / 1000.0);
        timers = [StartTimer(healthy: false, settings.UnhealthyInterval, delay), StartTimer(healthy: true, settings.HealthyInterval, delay)];
    }

    public void Add(EndpointPool pool)
    {
        lock (gate) pools.Add(pool);
    }

    public void Remove(EndpointPool pool)
    {
        lock (gate) pools.Remove(pool);
    }

    public void Dispose()
    {
        foreach (var timer in timers) timer?.Dispose();
        probe.Dispose();
    }

    /// <summary>Probes all endpoints that are healthy, or all that are not.</summary>
    public async Task CheckAsync(bool healthy)
    {
        var index = healthy ? 1 : 0;
        EndpointPool[] current;
        lock (gate)
        {
            if (running[index]) return;
            running[index] = true;
            current = [.. pools];
        }

        try
        {
            List<LiveEndpoint> endpoints = [];
            foreach (var pool in current)
            {
                // Without requests nobody else has the names asked for again.
                var view = await pool.GetViewAsync().ConfigureAwait(false);
                endpoints.AddRange(view.All.Where(e => e.Weight > 0 && e.IsHealthy == healthy));
            }

            var options = new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency };
            await Parallel.ForEachAsync(endpoints.DistinctBy(e => e.State), options, CheckAsync).ConfigureAwait(false);
        }
        finally
        {
            lock (gate) running[index] = false;
        }
    }

    private async ValueTask CheckAsync(LiveEndpoint endpoint, CancellationToken cancellation)
    {
        var (signal, status) = await probe.RunAsync(endpoint, time).ConfigureAwait(false);
        if (signal is { } found) endpoint.State.Report(found, settings.Limits, active: true, status);
    }

    private ITimer? StartTimer(bool healthy, TimeSpan interval, TimeSpan delay)
    {
        if (interval <= TimeSpan.Zero) return null;
        return time.CreateTimer(_ => _ = CheckAsync(healthy), null, delay < interval ? delay : interval, interval);
    }
}
