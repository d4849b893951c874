using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Secrets;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Redis;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams.Health;
using Sluice.Host.Commands;
using Sluice.Host.Settings;

namespace Sluice.Host.Running;

/// <summary>The gateway of this process: what it serves, on which configuration, and how that changes.</summary>
internal sealed partial class RunningGateway : IAsyncDisposable
{
    private readonly RunSettings settings;
    private readonly SecretStore secrets;
    private readonly Transport transport;
    private readonly GatewayRuntime runtime;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Lock reloading = new();
    private GatewayServer? server;

    /// <exception cref="PlatformNotSupportedException">The transport that was asked for does not work here.</exception>
    /// <exception cref="SnapshotException">The configuration passed its checks and still cannot be built.</exception>
    public RunningGateway(RunSettings settings, LoadedConfiguration first, SecretStore secrets, ILoggerFactory logs, TimeProvider time)
    {
        this.settings = settings;
        this.secrets = secrets;
        this.time = time;
        log = logs.CreateLogger("Sluice.Configuration");
        transport = Transports.Create(settings.Transport, settings.Loops ?? 0, logs);
        Certificate = DefaultCertificate.For(settings.Tls, time);
        runtime = new GatewayRuntime(transport, settings.Gateway with { DefaultCertificate = Certificate }, logs, time);
        runtime.Load(first.Document!);
        StartedAt = time.GetUtcNow();
        Configuration = new ServedConfiguration(first, StartedAt, runtime.Generation);
    }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Shown to clients whose server name no certificate of the configuration is for.</summary>
    public X509Certificate2 Certificate { get; private set; }

    public ServedConfiguration Configuration { get; private set; }

    /// <summary>The last newer configuration, if it was refused; null once one has been taken.</summary>
    public RefusedConfiguration? Refused { get; private set; }

    public bool IsDraining { get; private set; }

    /// <summary><c>io_uring</c>, <c>epoll</c> or <c>sockets</c>.</summary>
    public string TransportName => transport.Kind == TransportKind.IoUring ? "io_uring" : transport.Kind.ToString().ToLowerInvariant();

    public int Loops => transport.Loops.Count;

    /// <summary>Where it listens, with the ports that were really taken; empty before it does.</summary>
    public IReadOnlyList<string> ProxyUrls => server?.Addresses ?? [];

    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public async Task StartAsync() => server = await GatewayServer.StartAsync(runtime, settings.Proxy);

    /// <summary>What new requests run on.</summary>
    public GatewaySnapshot Snapshot => runtime.Current;

    /// <summary>The last changes of health and circuits, the newest last.</summary>
    public IReadOnlyList<HealthEvent> HealthEvents => runtime.HealthEvents.Recent;

    /// <summary>The Redis servers that plugins use.</summary>
    public IReadOnlyList<RedisStatus> RedisServers => runtime.RedisServers;

    /// <summary>The page of <c>/metrics</c>.</summary>
    public string Metrics() => MetricsReport.Write(runtime);

    /// <summary>Reads the configuration again and serves it, unless it has problems or, without <paramref name="force"/>, says the same as before.</summary>
    public void Reload(bool force)
    {
        lock (reloading)
        {
            var loaded = ConfigurationLoader.Load(settings.Sources, settings.InlineDocument, settings.Gateway.RouterFlavor, secrets: secrets);
            if (!TryRenew(out var certificate)) return;
            if (!force && Refused is null && loaded.Hash == Configuration.Loaded.Hash && certificate.Thumbprint == Certificate.Thumbprint) return;
            if (ProblemsOf(loaded, settings.SkipUnsupported) is { Count: > 0 } problems) Refuse(problems);
            else Take(loaded, certificate);
        }
    }

    /// <summary>What keeps a configuration from being served, one line each.</summary>
    public static IReadOnlyList<string> ProblemsOf(LoadedConfiguration loaded, bool skipUnsupported) =>
    [
        .. loaded.Errors.Select(p => p.ToString()),
        .. skipUnsupported ? [] : loaded.Unsupported.Select(p => $"{p.Place}: {p.Object}: {p.Reason} (--skip-unsupported leaves it out)"),
    ];

    /// <summary>Accepts no new connections and lets requests under way finish, for at most the drain timeout.</summary>
    /// <returns>Whether all finished in time.</returns>
    public async Task<bool> DrainAsync()
    {
        IsDraining = true;
        if (server is null) return true;
        var begun = time.GetTimestamp();
        await server.StopAsync(settings.DrainTimeout);
        return time.GetElapsedTime(begun) < settings.DrainTimeout;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        await runtime.DisposeAsync();
        await transport.DisposeAsync();
    }

    /// <summary>The certificate as its files have it now; a self-signed one stays.</summary>
    private bool TryRenew(out X509Certificate2 certificate)
    {
        certificate = Certificate;
        if (settings.Tls.Certificates.Count == 0) return true;
        try
        {
            certificate = DefaultCertificate.For(settings.Tls, time);
            return true;
        }
        catch (UsageException problem)
        {
            Refuse([problem.Message]);
            return false;
        }
    }

    private void Take(LoadedConfiguration loaded, X509Certificate2 certificate)
    {
        try
        {
            runtime.Load(loaded.Document!, settings.Gateway with { DefaultCertificate = certificate });
            Certificate = certificate;
            Configuration = new ServedConfiguration(loaded, time.GetUtcNow(), runtime.Generation);
            Refused = null;
            LogTaken(Configuration.Generation, CheckReport.Counts(loaded.Document!));
        }
        catch (SnapshotException problem)
        {
            Refuse([problem.Message]);
        }
    }

    private void Refuse(IReadOnlyList<string> problems)
    {
        runtime.NoteRefusal();
        Refused = new RefusedConfiguration(time.GetUtcNow(), problems);
        LogRefused(string.Join(Environment.NewLine, problems));
    }

    [LoggerMessage(1, LogLevel.Information, "configuration {Generation} is served: {Counts}")]
    private partial void LogTaken(int generation, string counts);

    [LoggerMessage(2, LogLevel.Error, "the new configuration is refused, the old one stays:\n{Problems}")]
    private partial void LogRefused(string problems);
}
