using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;
using Sluice.Gateway.Upstreams.Dns;
using Sluice.Gateway.Upstreams.Health;
using Endpoint = Sluice.Gateway.Upstreams.Endpoint;

namespace Sluice.Gateway.Tests.Upstreams.Balancing;

/// <summary>Builds balancers as a snapshot does, with a clock that stands still.</summary>
internal sealed class BalancingFixture : IDisposable
{
    private readonly SharedResources shared = new();

    public BalancingFixture()
        : this(new ManualTime(), null)
    {
    }

    public BalancingFixture(ManualTime time, NameResolver? resolver)
    {
        Time = time;
        Resolver = resolver ?? new NameResolver(new DnsSettings { HostsFile = null }, time);
    }

    public ManualTime Time { get; }

    public HealthEvents Events { get; } = new();

    public NameResolver Resolver { get; }

    public SnapshotLease Lease { get; private set; } = new();

    public BalancingContext Context => new()
    {
        Shared = shared,
        Lease = Lease,
        Resolver = Resolver,
        Events = Events,
        Time = Time,
        Log = NullLogger.Instance,
    };

    /// <summary>The balancer of an upstream with targets 10.0.0.1, 10.0.0.2 ... of these weights.</summary>
    public Balancer Weighted(UpstreamConfig upstream, params int[] weights) =>
        Create(upstream, [.. weights.Select((w, i) => new TargetConfig { Target = $"10.0.0.{i + 1}:8080", Weight = w })]);

    public Balancer Create(UpstreamConfig upstream, params TargetConfig[] targets) =>
        Balancers.Create(new ServiceConfig { Name = "s", Host = upstream.Name }, upstream, targets, Context);

    public Balancer Create(ServiceConfig service) => Balancers.Create(service, null, [], Context);

    /// <summary>What a reload does: the new snapshot is built, then the old one is let go of.</summary>
    public T Reload<T>(Func<T> build)
    {
        var old = Lease;
        Lease = new SnapshotLease();
        var result = build();
        old.Dispose();
        return result;
    }

    public void Dispose() => Lease.Dispose();
}

internal static class BalancerTestExtensions
{
    public static Exchange NewExchange() => new(new DefaultHttpContext(), loop: null);

    public static Endpoint Choose(this Balancer balancer, Exchange? exchange = null, params List<Endpoint> tried)
    {
        var choice = balancer.ChooseAsync(exchange ?? NewExchange(), new TriedEndpoints(tried));
        choice.IsCompletedSuccessfully.ShouldBeTrue("the choice did not complete at once");
        return choice.Result.Endpoint.ShouldNotBeNull();
    }

    public static GatewayError Refuse(this Balancer balancer)
    {
        var choice = balancer.ChooseAsync(NewExchange(), default);
        choice.IsCompletedSuccessfully.ShouldBeTrue("the choice did not complete at once");
        return choice.Result.Error.ShouldNotBeNull();
    }

    /// <summary>How often each endpoint was chosen, by the last number of its address.</summary>
    public static Dictionary<int, int> Count(this Balancer balancer, int times, Func<int, Exchange>? exchange = null) =>
        Enumerable.Range(0, times).Select(i => balancer.Choose(exchange?.Invoke(i))).CountBy(Number).ToDictionary();

    public static int Number(this Endpoint endpoint) => endpoint.Address.Address.GetAddressBytes()[^1];

    /// <summary>One try that ended so.</summary>
    public static void Try(this Endpoint endpoint, TryOutcome outcome, int status = 0, double milliseconds = 1)
    {
        endpoint.Begin();
        endpoint.End(outcome, status, TimeSpan.FromMilliseconds(milliseconds));
    }
}
