using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration;

/// <summary>
/// An API behind the gateway: where it is and how to talk to it. Kong's <c>service</c>, with Sluice's own blocks
/// <c>circuit_breaker</c>, <c>health_check</c> and <c>endpoints</c>.
/// </summary>
public sealed record ServiceConfig : Entity, IChecked
{
    /// <summary>Unique; letters, digits and <c>. - _ ~</c>, UTF-8 letters allowed.</summary>
    [ObjectName]
    public string? Name { get; init; }

    /// <summary>How to talk to the upstream.</summary>
    [OneOf("http", "https", "grpc", "grpcs", "tcp", "tls", "tls_passthrough", "udp")]
    public string Protocol { get; init; } = "http";

    /// <summary>
    /// A host name, an IP address, or the name of an upstream. Required unless <see cref="Endpoints"/> or <see cref="Discovery"/> are given; with
    /// the latter it is what endpoints are sent as Host.
    /// </summary>
    [Host]
    public string Host { get; init; } = "";

    /// <summary>The port of <see cref="Host"/>; an upstream's targets bring their own.</summary>
    [Between(0, 65535)]
    public int Port { get; init; } = 80;

    /// <summary>Put before the path of each request; starts with <c>/</c>.</summary>
    [Path]
    public string? Path { get; init; }

    /// <summary>How many more times a request is tried after a failure that is safe to repeat.</summary>
    [Between(0, 32767)]
    public int Retries { get; init; } = 5;

    /// <summary>Milliseconds for the TCP (and TLS) handshake.</summary>
    [Between(1, int.MaxValue - 1)]
    public int ConnectTimeout { get; init; } = 60000;

    /// <summary>Milliseconds between two successive writes to the upstream.</summary>
    [Between(1, int.MaxValue - 1)]
    public int WriteTimeout { get; init; } = 60000;

    /// <summary>Milliseconds between two successive reads from the upstream.</summary>
    [Between(1, int.MaxValue - 1)]
    public int ReadTimeout { get; init; } = 60000;

    /// <summary>The certificate shown to the upstream.</summary>
    public Reference? ClientCertificate { get; init; }

    /// <summary>Whether the upstream's certificate is verified; the gateway's default (off, as in Kong) when absent.</summary>
    public bool? TlsVerify { get; init; }

    /// <summary>How many certificates a chain may have at most.</summary>
    [Between(0, 64)]
    public int? TlsVerifyDepth { get; init; }

    /// <summary>The CA certificates that the upstream's may come from; the gateway's own set when absent.</summary>
    public IReadOnlyList<Guid>? CaCertificates { get; init; }

    /// <summary>A service that is not enabled is left out of the routing table with all its routes.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Sluice: stops asking an upstream that keeps failing.</summary>
    [Extension]
    public CircuitBreakerConfig? CircuitBreaker { get; init; }

    /// <summary>Sluice: active checks for a service without an upstream object.</summary>
    [Extension]
    public HealthCheckConfig? HealthCheck { get; init; }

    /// <summary>Sluice: the addresses of the service in place, without an upstream object; an empty list in place of a host for one that has none yet.</summary>
    [Extension]
    public IReadOnlyList<EndpointConfig>? Endpoints { get; init; }

    /// <summary>Sluice: where the addresses of the service are found while the gateway runs, without an upstream object.</summary>
    [Extension]
    public DiscoveryConfig? Discovery { get; init; }

    /// <summary>Sluice: how <see cref="Endpoints"/>, or those found, are chosen between.</summary>
    [Extension]
    [OneOf("round-robin", "least-connections", "consistent-hashing", "latency", "random")]
    public string? LoadBalancing { get; init; }

    /// <summary>Sluice: what may be tried again, and for how long in all.</summary>
    [Extension]
    public RetryConfig? Retry { get; init; }

