using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Upstreams.Health;

/// <summary>How many reports of each kind in a row change an endpoint's health, and which statuses count. 0 switches a kind off, as in Kong.</summary>
internal sealed class HealthLimits
{
    /// <summary>Nothing counts.</summary>
    public static readonly HealthLimits None = new();

    public int Successes { get; init; }

    public int HttpFailures { get; init; }

    public int TcpFailures { get; init; }

    public int Timeouts { get; init; }

    /// <summary>Looked at before <see cref="UnhealthyStatuses"/>.</summary>
    public StatusSet HealthyStatuses { get; init; } = new([]);

    public StatusSet UnhealthyStatuses { get; init; } = new([]);

    public bool CanFail => (HttpFailures | TcpFailures | Timeouts) != 0;

    public int For(HealthSignal signal) => signal switch
    {
        HealthSignal.Success => Successes,
        HealthSignal.HttpFailure => HttpFailures,
        HealthSignal.TcpFailure => TcpFailures,
        _ => Timeouts,
    };

    public static HealthLimits From(ActiveHealthcheck active) => new()
    {
        Successes = active.Healthy.Successes,
        HttpFailures = active.Unhealthy.HttpFailures,
        TcpFailures = active.Unhealthy.TcpFailures,
        Timeouts = active.Unhealthy.Timeouts,
        HealthyStatuses = new StatusSet(active.Healthy.HttpStatuses),
        UnhealthyStatuses = new StatusSet(active.Unhealthy.HttpStatuses),
    };

    public static HealthLimits From(PassiveHealthcheck passive) => new()
    {
        Successes = passive.Healthy.Successes,
        HttpFailures = passive.Unhealthy.HttpFailures,
        TcpFailures = passive.Unhealthy.TcpFailures,
        Timeouts = passive.Unhealthy.Timeouts,
        HealthyStatuses = new StatusSet(passive.Healthy.HttpStatuses),
        UnhealthyStatuses = new StatusSet(passive.Unhealthy.HttpStatuses),
    };
}

/// <summary>A set of HTTP statuses, 0 to 1023; one bit each, since every upstream has several.</summary>
internal readonly struct StatusSet
{
    private readonly ulong[]? bits;

    public StatusSet(IEnumerable<int> statuses)
    {
        foreach (var status in statuses)
            if ((uint)status < 1024) (bits ??= new ulong[16])[status >> 6] |= 1UL << (status & 63);
    }

    public bool Contains(int status) => bits is not null && (uint)status < 1024 && (bits[status >> 6] & (1UL << (status & 63))) != 0;
}

/// <summary>All that decides over the health of a balancer's endpoints.</summary>
internal sealed class HealthRules
{
    public static readonly HealthRules None = new();

    public HealthLimits Passive { get; init; } = HealthLimits.None;

    /// <summary>Null without active checks.</summary>
    public ProbeSettings? Active { get; init; }

    /// <summary>The percentage of the weight that must be exceeded by the healthy part, or the balancer as a whole is unhealthy.</summary>
    public double Threshold { get; init; }

    /// <summary>Whether anything can make an endpoint unhealthy.</summary>
    public bool On => Passive.CanFail || Active is not null;

    /// <summary>Kong's checks of an upstream.</summary>
    public static HealthRules From(UpstreamConfig upstream) => new()
    {
        Passive = HealthLimits.From(upstream.Healthchecks.Passive),
        Active = ProbeSettings.From(upstream),
        Threshold = upstream.Healthchecks.Threshold,
    };

    /// <summary>
    /// The check of a service that has its endpoints in place. What requests meet counts too, as far as it says that nobody is there:
    /// the probes bring such an endpoint back.
    /// </summary>
    public static HealthRules From(HealthCheckConfig check) => new()
    {
        Active = ProbeSettings.From(check),
        Passive = new HealthLimits { TcpFailures = check.UnhealthyThreshold },
    };
}
