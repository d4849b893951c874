using System.Net;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// The addresses of one upstream (or of one service without an upstream) and what is known of them, across reloads. Pools take the addresses
/// that their configuration has and give them back; an address that no pool has is forgotten.
/// </summary>
internal sealed partial class EndpointGroup
{
    private readonly Dictionary<(string Host, IPEndPoint Address), EndpointState> states = [];
    private readonly List<EndpointPool> pools = [];
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly HealthEvents events;
    private readonly ILogger log;

    public EndpointGroup(string name, TimeProvider time, HealthEvents events, ILogger log)
    {
        Name = name;
        this.time = time;
        this.events = events;
        this.log = log;
    }

    public string Name { get; }

    /// <returns>Whether there were other pools, so that what the new one adds joins endpoints that serve already.</returns>
    public bool Add(EndpointPool pool)
    {
        lock (gate)
        {
            pools.Add(pool);
            return pools.Count > 1;
        }
    }

    public void Remove(EndpointPool pool)
    {
        lock (gate) pools.Remove(pool);
    }

    /// <summary>The state of an address, made if nobody has it yet. To be given back with <see cref="Release"/>.</summary>
    /// <param name="startSlowly">A new address joins others that already serve.</param>
    public EndpointState Acquire(string host, IPEndPoint address, bool startSlowly)
    {
        lock (gate)
        {
            if (!states.TryGetValue((host, address), out var state))
                states[(host, address)] = state = new EndpointState(this, host, address, time, startSlowly);
            state.Holders++;
            return state;
        }
    }

    public void Release(EndpointState state)
    {
        lock (gate)
            if (--state.Holders == 0) states.Remove((state.Host, state.Address));
    }

    public void OnHealthChanged(EndpointState state, bool healthy, string reason)
    {
        if (healthy) LogHealthy(log, Name, state.Host, state.Key, reason);
        else LogUnhealthy(log, Name, state.Host, state.Key, reason);
        events.Add(new HealthEvent(time.GetUtcNow(), HealthEventKind.Endpoint, Name, state.Key, healthy ? "healthy" : "unhealthy", reason));

        EndpointPool[] affected;
        lock (gate) affected = [.. pools];
        foreach (var pool in affected) pool.Rebuild();
    }

    /// <summary>A pool as a whole began or ceased to serve.</summary>
    public void OnBalancerChanged(bool healthy)
    {
        if (healthy) LogBalancerHealthy(log, Name);
        else LogBalancerUnhealthy(log, Name);
        events.Add(new HealthEvent(
            time.GetUtcNow(), HealthEventKind.Balancer, Name, null, healthy ? "healthy" : "unhealthy", healthy ? "" : "too little healthy weight"));
    }

    public void OnResolveFailed(string host, string error) => LogResolveFailed(log, Name, host, error);

    [LoggerMessage(1, LogLevel.Warning, "{Upstream}: endpoint {Host} ({Address}) is unhealthy: {Reason}")]
    private static partial void LogUnhealthy(ILogger log, string upstream, string host, string address, string reason);

    [LoggerMessage(2, LogLevel.Information, "{Upstream}: endpoint {Host} ({Address}) is healthy again: {Reason}")]
    private static partial void LogHealthy(ILogger log, string upstream, string host, string address, string reason);

    [LoggerMessage(3, LogLevel.Error, "{Upstream} has too little healthy weight: its requests are refused")]
    private static partial void LogBalancerUnhealthy(ILogger log, string upstream);

    [LoggerMessage(4, LogLevel.Information, "{Upstream} serves again")]
    private static partial void LogBalancerHealthy(ILogger log, string upstream);

    [LoggerMessage(5, LogLevel.Warning, "{Upstream}: the name {Host} could not be resolved: {Error}")]
    private static partial void LogResolveFailed(ILogger log, string upstream, string host, string error);
}
