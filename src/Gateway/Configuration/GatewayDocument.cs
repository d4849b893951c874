using System.Text.Json.Serialization;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Secrets;

namespace Sluice.Gateway.Configuration;

/// <summary>
/// One whole configuration as the user wrote it: read, checked, references resolved to ids, nested forms made flat, defaults filled in.
/// Immutable; a snapshot is built from it.
/// </summary>
public sealed record GatewayDocument
{
    /// <summary>3.0, 2.1 or 1.1.</summary>
    public string FormatVersion { get; init; } = "3.0";

    /// <summary>Kong: whether basic-auth passwords in the file are in the clear (true) or hashed already.</summary>
    public bool Transform { get; init; } = true;

    /// <summary>Sluice: <c>kong</c> or <c>sluice</c>; the shape of the errors that the gateway makes itself.</summary>
    public string ErrorFormat { get; init; } = "kong";

    public IReadOnlyList<ServiceConfig> Services { get; init; } = [];

    public IReadOnlyList<RouteConfig> Routes { get; init; } = [];

    public IReadOnlyList<UpstreamConfig> Upstreams { get; init; } = [];

    public IReadOnlyList<TargetConfig> Targets { get; init; } = [];

    public IReadOnlyList<ConsumerConfig> Consumers { get; init; } = [];

    public IReadOnlyList<ConsumerGroupConfig> ConsumerGroups { get; init; } = [];

    /// <summary>All kinds; <c>OfType</c> gives one.</summary>
    public IReadOnlyList<CredentialConfig> Credentials { get; init; } = [];

    /// <summary>Tokens of oauth2 that are there from the start.</summary>
    public IReadOnlyList<OAuth2Token> OAuth2Tokens { get; init; } = [];

    public IReadOnlyList<PluginConfig> Plugins { get; init; } = [];

    public IReadOnlyList<PipelineConfig> Pipelines { get; init; } = [];

    public IReadOnlyList<WorkflowConfig> Workflows { get; init; } = [];

    public IReadOnlyList<CertificateConfig> Certificates { get; init; } = [];

    public IReadOnlyList<SniConfig> Snis { get; init; } = [];

    public IReadOnlyList<CaCertificateConfig> CaCertificates { get; init; } = [];

    public IReadOnlyList<VaultConfig> Vaults { get; init; } = [];

    /// <summary>
    /// The secrets that were filled in for references: who shows or stores the document puts the references back. Set by the reader.
    /// </summary>
    [Ignored, JsonIgnore]
    public IReadOnlyList<ResolvedSecret> Secrets { get; init; } = [];
}
