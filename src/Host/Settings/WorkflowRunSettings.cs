using System.Net;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Listeners;
using Sluice.Host.Commands;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.History;

namespace Sluice.Host.Settings;

/// <summary>How workflows are run.</summary>
internal sealed record WorkflowRunSettings
{
    /// <summary>Where callers reach the gateway, without a slash at the end.</summary>
    public string PublicUrl { get; init; } = "http://localhost:8000";

    /// <summary>How many runs are under way at a time.</summary>
    public int ConcurrentRuns { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>How many of them for one tenant; null for no limit of its own.</summary>
    public int? ConcurrentRunsPerTenant { get; init; }

    /// <summary>How often a run is gone on with after its process has died and nothing more of it was stored.</summary>
    public int MostTakeovers { get; init; } = 3;

    /// <summary>The RabbitMQ server over which workers are told of runs; null where each node runs what it takes.</summary>
    public RabbitConnection? Queue { get; init; }

    /// <summary>The folder for big payloads and files; null where <see cref="PayloadBucket"/> is given, or nothing.</summary>
    public string? PayloadFolder { get; init; }

    /// <summary>The bucket for them.</summary>
    public S3Place? PayloadBucket { get; init; }

    /// <summary>Names of the variables of the environment that workflows see; no others.</summary>
    public IReadOnlyList<string> VisibleVariables { get; init; } = [];

    /// <param name="proxy">Where the gateway listens.</param>
    public static WorkflowRunSettings Read(SettingSources sources, IReadOnlyList<ListenAddress> proxy)
    {
        var fallback = new WorkflowRunSettings();
        return new WorkflowRunSettings
        {
            PublicUrl = sources.Find("--public-url") is { } given ? Url(given) : proxy.Count > 0 ? Local(proxy[0]) : fallback.PublicUrl,
            ConcurrentRuns = sources.Number(fallback.ConcurrentRuns, 1, 1_000_000, "--workflow-runs"),
            ConcurrentRunsPerTenant = sources.Find("--workflow-runs-per-tenant") is null ? null : sources.Number(1, 1, 1_000_000, "--workflow-runs-per-tenant"),
            MostTakeovers = sources.Number(fallback.MostTakeovers, 1, 1000, "--workflow-takeovers"),
            PayloadFolder = sources.Find("--payloads") is { } place && !IsAddress(place) ? place.Value : null,
            PayloadBucket = sources.Find("--payloads") is { } bucket && IsAddress(bucket) ? Bucket(bucket) : null,
            VisibleVariables = sources.Find("--workflow-env")?.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
            Queue = sources.Find("--queue") is { } queue ? Server(queue, sources) : null,
        };
    }

    private static string Url(Setting given) =>
        Uri.TryCreate(given.Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0
            ? given.Value.TrimEnd('/')
            : given.Refuse<string>("an address such as https://gateway.example.com");

    /// <exception cref="UsageException">It is no address of a RabbitMQ server, or the nodes share no database.</exception>
    private static RabbitConnection Server(Setting given, SettingSources sources)
    {
        // The value may hold a password: it is not repeated.
        if (!Uri.TryCreate(given.Value, UriKind.Absolute, out var url) || url.Scheme is not ("amqp" or "amqps") || url.Host.Length == 0 || url.Query.Length > 0 || url.Fragment.Length > 0
            || url.AbsolutePath.Count(c => c == '/') > 1)
            throw new UsageException($"{given.Origin}: expected amqp://user:password@host:5672/virtual-host, or amqps:// for TLS");
        if (ControlSettingsReader.Database(sources).Kind != DatabaseKind.Postgres)
            throw new UsageException($"{given.Origin}: needs --database postgres://..., which keeps the runs; the queue only tells workers of them");
        var user = url.UserInfo.Split(':', 2);
        var encrypted = url.Scheme is "amqps";
        return new RabbitConnection
        {
            Hostname = url.Host.Trim('[', ']'),
            Port = url.Port > 0 ? url.Port : encrypted ? 5671 : 5672,
            Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : "guest",
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "guest",
            Vhost = url.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(url.AbsolutePath[1..]) : "/",
            Ssl = encrypted,
        };
    }

    private static bool IsAddress(Setting given) => given.Value.Contains("://", StringComparison.Ordinal);

    /// <exception cref="UsageException">It is no bucket.</exception>
    private static S3Place Bucket(Setting given) =>
        // The value may hold a key, which belongs elsewhere: it is not repeated.
        S3Place.Parse(given.Value) ?? throw new UsageException(
            $"{given.Origin}: expected a folder or s3://BUCKET/PREFIX?region=REGION&endpoint=URL&path_style=on; keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or where else AWS's tools have them");

    private static string Local(ListenAddress address) => $"http{(address.Tls ? "s" : "")}://localhost:{(address.EndPoint as IPEndPoint)?.Port ?? 80}";
}
