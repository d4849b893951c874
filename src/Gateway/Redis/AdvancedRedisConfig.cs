using Sluice.Foundation.Redis;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Redis;

/// <summary>A Redis server, as the plugins of Kong's paid edition name it. One server is spoken to; its replicas and clusters are not looked for.</summary>
internal sealed record AdvancedRedisConfig : RedisConfig
{
    private const string OneServer = "Sluice speaks to the one server at host and port";
    private const string OneConnection = "Sluice keeps one connection per server";

    /// <summary>Milliseconds for connecting; <c>timeout</c> when absent.</summary>
    [Between(0, int.MaxValue - 1)]
    public int? ConnectTimeout { get; init; }

    /// <summary>Milliseconds for each answer; <c>timeout</c> when absent. The longest of the three is used.</summary>
    [Between(0, int.MaxValue - 1)]
    public int? ReadTimeout { get; init; }

    /// <summary>Milliseconds for sending; <c>timeout</c> when absent.</summary>
    [Between(0, int.MaxValue - 1)]
    public int? SendTimeout { get; init; }

    [NoEffect(OneConnection)]
    public int? KeepalivePoolSize { get; init; }

    [NoEffect(OneConnection)]
    public int? KeepaliveBacklog { get; init; }

    [NoEffect(OneServer)]
    public string? SentinelMaster { get; init; }

    [NoEffect(OneServer)]
    public string? SentinelRole { get; init; }

    [NoEffect(OneServer)]
    public IReadOnlyList<RedisNode>? SentinelNodes { get; init; }

    [NoEffect(OneServer)]
    public IReadOnlyList<string>? SentinelAddresses { get; init; }

    [NoEffect(OneServer)]
    public string? SentinelUsername { get; init; }

    [NoEffect(OneServer), Secret]
    public string? SentinelPassword { get; init; }

    [NoEffect(OneServer)]
    public IReadOnlyList<RedisNode>? ClusterNodes { get; init; }

    [NoEffect(OneServer)]
    public IReadOnlyList<string>? ClusterAddresses { get; init; }

    [NoEffect(OneServer)]
    public int? ClusterMaxRedirections { get; init; }

    [NoEffect(OneServer)]
    public bool ConnectionIsProxied { get; init; }

    [NoEffect(OneServer)]
    public string? RedisProxyType { get; init; }

    internal override RedisSettings ToSettings()
    {
        var longest = new[] { ConnectTimeout, ReadTimeout, SendTimeout }.Max() ?? Timeout;
        return base.ToSettings() with { Timeout = TimeSpan.FromMilliseconds(Math.Max(1, longest)) };
    }
}

/// <summary>A node of a cluster or a sentinel.</summary>
internal sealed record RedisNode
{
    public string? Host { get; init; }

    public string? Ip { get; init; }

    public int? Port { get; init; }
}
