using System.Net;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>An endpoint as one pool sees it: the shared state of its address with this configuration's weight, name and health limits.</summary>
internal sealed class LiveEndpoint : Endpoint
{
    private readonly HealthLimits passive;
    private readonly bool measuresLatency;

    public LiveEndpoint(EndpointState state, int weight, string hostHeader, HealthLimits passive, bool measuresLatency)
    {
        State = state;
        Weight = weight;
        this.passive = passive;
        this.measuresLatency = measuresLatency;
        HostHeader = hostHeader;
    }

    public EndpointState State { get; }

    /// <summary>Its share of the requests; 0 for none.</summary>
    public int Weight { get; }

    public override string Host => State.Host;

    public override int Port => State.Address.Port;

    public override IPEndPoint Address => State.Address;

    public override string Key => State.Key;

    public override string HostHeader { get; }

    public override bool IsHealthy => State.Health.IsHealthy;

    public override int InFlight => State.InFlight;

    public override void Begin() => State.Begin();

    public override void End(TryOutcome outcome, int status, TimeSpan elapsed)
    {
        State.End();
        if (measuresLatency && outcome is not (TryOutcome.ClientGone or TryOutcome.Abandoned)) State.Latency.Report(elapsed, failed: outcome != TryOutcome.Answered);
        switch (outcome)
        {
            case TryOutcome.Answered when passive.HealthyStatuses.Contains(status):
                State.Report(HealthSignal.Success, passive, active: false, status);
                break;
            case TryOutcome.Answered when passive.UnhealthyStatuses.Contains(status):
                State.Report(HealthSignal.HttpFailure, passive, active: false, status);
                break;
            case TryOutcome.ConnectFailed or TryOutcome.Broken:
                State.Report(HealthSignal.TcpFailure, passive, active: false, 0);
                break;
            case TryOutcome.TimedOut:
                State.Report(HealthSignal.Timeout, passive, active: false, 0);
                break;
        }
    }

    public EndpointStatus GetStatus() => new()
    {
        Address = Key,
        Weight = Weight,
        Health = State.Health.Status,
        IsHealthy = IsHealthy,
        InFlight = InFlight,
        Latency = State.Latency.IsKnown ? TimeSpan.FromSeconds(State.Latency.Seconds) : null,
        LastChange = State.LastChange,
        LastError = State.LastError,
    };

    public override string ToString() => Key;
}
