using Microsoft.Extensions.Logging;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Pipeline;

/// <summary>A plugin as the catalogue knows it.</summary>
public abstract class PluginDescriptor
{
    /// <summary>The name in configuration files.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for lists.</summary>
    public required string Summary { get; init; }

    /// <summary>The record of its configuration: parser, check, schema and reference in one.</summary>
    public abstract Type ConfigType { get; }

    /// <summary>The plugin finds out who calls: several of them on a route obey <c>anonymous</c> together.</summary>
    public bool Authenticates { get; init; }

    /// <summary>Whether middleware may be scoped to a consumer (most authentication plugins may not, as in Kong).</summary>
    public bool ConsumerScope { get; init; } = true;

    /// <summary>For a plugin that is not built in: the plugin that it runs after, inside a stage. Without this and <see cref="RunsBefore"/> it runs last.</summary>
    public string? RunsAfter { get; init; }

    /// <summary>For a plugin that is not built in: the plugin that it runs before, inside a stage. <see cref="RunsAfter"/> wins.</summary>
    public string? RunsBefore { get; init; }

    /// <summary>Where it comes from: <c>built-in</c>, or the path of its file.</summary>
    public string Source { get; internal set; } = BuiltIn;

    /// <summary>It came from a file of the plugin folder.</summary>
    public bool IsOwn => !ReferenceEquals(Source, BuiltIn);

    private const string BuiltIn = "built-in";

    /// <summary>Makes the instance for one middleware.</summary>
    public abstract Plugin Create(PluginSetup setup);

    /// <summary>The class, for finding the stages that it overrides.</summary>
    public abstract Type PluginType { get; }
}

/// <inheritdoc/>
/// <typeparam name="TPlugin">The plugin's class.</typeparam>
/// <typeparam name="TConfig">Its configuration record.</typeparam>
public sealed class PluginDescriptor<TPlugin, TConfig>(Func<TConfig, PluginSetup, TPlugin> create) : PluginDescriptor
    where TPlugin : Plugin
    where TConfig : class
{
    public override Type ConfigType => typeof(TConfig);

    public override Type PluginType => typeof(TPlugin);

    public override Plugin Create(PluginSetup setup) => create((TConfig)setup.Middleware.Config!, setup);
}

/// <summary>What a plugin instance is given when its snapshot is built.</summary>
public sealed class PluginSetup
{
    /// <summary>The middleware: scope, id, names.</summary>
    public required PluginConfig Middleware { get; init; }

    /// <summary>The snapshot under construction, for looking up consumers and credentials by id; complete once the first exchange runs.</summary>
    public required Snapshot.GatewaySnapshot Snapshot { get; init; }

    /// <summary>What outlives snapshots: counters, caches, outgoing connections, metrics.</summary>
    public required Snapshot.SharedResources Shared { get; init; }

    /// <summary>Where failures are counted.</summary>
    internal PluginFailures? Failures { get; init; }

    /// <summary>The clock; tests move it.</summary>
    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Chance; tests bring their own.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The document's services, and the making of others like them.</summary>
    internal Snapshot.ServiceModels? Services { get; init; }
}
