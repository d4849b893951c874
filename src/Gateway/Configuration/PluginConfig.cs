using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration;

/// <summary>A plugin configured for a scope (middleware). Kong's <c>plugin</c>.</summary>
public sealed record PluginConfig : Entity
{
    /// <summary>Which plugin.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>Tells several middleware of one plugin apart.</summary>
    [ObjectName]
    public string? InstanceName { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>Kong: the client protocols that it is meant for; must overlap the route's.</summary>
    [OneOf("grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp"), Unique]
    public IReadOnlyList<string> Protocols { get; init; } = ["grpc", "grpcs", "http", "https"];

    /// <summary>Only for this route; none of the four for all.</summary>
    public Reference? Route { get; init; }

    public Reference? Service { get; init; }

    public Reference? Consumer { get; init; }

    public Reference? ConsumerGroup { get; init; }

    /// <summary>The plugin's own record, already checked and with its defaults; null for a plugin that is not built.</summary>
    [Ignored]
    public object? Config { get; init; }

    /// <summary>The plugin that <see cref="Config"/> is for: where its file changes, another one of the same name takes its place. Null for one that is not built.</summary>
    [Ignored]
    public Pipeline.PluginDescriptor? Plugin { get; init; }

    /// <summary>Sluice: the pipeline it stands in, if any; its scope is then every route that names the pipeline.</summary>
    [Ignored]
    public string? Pipeline { get; init; }
}

/// <summary>Sluice: a named, ordered list of middleware that routes can share.</summary>
public sealed record PipelineConfig : Entity
{
    [Required]
    public string Name { get; init; } = "";

    /// <summary>What routes name it by: <c>pipeline</c>, or <c>policy</c> for rules of access and traffic that many routes share.</summary>
    [OneOf("pipeline", "policy")]
    public string Type { get; init; } = "pipeline";
}
