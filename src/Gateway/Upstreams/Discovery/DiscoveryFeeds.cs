using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>Makes the feed of a configured source. Pools and snapshots whose source is the same share it.</summary>
internal static class DiscoveryFeeds
{
    /// <returns>Null for DNS, whose name is a target like any other; see <see cref="TargetOf"/>.</returns>
    public static DiscoveryFeed? For(DiscoveryConfig config, BalancingContext context) =>
        config.Dns is not null
            ? null
            : context.Shared.Get(JsonSerializer.Serialize(config), context.Lease, () => new DiscoveryFeed(SourceOf(config, context.Time), context.Time, context.Log));

    public static PoolTarget? TargetOf(DiscoveryConfig config) =>
        config.Dns is { } dns ? new PoolTarget(new TargetAddress(dns.Name, dns.Port), EndpointText.DefaultWeight) : null;

    private static DiscoverySource SourceOf(DiscoveryConfig config, TimeProvider time) =>
        config.Consul is { } consul ? new ConsulSource(consul, time)
        : config.Etcd is { } etcd ? new EtcdSource(etcd, time)
        : config.Kubernetes is { } kubernetes ? new KubernetesSource(kubernetes, time)
        : new FileSource(config.File!, time);
}
