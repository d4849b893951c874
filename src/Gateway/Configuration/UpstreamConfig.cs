using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration;

/// <summary>A virtual host name with targets, a way to choose between them, and health checks. Kong's <c>upstream</c>.</summary>
public sealed record UpstreamConfig : Entity, IChecked
{
    /// <summary>Unique; a service names it as its host.</summary>
    [Required, UpstreamName]
    public string Name { get; init; } = "";

    /// <summary>How a target is chosen; <c>random</c> (best of two) is Sluice's own.</summary>
    [OneOf("round-robin", "least-connections", "consistent-hashing", "latency", "random")]
    public string Algorithm { get; init; } = "round-robin";

    /// <summary>What is hashed.</summary>
    [OneOf("none", "consumer", "ip", "header", "cookie", "path", "query_arg", "uri_capture")]
    public string HashOn { get; init; } = "none";

    /// <summary>What is hashed when <see cref="HashOn"/> gives nothing.</summary>
    [OneOf("none", "consumer", "ip", "header", "cookie", "path", "query_arg", "uri_capture")]
    public string HashFallback { get; init; } = "none";

    [HeaderName]
    public string? HashOnHeader { get; init; }

    [HeaderName]
    public string? HashFallbackHeader { get; init; }

    [CookieName]
    public string? HashOnCookie { get; init; }

    /// <summary>The Path of the cookie that Sluice sets when it has to make one up.</summary>
    [Path]
    public string HashOnCookiePath { get; init; } = "/";

    public string? HashOnQueryArg { get; init; }

    public string? HashFallbackQueryArg { get; init; }

    public string? HashOnUriCapture { get; init; }

    public string? HashFallbackUriCapture { get; init; }

    /// <summary>The size of the hash ring per full weight.</summary>
    [Between(10, 65536)]
    public int Slots { get; init; } = 10000;

    public UpstreamHealthchecks Healthchecks { get; init; } = new();

    /// <summary>Sent as Host instead of the target's name.</summary>
    [HostAndPort]
    public string? HostHeader { get; init; }

    /// <summary>The certificate shown to the targets when the service has none.</summary>
    public Reference? ClientCertificate { get; init; }

    /// <summary>Kong: whether SRV names are kept in the Host header.</summary>
    public bool UseSrvName { get; init; }

    /// <summary>Sluice: milliseconds over which a target that became healthy gets its full share; 0 at once.</summary>
    [Extension]
    [Between(0, 3600000)]
    public int SlowStart { get; init; }

    /// <summary>Sluice: where further targets are found while the gateway runs.</summary>
    [Extension]
    public DiscoveryConfig? Discovery { get; init; }

    /// <summary>Stands under the upstream in the nested form; resolved to <see cref="TargetConfig.Upstream"/> by the reader.</summary>
    [Ignored]
    public IReadOnlyList<TargetConfig> Targets { get; init; } = [];

    public void Check(Action<string, string> report) => UpstreamChecks.Check(this, report);
}

/// <summary>One address of an upstream.</summary>
public sealed record TargetConfig : Entity
{
    [Required]
    public Reference? Upstream { get; init; }

    /// <summary>A host name or address, with or without a port (8000 when absent).</summary>
    [Required, TargetAddress]
    public string Target { get; init; } = "";

    /// <summary>Its share of the requests; 0 takes it out.</summary>
    [Between(0, 65535)]
    public int Weight { get; init; } = 100;
}

/// <summary>Kong's health checks: active ones ask, passive ones watch.</summary>
public sealed record UpstreamHealthchecks
{
    public ActiveHealthcheck Active { get; init; } = new();

    public PassiveHealthcheck Passive { get; init; } = new();

    /// <summary>The percentage of the weight that must be healthy, or the whole upstream is not.</summary>
    [Between(0, 100)]
    public double Threshold { get; init; }
}

public sealed record ActiveHealthcheck
{
    [OneOf("tcp", "http", "https", "grpc", "grpcs")]
    public string Type { get; init; } = "http";

    /// <summary>Seconds that one check may take.</summary>
    [Between(0, 65535)]
    public double Timeout { get; init; } = 1;

    [Between(1, int.MaxValue - 1)]
    public int Concurrency { get; init; } = 10;

    [Path]
    public string HttpPath { get; init; } = "/";

    [ServerName]
    public string? HttpsSni { get; init; }

    public bool HttpsVerifyCertificate { get; init; } = true;

    [HeaderName(OnKeys = true)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Headers { get; init; }

    public ActiveHealthy Healthy { get; init; } = new();

    public ActiveUnhealthy Unhealthy { get; init; } = new();
}

public sealed record ActiveHealthy
{
    /// <summary>Seconds between two checks of a healthy target; 0 checks none.</summary>
    [Between(0, 65535)]
    public double Interval { get; init; }

    [Between(100, 999)]
    public IReadOnlyList<int> HttpStatuses { get; init; } = [200, 302];

    [Between(0, 255)]
    public int Successes { get; init; }
}

public sealed record ActiveUnhealthy
{
    /// <summary>Seconds between two checks of an unhealthy target; 0 checks none.</summary>
    [Between(0, 65535)]
    public double Interval { get; init; }

    [Between(100, 999)]
    public IReadOnlyList<int> HttpStatuses { get; init; } = [429, 404, 500, 501, 502, 503, 504, 505];

    [Between(0, 255)]
    public int TcpFailures { get; init; }

    [Between(0, 255)]
    public int Timeouts { get; init; }

    [Between(0, 255)]
    public int HttpFailures { get; init; }
}

public sealed record PassiveHealthcheck
{
    [OneOf("tcp", "http", "https", "grpc", "grpcs")]
    public string Type { get; init; } = "http";

    public PassiveHealthy Healthy { get; init; } = new();

    public PassiveUnhealthy Unhealthy { get; init; } = new();
}

public sealed record PassiveHealthy
{
    [Between(100, 999)]
    public IReadOnlyList<int> HttpStatuses { get; init; } =
        [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308];

    [Between(0, 255)]
    public int Successes { get; init; }
}

public sealed record PassiveUnhealthy
{
    [Between(100, 999)]
    public IReadOnlyList<int> HttpStatuses { get; init; } = [429, 500, 503];

    [Between(0, 255)]
    public int TcpFailures { get; init; }

    [Between(0, 255)]
    public int Timeouts { get; init; }

    [Between(0, 255)]
    public int HttpFailures { get; init; }
}