    public void Check(Action<string, string> report)
    {
        if (Host.Length == 0 && Endpoints is null && Discovery is null)
            report("host", "required field missing; give host (or url), endpoints or discovery");
        if (Endpoints is not null && Discovery is not null)
            report("discovery", "must not be set when there are endpoints");
        if (Path is not null && Protocol is not ("http" or "https"))
            report("path", $"must not be set when protocol is {Protocol}");
        if (Protocol is "https" or "tls" or "grpcs")
            return;
        if (ClientCertificate is not null)
            report("client_certificate", $"must not be set when protocol is {Protocol}, which has no TLS");
        if (TlsVerify is not null)
            report("tls_verify", $"must not be set when protocol is {Protocol}, which has no TLS");
        if (TlsVerifyDepth is not null)
            report("tls_verify_depth", $"must not be set when protocol is {Protocol}, which has no TLS");
        if (CaCertificates is not null)
            report("ca_certificates", $"must not be set when protocol is {Protocol}, which has no TLS");
    }
}

/// <summary>Sluice: one address of a service.</summary>
public sealed record EndpointConfig
{
    /// <summary>A host name or IP address, with a port: <c>10.0.0.7:8080</c>.</summary>
    [Required, HostAndPort]
    public string Address { get; init; } = "";

    /// <summary>Its share of the requests; 0 takes it out.</summary>
    [Between(0, 65535)]
    public int Weight { get; init; } = 100;
}

/// <summary>Sluice: a circuit breaker's limits. Closed: requests pass and failures are counted. Open: refused at once. Half-open: a few pass.</summary>
public sealed record CircuitBreakerConfig
{
    /// <summary>How many requests may pass while half-open.</summary>
    [Between(1, 10000)]
    public int MaxRequests { get; init; } = 3;

    /// <summary>Milliseconds after which the counts of the closed state start again.</summary>
    [Between(100, 3600000)]
    public int Interval { get; init; } = 60000;

    /// <summary>Milliseconds that it stays open.</summary>
    [Between(100, 3600000)]
    public int Timeout { get; init; } = 30000;

    /// <summary>The share of failures, 0 to 1, that opens it.</summary>
    [Between(0.01, 1)]
    public double ErrorThreshold { get; init; } = 0.5;

    /// <summary>How many requests an interval must have before the share counts.</summary>
    [Between(1, 1000000)]
    public int MinRequests { get; init; } = 20;
}

/// <summary>Sluice: one active check of each endpoint.</summary>
public sealed record HealthCheckConfig
{
    /// <summary>What is asked.</summary>
    [OneOf("http", "https", "tcp", "grpc", "grpcs")]
    public string Type { get; init; } = "http";

    /// <summary>The path asked for with http and https.</summary>
    [Path]
    public string Path { get; init; } = "/";

    /// <summary>Milliseconds between two checks.</summary>
    [Between(100, 3600000)]
    public int Interval { get; init; } = 10000;

    /// <summary>Milliseconds that one check may take.</summary>
    [Between(1, 3600000)]
    public int Timeout { get; init; } = 1000;

    /// <summary>How many failures in a row make an endpoint unhealthy.</summary>
    [Between(1, 255)]
    public int UnhealthyThreshold { get; init; } = 3;

    /// <summary>How many successes in a row make it healthy again.</summary>
    [Between(1, 255)]
    public int HealthyThreshold { get; init; } = 2;

    /// <summary>The answers that count as success.</summary>
    [Between(100, 599)]
    public IReadOnlyList<int> ExpectedStatuses { get; init; } = [200, 201, 202, 204, 301, 302];
}

/// <summary>Sluice: retry settings beyond Kong's <c>retries</c>.</summary>
public sealed record RetryConfig
{
    /// <summary>The answers after which a request that is safe to repeat goes to another endpoint.</summary>
    [Between(400, 599)]
    public IReadOnlyList<int> OnStatuses { get; init; } = [];

    /// <summary>Whether methods that are not idempotent (POST, PATCH) are repeated too once they may have been received.</summary>
    public bool NonIdempotent { get; init; }

    /// <summary>Milliseconds that all tries together may take; 0 for no limit.</summary>
    [Between(0, 3600000)]
    public int Timeout { get; init; }
}
