using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Upstreams.Health;

/// <summary>What an active check asks.</summary>
internal enum ProbeType { Tcp, Http, Https, Grpc, Grpcs }

/// <summary>The active checks of one balancer.</summary>
internal sealed record ProbeSettings
{
    public required ProbeType Type { get; init; }

    public required HealthLimits Limits { get; init; }

    /// <summary>Between two checks of a healthy endpoint; zero for none.</summary>
    public required TimeSpan HealthyInterval { get; init; }

    /// <summary>Between two checks of an unhealthy endpoint; zero for none.</summary>
    public required TimeSpan UnhealthyInterval { get; init; }

    /// <summary>For one check as a whole.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Checks under way at once.</summary>
    public int Concurrency { get; init; } = 10;

    public string Path { get; init; } = "/";

    /// <summary>The server name for TLS; the endpoint's host when null.</summary>
    public string? Sni { get; init; }

    public bool VerifyCertificate { get; init; } = true;

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Headers { get; init; }

    public Guid? ClientCertificate { get; init; }

    public bool IsTls => Type is ProbeType.Https or ProbeType.Grpcs;

    public bool IsGrpc => Type is ProbeType.Grpc or ProbeType.Grpcs;

    public static ProbeSettings? From(UpstreamConfig upstream)
    {
        var active = upstream.Healthchecks.Active;
        if (active.Healthy.Interval <= 0 && active.Unhealthy.Interval <= 0) return null;
        return new ProbeSettings
        {
            Type = TypeOf(active.Type),
            Limits = HealthLimits.From(active),
            HealthyInterval = TimeSpan.FromSeconds(active.Healthy.Interval),
            UnhealthyInterval = TimeSpan.FromSeconds(active.Unhealthy.Interval),
            Timeout = active.Timeout > 0 ? TimeSpan.FromSeconds(active.Timeout) : TimeSpan.FromSeconds(1),
            Concurrency = active.Concurrency,
            Path = active.HttpPath,
            Sni = active.HttpsSni,
            VerifyCertificate = active.HttpsVerifyCertificate,
            Headers = active.Headers,
            ClientCertificate = upstream.ClientCertificate?.Id,
        };
    }

    public static ProbeSettings From(HealthCheckConfig check) => new()
    {
        Type = TypeOf(check.Type),
        Limits = new HealthLimits
        {
            Successes = check.HealthyThreshold,
            HttpFailures = check.UnhealthyThreshold,
            TcpFailures = check.UnhealthyThreshold,
            Timeouts = check.UnhealthyThreshold,
            HealthyStatuses = new StatusSet(check.ExpectedStatuses),
            UnhealthyStatuses = new StatusSet(Enumerable.Range(100, 500).Except(check.ExpectedStatuses)),
        },
        HealthyInterval = TimeSpan.FromMilliseconds(check.Interval),
        UnhealthyInterval = TimeSpan.FromMilliseconds(check.Interval),
        Timeout = TimeSpan.FromMilliseconds(check.Timeout),
        Path = check.Path,
    };

    private static ProbeType TypeOf(string type) => type switch
    {
        "tcp" => ProbeType.Tcp,
        "https" => ProbeType.Https,
        "grpc" => ProbeType.Grpc,
        "grpcs" => ProbeType.Grpcs,
        _ => ProbeType.Http,
    };
}
