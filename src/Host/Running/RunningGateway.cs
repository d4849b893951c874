using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Sluice.Control.Certificates;
using Sluice.Control.Nodes;
using Sluice.Control.Releases;
using Sluice.Control.Usage;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Secrets;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Extending;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Plugins.Usage;
using Sluice.Gateway.Redis;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams.Health;
using Sluice.Host.Commands;
using Sluice.Host.Settings;
using Sluice.Host.Workflows;
using Sluice.Workflows.Connections;

namespace Sluice.Host.Running;

/// <summary>The gateway of this process: what it serves, on which configuration, and how that changes.</summary>
internal sealed partial class RunningGateway : IAsyncDisposable
{
    private readonly RunSettings settings;
    private readonly SecretStore secrets;
    private readonly OwnPlugins plugins;
    private readonly Transport transport;
    private readonly GatewayRuntime runtime;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly SemaphoreSlim reloading = new(1);
    private readonly ReadOptions reading;
    private readonly Database? database;
    private readonly GatewayWorkflows workflows;
    private readonly StoredAcme? acme;
    private readonly StoredUsage? stored;
    private readonly UsageMeter? usage;
    private readonly CancellationTokenSource ending = new();
    private Task following = Task.CompletedTask;
    private ReleaseManager? releases;
    private ConfigurationFile? file;
    private LoadedConfiguration? offered;
    private X509Certificate2 renewed;
    private GatewayServer? server;
    private volatile bool isListening;

    /// <exception cref="PlatformNotSupportedException">The transport that was asked for does not work here.</exception>
    private RunningGateway(RunSettings settings, Database shared, OwnPlugins plugins, SecretStore secrets, ILoggerFactory logs, TimeProvider time)
    {
        this.settings = settings;
        this.secrets = secrets;
        this.plugins = plugins;
        this.time = time;
        log = logs.CreateLogger("Sluice.Configuration");
        transport = Transports.Create(settings.Transport, settings.Loops ?? 0, logs);
        Certificate = renewed = DefaultCertificate.For(settings.Tls, time);
        database = settings.StoresReleases ? shared : null;
        acme = database is null ? null : new StoredAcme(database, time);
        stored = database is null ? null : new StoredUsage(database, time, settings.UsageRetention);
        usage = stored is null ? null : new UsageMeter(stored, time, log);
        runtime = new GatewayRuntime(transport, settings.Gateway with { DefaultCertificate = Certificate, AcmeStore = acme, Usage = usage }, logs, time);
        reading = ReadOptions.Default with { RouterFlavor = settings.Gateway.RouterFlavor, Secrets = secrets, Time = time };
        Connections = new StoredConnections(shared, settings.EncryptionKeys.Keys, Secret, time);
        workflows = new GatewayWorkflows(database, Path.Combine(settings.DataFolder, "payloads"), settings.Roles.HasFlag(NodeRoles.Worker), settings.Workflows, Connections, transport, time, log);
        StartedAt = time.GetUtcNow();
    }

    private SecretLookup Secret(string reference)
    {
        var (secret, problem) = new Vaults(reading).Find(reference);
        return secret is null ? SecretLookup.Missing(problem!) : SecretLookup.Found(secret.Value);
    }

