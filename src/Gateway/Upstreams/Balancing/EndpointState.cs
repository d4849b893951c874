using System.Net;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// What is known of one address of an upstream. Outlives snapshots: all configurations that have the address share it. Safe from any thread.
/// </summary>
internal sealed class EndpointState
{
    private readonly EndpointGroup group;
    private readonly TimeProvider time;
    private int inFlight;
    private long slowStartBegan;
    private int slowStartCredit;
    private long lastChange;
    private int lastFailure;

    public EndpointState(EndpointGroup group, string host, IPEndPoint address, TimeProvider time, bool startSlowly)
    {
        this.group = group;
        this.time = time;
        Host = host;
        Address = address;
        Key = address.ToString();
        Latency = new PeakLatency(time);
        if (startSlowly) slowStartBegan = Math.Max(1, time.GetTimestamp());
    }

    /// <summary>The name that the address was found under.</summary>
    public string Host { get; }

    public IPEndPoint Address { get; }

    public string Key { get; }

    public HealthState Health { get; } = new();

    public PeakLatency Latency { get; }

    public int InFlight => Volatile.Read(ref inFlight);

    public DateTimeOffset? LastChange => Volatile.Read(ref lastChange) is var ticks && ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);

    /// <summary>The last failure, for people; null without any.</summary>
    public string? LastError => Volatile.Read(ref lastFailure) is var failure && failure == 0 ? null : Describe(failure);

    /// <summary>How many pools have it; guarded by the group.</summary>
    internal int Holders { get; set; }

    public void Begin() => Interlocked.Increment(ref inFlight);

    public void End() => Interlocked.Decrement(ref inFlight);

    /// <summary>Counts what a probe or a request says.</summary>
    /// <param name="active">A probe says it.</param>
    /// <param name="status">The answer's status; 0 when there was none.</param>
    public void Report(HealthSignal signal, HealthLimits limits, bool active, int status)
    {
        // Kept as a number: under a failing upstream this runs for every request.
        var report = ((int)signal << 16) | (active ? 1 << 15 : 0) | (status & 0x7FFF);
        if (signal != HealthSignal.Success) Volatile.Write(ref lastFailure, report);
        var limit = limits.For(signal);
        if (Health.Report(signal, limit) is { } healthy) Changed(healthy, $"{limit} x {Describe(report)}");
    }

    /// <summary>Sets the health by hand.</summary>
    public void SetHealth(bool healthy)
    {
        if (Health.Set(healthy)) Changed(healthy, "set by hand");
    }

    /// <summary>Its share of the requests while it starts slowly: above 0, 1 at the end.</summary>
    public double SlowStartShare(TimeSpan window)
    {
        var began = Volatile.Read(ref slowStartBegan);
        if (began == 0 || window == TimeSpan.Zero) return 1;
        var share = time.GetElapsedTime(began) / window;
        if (share < 1) return Math.Max(share, 0.1);
        Interlocked.CompareExchange(ref slowStartBegan, 0, began);
        return 1;
    }

    /// <summary>Whether a request that its turn has come for is taken; of many, the share that is due now.</summary>
    public bool TakesTurn(TimeSpan window)
    {
        if (Volatile.Read(ref slowStartBegan) == 0) return true;
        var step = (int)(SlowStartShare(window) * 1024);
        if (step >= 1024) return true;
        var credit = Interlocked.Add(ref slowStartCredit, step);
        return credit >> 10 != (credit - step) >> 10;
    }

    private void Changed(bool healthy, string reason)
    {
        Volatile.Write(ref lastChange, time.GetUtcNow().UtcTicks);
        if (healthy) Volatile.Write(ref slowStartBegan, Math.Max(1, time.GetTimestamp()));
        group.OnHealthChanged(this, healthy, reason);
    }

    private static string Describe(int report)
    {
        var source = (report & (1 << 15)) != 0 ? "active" : "passive";
        return (HealthSignal)(report >> 16) switch
        {
            HealthSignal.Success => $"success ({source})",
            HealthSignal.HttpFailure => $"status {report & 0x7FFF} ({source})",
            HealthSignal.TcpFailure => $"connection failure ({source})",
            _ => $"timeout ({source})",
        };
    }
}
