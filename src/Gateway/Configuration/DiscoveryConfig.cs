using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration;

/// <summary>Sluice: where endpoints are found while the gateway runs. Exactly one of the fields is given.</summary>
public sealed record DiscoveryConfig : IChecked
{
    public DnsDiscovery? Dns { get; init; }

    public ConsulDiscovery? Consul { get; init; }

    public EtcdDiscovery? Etcd { get; init; }

    public KubernetesDiscovery? Kubernetes { get; init; }

    public FileDiscovery? File { get; init; }

    public void Check(Action<string, string> report)
    {
        if (new object?[] { Dns, Consul, Etcd, Kubernetes, File }.Count(source => source is not null) != 1)
            report("", "exactly one of dns, consul, etcd, kubernetes and file must be given");
    }
}

/// <summary>Sluice: the A, AAAA or SRV records of a name, asked for again when their time is over.</summary>
public sealed record DnsDiscovery
{
    /// <summary>A host name; <c>_http._tcp.orders.internal</c> for SRV records only.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>For records that have none.</summary>
    [Between(0, 65535)]
    public int Port { get; init; } = 80;
}

/// <summary>Sluice: the instances of a service in Consul's catalogue, by blocking queries.</summary>
public sealed record ConsulDiscovery
{
    /// <summary>The agent.</summary>
    [HttpUrl]
    public string Address { get; init; } = "http://127.0.0.1:8500";

    /// <summary>The service's name there.</summary>
    [Required]
    public string Service { get; init; } = "";

    /// <summary>Only instances with this tag.</summary>
    public string? Tag { get; init; }

    public string? Datacenter { get; init; }

    public string? Namespace { get; init; }

    /// <summary>Sent as X-Consul-Token.</summary>
    [Secret]
    public string? Token { get; init; }

    /// <summary>Only instances all of whose checks pass.</summary>
    public bool Passing { get; init; } = true;

    /// <summary>Seconds that a query waits for a change.</summary>
    [Between(1, 600)]
    public int Wait { get; init; } = 55;
}

/// <summary>Sluice: the keys below a prefix in etcd 3. A value is <c>host:port</c> or <c>{"address": "host:port", "weight": 100}</c>.</summary>
public sealed record EtcdDiscovery
{
    /// <summary>The members of the cluster; the next one is tried when one fails.</summary>
    [HttpUrl, Length(1)]
    public IReadOnlyList<string> Endpoints { get; init; } = ["http://127.0.0.1:2379"];

    /// <summary>For example <c>/services/orders/</c>.</summary>
    [Required]
    public string Prefix { get; init; } = "";

    public string? Username { get; init; }

    [Secret]
    public string? Password { get; init; }

    /// <summary>The CA certificates (PEM file) that members are verified with; the system's when absent.</summary>
    public string? CaFile { get; init; }
}

/// <summary>Sluice: the EndpointSlices of a Kubernetes service, by list and watch. Inside a cluster, the pod's own account is used.</summary>
public sealed record KubernetesDiscovery
{
    /// <summary>The service's name.</summary>
    [Required]
    public string Service { get; init; } = "";

    /// <summary>The pod's own when absent.</summary>
    public string? Namespace { get; init; }

    /// <summary>The name or number of the service's target port; the first one when absent.</summary>
    public string? Port { get; init; }

    /// <summary>The API server; that of the cluster when absent.</summary>
    [HttpUrl]
    public string? Address { get; init; }

    /// <summary>A bearer token.</summary>
    [Secret]
    public string? Token { get; init; }

    /// <summary>A file with the bearer token, read again for each request.</summary>
    public string TokenFile { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>The CA certificates (PEM file) that the API server is verified with.</summary>
    public string CaFile { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
}

/// <summary>Sluice: a YAML or JSON file with a list of <c>host:port</c> or <c>{address: host:port, weight: 100}</c>, looked at twice a second.</summary>
public sealed record FileDiscovery
{
    [Required]
    public string Path { get; init; } = "";
}