    /// <summary>Serves the stored configuration, the one of the files, or both as <see cref="RunSettings.Lead"/> says; listens on nothing yet.</summary>
    /// <param name="settings">What the program was told.</param>
    /// <param name="shared">The database of <paramref name="settings"/>; used where releases are stored, and not disposed of.</param>
    /// <param name="first">What the files say; null when there are none.</param>
    /// <param name="plugins">The plugins that it was read with.</param>
    /// <exception cref="PlatformNotSupportedException">The transport that was asked for does not work here.</exception>
    /// <exception cref="ReleaseUnreadableException">The configuration passed its checks and still cannot be built, or the stored one does not fit this program.</exception>
    /// <exception cref="DatabaseException">The database does not answer, and nothing on disk stands in for it; or it belongs to a newer program.</exception>
    public static async Task<RunningGateway> CreateAsync(
        RunSettings settings, Database shared, LoadedConfiguration? first, OwnPlugins plugins, SecretStore secrets, ILoggerFactory logs, TimeProvider time)
    {
        var gateway = new RunningGateway(settings, shared, plugins, secrets, logs, time);
        try
        {
            await gateway.OpenAsync(first);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Shown to clients whose server name no certificate of the configuration is for.</summary>
    public X509Certificate2 Certificate { get; private set; }

    public ServedConfiguration Configuration { get; private set; } = null!;

    /// <summary>The configuration as releases.</summary>
    public ReleaseManager Releases => releases!;

    /// <summary>The configuration file beside them; null when there is none.</summary>
    public ConfigurationFile? File => file;

    /// <summary>Where releases are stored; null when they are not.</summary>
    public Database? Database => database;

    /// <summary>The stored authorisations that workflows use.</summary>
    public StoredConnections Connections { get; }

    /// <summary>What consumers have called; null where nothing is stored.</summary>
    public StoredUsage? Usage => stored;

    /// <summary>What configurations are checked with.</summary>
    public ReadOptions Reading => reading;

    /// <summary>The last newer configuration, if it was refused; null once one has been taken.</summary>
    public RefusedConfiguration? Refused { get; private set; }

    public bool IsDraining { get; private set; }

    /// <summary>Whether requests are accepted: neither before it listens nor while it drains.</summary>
    public bool IsReady => isListening && !IsDraining;

    /// <summary><c>io_uring</c>, <c>epoll</c> or <c>sockets</c>.</summary>
    public string TransportName => transport.Kind == TransportKind.IoUring ? "io_uring" : transport.Kind.ToString().ToLowerInvariant();

    public int Loops => transport.Loops.Count;

    /// <summary>Where it listens, with the ports that were really taken; empty before it does.</summary>
    public IReadOnlyList<string> ProxyUrls => server?.Addresses ?? [];

    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public async Task StartAsync()
    {
        await workflows.StartAsync();

        // Kestrel would listen on an address of its own choice.
        if (settings.Proxy.Count > 0) server = await GatewayServer.StartAsync(runtime, settings.Proxy);
        isListening = true;
    }

    /// <summary>What runs workflows.</summary>
    public Sluice.Workflows.Runs.WorkflowEngine Workflows => workflows.Engine;

    /// <summary>What runs.</summary>
    public GatewayRuntime Runtime => runtime;

    /// <summary>What new requests run on.</summary>
    public GatewaySnapshot Snapshot => runtime.Current;

    /// <summary>The last changes of health and circuits, the newest last.</summary>
    public IReadOnlyList<HealthEvent> HealthEvents => runtime.HealthEvents.Recent;

    /// <summary>The Redis servers that plugins use.</summary>
    public IReadOnlyList<RedisStatus> RedisServers => runtime.RedisServers;

    /// <summary>The page of <c>/metrics</c>.</summary>
    public string Metrics() => MetricsReport.Write(runtime) + workflows.Metrics();

    /// <summary>
    /// Reads plugins, files, certificates and secrets again and serves what changed, unless it has problems or, without <paramref name="force"/>, says the same as before.
    /// </summary>
    public async Task ReloadAsync(bool force)
    {
        await reloading.WaitAsync();
        try
        {
            var content = plugins.Read();
            if (content.Problems.Count > 0) Refuse([.. content.Problems.Select(p => p.ToString())]);
            else if (!plugins.IsNews(content)) await ReloadWithAsync(force);
            else await ReplacePluginsAsync(content);
        }
        finally
        {
            renewed = Certificate;
            reloading.Release();
        }
    }

    /// <summary>Serves the configuration with other plugins; where it cannot be, the ones that run stay.</summary>
    private async Task ReplacePluginsAsync(PluginFolderContent content)
    {
        var before = plugins.Use(content);
        var refusals = runtime.Refusals;
        await ReloadWithAsync(force: true);
        if (runtime.Refusals == refusals)
        {
            plugins.LetGo(before);
            LogPlugins(string.Join(", ", content.Plugins.Select(p => p.Name)));
        }
        else
        {
            plugins.Use(before);
            plugins.LetGo(content);
        }

        _ = PluginLibrary.CollectAsync(plugins.Used.Libraries.Count, time, ending.Token);
    }

    private async Task ReloadWithAsync(bool force)
    {
        var loaded = HasFiles ? ConfigurationLoader.Load(settings.Sources, settings.InlineDocument, settings.Gateway.RouterFlavor, secrets: secrets) : null;
        if (!TryRenew(out var certificate)) return;
        var sameFiles = loaded is null || loaded.Hash == offered?.Hash;
        if (!force && Refused is null && sameFiles && certificate.Thumbprint == Certificate.Thumbprint) return;
        renewed = certificate;
        if (loaded is not null && ProblemsOf(loaded, settings.SkipUnsupported) is { Count: > 0 } problems) Refuse(problems);
        else await TakeAsync(loaded);
    }

    /// <summary>What keeps a configuration from being served, one line each.</summary>
    public static IReadOnlyList<string> ProblemsOf(LoadedConfiguration loaded, bool skipUnsupported) =>
    [
        .. loaded.Errors.Select(p => p.ToString()),
        .. skipUnsupported ? [] : loaded.Unsupported.Select(p => NotBuilt(p).ToString()),
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
        await ending.CancelAsync();
        await following;
        if (server is not null) await server.DisposeAsync();
        await workflows.DisposeAsync();
        Connections.Dispose();
        if (releases is not null) await releases.DisposeAsync();
        ending.Dispose();
        reloading.Dispose();
        await runtime.DisposeAsync();
        await transport.DisposeAsync();
        if (usage is not null) await usage.DisposeAsync();
        stored?.Dispose();
        acme?.Dispose();
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

    private bool HasFiles => settings.Sources.Count > 0 || settings.InlineDocument is not null;

    private async Task OpenAsync(LoadedConfiguration? first)
    {
        if (database is null)
        {
            offered = first;
            releases = await ReleaseManager.FromFileAsync(TreeOf(first!), Build, reading, log);
            file = new ConfigurationFile(releases, null, settings.Lead, time, log);
            return;
        }

        MakeDataFolder();
        var kept = new ReleaseSettings { Keep = settings.KeepReleases };
        releases = await ReleaseManager.OpenAsync(database, Path.Combine(settings.DataFolder, "last-good.json"), kept, Build, reading, log, serveEmpty: first is null);
        if (first is not null)
        {
            file = new ConfigurationFile(releases, database, settings.Lead, time, log);
            if (!await OfferAsync(first) && Configuration is null) await releases.RebuildAsync();
            if (Configuration is null) throw new ReleaseUnreadableException(string.Join(Environment.NewLine, Refused?.Problems ?? []));
            releases.DatabaseBack += () => _ = ReloadAsync(force: false);
        }

        following = Task.WhenAll(releases.FollowAsync(TimeSpan.FromSeconds(2), ending.Token), Told(database));
    }

    /// <summary>For nobody else to read: it holds the configuration with its keys.</summary>
    private void MakeDataFolder()
    {
        if (OperatingSystem.IsWindows()) return;
        try
        {
            Directory.CreateDirectory(settings.DataFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--data {settings.DataFolder}: the folder cannot be made: {problem.Message}");
        }
    }

    /// <summary>Other nodes tell of their releases at once where the database can pass it on.</summary>
    private Task Told(Database shared) => shared.Kind != DatabaseKind.Postgres ? Task.CompletedTask : new ChangeFeed(
        shared, ReleaseManager.Channel, async cancel => await releases!.NewestAsync(cancel), async (_, cancel) => await releases!.RefreshAsync(cancel), log).FollowAsync(releases!.Current.Release.Number, ending.Token);

    private ConfigurationTree TreeOf(LoadedConfiguration loaded) =>
        loaded.ReadTree()?.With(reading) ?? throw new ReleaseUnreadableException("the files changed while they were read");

    /// <summary>Serves what the files say where it is their turn, and otherwise what is served anew, with secrets and certificates as they are now.</summary>
    private async Task TakeAsync(LoadedConfiguration? loaded)
    {
        if (loaded is not null && await OfferAsync(loaded)) return;
        var problems = await releases!.RebuildAsync();
        if (problems.Count > 0) Refuse([.. problems.Select(p => p.ToString())]);
        else Refused = null;
    }

    /// <returns>Whether that ended it: there is a new release, or a refusal.</returns>
    private async Task<bool> OfferAsync(LoadedConfiguration loaded)
    {
        var before = offered;
        try
        {
            offered = loaded;
            var result = await file!.OfferAsync(TreeOf(loaded), loaded.Hash, string.Join(", ", loaded.Files));
            if (result is null or { Outcome: ChangeOutcome.Unchanged }) return false;
            if (result.Outcome == ChangeOutcome.Released)
            {
                Refused = null;
                return true;
            }

            offered = before;
            Refuse([.. result.Problems.Select(p => p.ToString()), .. result.Outcome == ChangeOutcome.Conflict ? ["another node changed the configuration at the same moment"] : Array.Empty<string>()]);
            return true;
        }
        catch (DatabaseException problem)
        {
            offered = before;
            Refuse([problem.Message]);
            return true;
        }
    }

    /// <summary>What makes a release serve; called by <see cref="Releases"/> before it stores one.</summary>
    private BuiltConfiguration Build(ReadResult read)
    {
        if (!settings.SkipUnsupported && read.UnsupportedPlugins.Count > 0)
            return new BuiltConfiguration { Problems = [.. read.UnsupportedPlugins.Select(NotBuilt)] };
        if (GatewayWorkflows.Check(read.Document!).Where(p => p.Severity == Severity.Error).ToList() is { Count: > 0 } wrong)
            return new BuiltConfiguration { Problems = wrong };
        try
        {
            var certificate = renewed;
            var from = offered;
            var snapshot = runtime.Prepare(read.Document!, settings.Gateway with { DefaultCertificate = certificate, Workflows = workflows, AcmeStore = acme, Usage = usage });
            return new BuiltConfiguration
            {
                Serve = () =>
                {
                    workflows.Use(read.Document!);
                    runtime.Serve(snapshot);
                    Certificate = certificate;
                    Configuration = new ServedConfiguration
                    {
                        Document = read.Document!,
                        Unsupported = read.UnsupportedPlugins,
                        Files = from?.Files ?? [],
                        Hash = database is null ? from?.Hash ?? "" : "",
                        At = time.GetUtcNow(),
                        Generation = runtime.Generation,
                    };
                    LogTaken(runtime.Generation, CheckReport.Counts(read.Document!));
                },
                Replay = () => runtime.Replay(snapshot),
                Discard = () => runtime.Discard(snapshot),
            };
        }
        catch (SnapshotException problem)
        {
            return new BuiltConfiguration { Problems = [new Problem(default, "document", "", problem.Message)] };
        }
    }

    private static Problem NotBuilt(UnsupportedPlugin plugin) =>
        new(plugin.Place, plugin.Object, "", $"{plugin.Reason} (--skip-unsupported leaves it out)");

    private void Refuse(IReadOnlyList<string> problems)
    {
        runtime.NoteRefusal();
        Refused = new RefusedConfiguration(time.GetUtcNow(), problems);
        LogRefused(string.Join(Environment.NewLine, problems));
    }

    [LoggerMessage(1, LogLevel.Information, "configuration {Generation} is served: {Counts}")]
    private partial void LogTaken(int generation, string counts);

    [LoggerMessage(3, LogLevel.Information, "the plugins of the plugin folder have changed: {Plugins}")]
    private partial void LogPlugins(string plugins);

    [LoggerMessage(2, LogLevel.Error, "the new configuration is refused, the old one stays:\n{Problems}")]
    private partial void LogRefused(string problems);
}
