namespace Sluice.Gateway.Configuration.Reading;

/// <summary>The objects of a configuration by kind, wherever they come from, and the document that they make.</summary>
internal abstract class DocumentLists
{
    /// <summary>The objects of the kind whose list has this name, in order.</summary>
    protected abstract IReadOnlyList<T> List<T>(string kind)
        where T : Entity;

    public GatewayDocument ToDocument() => new()
    {
        Services = List<ServiceConfig>("services"),
        Routes = List<RouteConfig>("routes"),
        Upstreams = List<UpstreamConfig>("upstreams"),
        Targets = List<TargetConfig>("targets"),
        Consumers = List<ConsumerConfig>("consumers"),
        ConsumerGroups = List<ConsumerGroupConfig>("consumer_groups"),
        Credentials = [.. EntityKind.All.Where(k => k.Record.IsAssignableTo(typeof(CredentialConfig))).SelectMany(k => List<CredentialConfig>(k.Name))],
        OAuth2Tokens = List<OAuth2Token>("oauth2_tokens"),
        Plugins = List<PluginConfig>("plugins"),
        Pipelines = List<PipelineConfig>("pipelines"),
        Workflows = List<WorkflowConfig>("workflows"),
        Certificates = List<CertificateConfig>("certificates"),
        Snis = List<SniConfig>("snis"),
        CaCertificates = List<CaCertificateConfig>("ca_certificates"),
        Vaults = List<VaultConfig>("vaults"),
    };
}
