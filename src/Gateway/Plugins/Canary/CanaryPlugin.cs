using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Canary;

/// <summary>Sends a part of the requests to a new version of their service.</summary>
internal sealed class CanaryPlugin : Plugin
{
    private const int Primary = 0;
    private const int Canary = 1;

    private readonly CanaryConfig config;
    private readonly CanaryBuckets buckets;
    private readonly DateTimeOffset start;
    private readonly TimeProvider time;
    private readonly bool looksAtHealth;
    private readonly DestinationCounts counts;

    // The new version of each service. Made when first asked for: global middleware concerns more services than are ever used.
    private readonly ModelsLike? canaries;

    public CanaryPlugin(CanaryConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        var middleware = setup.Middleware.Id;
        buckets = new CanaryBuckets(config.Hash, config.HashHeader, config.Steps);
        if (setup.Services is { } services)
        {
            canaries = new ModelsLike(like => services.MakeLike(like, middleware, config.UpstreamHost, config.UpstreamPort, config.UpstreamUri));
            looksAtHealth = config.UpstreamFallback && services.IsUpstream(config.UpstreamHost!);
        }

        var (shared, lease) = (setup.Shared, setup.Snapshot.Lease);
        start = config.Start is { } seconds
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : shared.Get((middleware, config.Duration, config.Steps), lease, () => new CanaryStart(time.GetUtcNow())).At;
        var label = setup.Middleware.InstanceName ?? middleware.ToString();
        counts = shared.Get((Descriptor.Name, middleware, label), lease, () => new DestinationCounts(Descriptor.Name, label, ["primary", "canary"]));
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<CanaryPlugin, CanaryConfig>((c, s) => new CanaryPlugin(c, s))
    {
        Name = "canary",
        Summary = "Sends a part of the requests, fixed or growing, to a new version of their service.",
    };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        if (IsForCanary(exchange) && canaries?.Of(exchange) is { } canary && (!looksAtHealth || HasHealthyEndpoint(canary)))
        {
            exchange.SendTo(canary);
            counts.Note(exchange.LoopIndex, Canary);
        }
        else
        {
            counts.Note(exchange.LoopIndex, Primary);
        }

        return Verdict.Continue;
    }

    /// <summary>How many buckets go to the new version now.</summary>
    private int OpenBuckets()
    {
        if (config.Percentage is { } percentage) return (int)Math.Round(config.Steps * percentage / 100);
        var elapsed = (time.GetUtcNow() - start).TotalSeconds;
        if (elapsed >= config.Duration) return config.Steps;
        return elapsed <= 0 ? 0 : (int)(elapsed / config.Duration * config.Steps);
    }

    private bool IsForCanary(Exchange exchange)
    {
        if (config.CanaryByHeaderName is { } header && KongHeaders.Find(exchange.Request.Headers, header) is [{ } wish])
        {
            if (wish.Equals("always", StringComparison.OrdinalIgnoreCase)) return true;
            if (wish.Equals("never", StringComparison.OrdinalIgnoreCase)) return false;
        }

        return config.Hash switch
        {
            "allow" => IsInGroups(exchange),
            "deny" => !IsInGroups(exchange),
            _ => OpenBuckets() is > 0 and var open && buckets.Of(exchange) < open,
        };
    }

    private bool IsInGroups(Exchange exchange)
    {
        if (exchange.Consumer is not { AclGroups: { Count: > 0 } of }) return false;
        for (var i = 0; i < of.Count; i++)
            if (config.Groups!.Contains(of[i])) return true;
        return false;
    }

    private static bool HasHealthyEndpoint(ServiceModel service)
    {
        var endpoints = service.Balancer.Endpoints;
        for (var i = 0; i < endpoints.Count; i++)
            if (endpoints[i].IsHealthy) return true;
        return false;
    }
}
