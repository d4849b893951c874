using System.CommandLine;
using Sluice.Host.Settings;

namespace Sluice.Host.Commands;

/// <summary>The options of <c>sluice run</c>. Each is also an environment variable: <c>--proxy-tls</c> is <c>SLUICE_PROXY_TLS</c>.</summary>
internal static class RunOptions
{
    private static readonly (string Name, string Value, string Says)[] Texts =
    [
        ("--proxy", "ADDR", "Where clients connect: 0.0.0.0:8000, [::]:8000, :8000; several with commas; off for none. Default 0.0.0.0:8000."),
        ("--proxy-tls", "ADDR", "The same with TLS. Default 0.0.0.0:8443; when only one of the two is given, only that one is opened."),
        ("--admin", "ADDR", "Where /status, /health and /metrics are served; off for nowhere. Default 127.0.0.1:8001."),
        ("--status", "ADDR", "Another address for the same pages, for probes from outside. Default off."),
        ("--cert", "FILE", "The certificate (PEM) for names that the configuration has none for. Default: self-signed, made at the start."),
        ("--cert-key", "FILE", "The key of --cert (PEM)."),
        ("--plugins", "DIR", "The folder of plugins of your own, C# files and assemblies: their code runs in the gateway; off for none. Default plugins, beside the first --config, or in --data."),
        ("--plugin-timeout", "SECONDS", "How long a stage of such a plugin may take before its request fails. Default 30."),
        ("--plugin-failures", "N", "After how many failures within a minute a plugin is not run for half a minute, its requests being refused; 0 for never. Default 0."),
        ("--data", "DIR", "The folder for what must outlive the program: the database, unless --database says otherwise, and the last good configuration. Default data."),
        ("--database", "URL", "Where releases, users, tokens and the audit log are stored: postgres://user@host/database, or sqlite:FILE. Default sluice.db in --data."),
        ("--lead", "WHO", "Who is right when --config and the stored configuration both changed: file or api. Default file."),
        ("--keep-releases", "N", "How many releases are kept. Default 1000."),
        ("--admin-auth", "WHOM", "Who needs a token or has to sign in on --admin: loopback lets this machine in until the first user exists, on nobody, off everybody. Default loopback."),
        ("--admin-hosts", "NAMES", "Names under which browsers may reach --admin without signing in, besides localhost and addresses."),
        ("--audit-retention", "DAYS", "How long entries of the audit log are kept; 0 for ever. Default 365."),
        ("--usage-retention", "DAYS", "How long counts of calls are kept (the usage plugin); 0 for ever. Default 400."),
        ("--roles", "LIST", "What this node does: gateway (serve traffic), admin (--admin), worker (workflows). Default gateway,admin,worker."),
        ("--secrets", "DIR", "The folder that {vault://file/NAME} is below. Default /run/secrets."),
        ("--encryption-key-file", "FILE", "The keys that connections are encrypted with, as Base64; the keys themselves may stand in SLUICE_ENCRYPTION_KEY. Default encryption.key in --data, made when needed."),
        ("--public-url", "URL", "Where callers reach the gateway: what the addresses of waiting workflows begin with. Default http://localhost and the port of --proxy."),
        ("--payloads", "PLACE", "Where files of workflow runs and outputs of more than 1 MiB are kept: a folder, or s3://BUCKET/PREFIX?region=REGION&endpoint=URL&path_style=on, with the keys that AWS's tools find (AWS_ACCESS_KEY_ID ...). Default payloads in --data; in the database where nodes share one."),
        ("--workflow-runs", "N", "How many runs of workflows are under way at a time. Default 10 for each processor."),
        ("--workflow-runs-per-tenant", "N", "How many of them for one tenant. Default no limit of its own."),
        ("--workflow-takeovers", "N", "How often a run is gone on with after its process has died and nothing more of it was stored, before it fails. Default 3."),
        ("--workflow-env", "NAMES", "Variables of the environment that workflows see as $env.NAME and $vars.NAME, separated by commas; those of tenants see none. Default none."),
        ("--queue", "URL", "The RabbitMQ server over which stored runs that nobody waits for go to the nodes with the role worker: amqp://user:password@host/virtual-host; needs --database postgres://. Default off: each node runs what it takes."),
        ("--transport", "KIND", "What moves the bytes: auto, io_uring, epoll or sockets. Default auto."),
        ("--loops", "N", "Event loops. Default one per core."),
        ("--drain-timeout", "SECONDS", "How long requests may take to finish after SIGTERM. Default 30."),
        ("--log-level", "LEVEL", "debug, info, notice, warn, error or crit. Default notice."),
        ("--recent-requests", "N", "How many heads of recent requests are kept in memory, secrets redacted, for plan --replay; 0 for none. Default 10000."),
        ("--recent-requests-every", "N", "Of how many requests one is kept so. Default 100."),
        ("--access-log", "FILE", "Where a line for each request goes: a file, stdout or off. Default off."),
        ("--access-log-query", "WHAT", "What those lines tell of query strings, which may hold secrets: off, names or full. Default off."),
        ("--forwarded", "ON|OFF", "Send upstreams the Forwarded field of RFC 7239 too, beside the X-Forwarded ones. Default off, as in Kong."),
        ("--otlp", "URL", "The OpenTelemetry collector that spans are sent to: http://127.0.0.1:4318. Default OTEL_EXPORTER_OTLP_ENDPOINT, or off."),
        ("--kong-conf", "FILE", "A kong.conf whose settings are used where nothing stronger says otherwise."),
        ("--demo-upstream", "ADDR", "Also start a small upstream there that answers with what it received, for trying things."),
    ];

    private static readonly Option<string[]> Config = new("--config", "-c")
    {
        Description = $"Configuration files or folders, read as one; may be given several times. [{SettingSources.VariableOf("--config")}]",
        HelpName = "FILE|DIR",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> SkipUnsupported = new("--skip-unsupported")
    {
        Description = $"Leave out plugins that are not built instead of refusing the configuration. [{SettingSources.VariableOf("--skip-unsupported")}]",
    };

    private static readonly Option<string?>[] Options =
        [.. Texts.Select(t => new Option<string?>(t.Name) { HelpName = t.Value, Description = $"{t.Says} [{SettingSources.VariableOf(t.Name)}]" })];

    public static void AddTo(Command command)
    {
        command.Add(Config);
        foreach (var option in Options) command.Add(option);
        command.Add(SkipUnsupported);
    }

    /// <summary>The options that were given, by name; lists joined with commas.</summary>
    public static Dictionary<string, string?> Read(ParseResult parsed)
    {
        var given = Options.ToDictionary(o => o.Name, o => parsed.GetValue(o), StringComparer.Ordinal);
        if (parsed.GetValue(Config) is { Length: > 0 } files) given[Config.Name] = string.Join(',', files);
        if (parsed.GetValue(SkipUnsupported)) given[SkipUnsupported.Name] = "on";
        return given;
    }
}
