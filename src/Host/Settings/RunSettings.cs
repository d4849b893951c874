using Microsoft.Extensions.Logging;
using Sluice.Control.Identity;
using Sluice.Control.Nodes;
using Sluice.Control.Releases;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;

namespace Sluice.Host.Settings;

/// <summary>Everything that <c>sluice run</c> is told by its options, the environment and kong.conf, checked.</summary>
internal sealed record RunSettings
{
    /// <summary>Files and folders of the configuration, in the order given.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>A whole configuration as text; Kong's <c>declarative_config_string</c>.</summary>
    public string? InlineDocument { get; init; }

    public required IReadOnlyList<ListenAddress> Proxy { get; init; }

    public required IReadOnlyList<ListenAddress> Admin { get; init; }

    /// <summary>Where the pages of <see cref="Admin"/> are served as well; Kong's <c>status_listen</c>.</summary>
    public required IReadOnlyList<ListenAddress> Status { get; init; }

    public required TlsSettings Tls { get; init; }

    /// <summary>For what must outlive the process.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where plugins are that people wrote for themselves; it need not exist. Null for nowhere.</summary>
    public string? PluginFolder { get; init; }

    /// <summary>What <c>{vault://file/...}</c> is below.</summary>
    public required string SecretsFolder { get; init; }

    /// <summary>Where users, tokens, the audit log and what else must be stored is kept.</summary>
    public required DatabaseAddress Database { get; init; }

    /// <summary>What connections are encrypted with.</summary>
    public required EncryptionKeySettings EncryptionKeys { get; init; }

    /// <summary>Who may use the admin listener.</summary>
    public required AdminGuardSettings AdminGuard { get; init; }

    /// <summary>How long entries of the audit log are kept; null for ever.</summary>
    public required TimeSpan? AuditRetention { get; init; }

    /// <summary>How long counts of calls are kept; null for ever.</summary>
    public required TimeSpan? UsageRetention { get; init; }

    /// <summary>What this process does of all that Sluice does.</summary>
    public required NodeRoles Roles { get; init; }

    /// <summary>
    /// Whether the configuration is kept in <see cref="Database"/> and may be changed by API: when <c>--data</c> or <c>--database</c> was asked for. Without,
    /// it comes from a file.
    /// </summary>
    public bool StoresReleases { get; init; }

    /// <summary>Who is right when the file and the stored configuration both changed.</summary>
    public FileLead Lead { get; init; }

    /// <summary>How many releases are kept.</summary>
    public int KeepReleases { get; init; } = 1000;

    public required TransportKind Transport { get; init; }

    /// <summary>Event loops; null for one per core.</summary>
    public int? Loops { get; init; }

    /// <summary>Plugins that are not built are left out instead of refused.</summary>
    public required bool SkipUnsupported { get; init; }

    /// <summary>How long requests under way may take to finish after SIGTERM.</summary>
    public required TimeSpan DrainTimeout { get; init; }

    /// <summary>The address of a small upstream to try things with, or null.</summary>
    public ListenAddress? DemoUpstream { get; init; }

    public required LogLevel LogLevel { get; init; }

    /// <summary>How workflows are run.</summary>
    public WorkflowRunSettings Workflows { get; init; } = new();

    /// <summary>Where spans go; null for nowhere.</summary>
    public TraceSettings? Traces { get; init; }

    /// <summary>What the gateway itself is told.</summary>
    public required GatewaySettings Gateway { get; init; }

    /// <summary>What a person should know about the settings, one sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>The certificate shown to clients for server names that the configuration has none for.</summary>
internal sealed record TlsSettings
{
    /// <summary>PEM files, one per key type; empty to make a self-signed one at the start.</summary>
    public IReadOnlyList<string> Certificates { get; init; } = [];

    /// <summary>PEM files, in the order of <see cref="Certificates"/>.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];
}
