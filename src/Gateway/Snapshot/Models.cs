using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Snapshot;

/// <summary>A route, checked and frozen, with everything a request needs already found.</summary>
public sealed class RouteModel
{
    public required RouteConfig Config { get; init; }

    /// <summary>Null for a route without a service.</summary>
    public ServiceModel? Service { get; init; }

    /// <summary>What answers in place of a service; null where none does.</summary>
    public RouteHandler? Handler { get; init; }

    /// <summary>The middleware of requests on this route.</summary>
    public PluginPlan Plan { get; internal set; } = null!;

    /// <summary>Where its exchanges are counted.</summary>
    internal RouteMeter? Meter { get; init; }

    /// <summary>The name, or the id where it has none; for logs and metrics.</summary>
    public string Label => field ??= Config.Name ?? Config.Id.ToString();
}

/// <summary>A service, checked and frozen.</summary>
public sealed class ServiceModel
{
    public required ServiceConfig Config { get; init; }

    /// <summary>Chooses the endpoint of each try.</summary>
    public required Balancer Balancer { get; init; }

    /// <summary>Speaks to the endpoints: protocol, TLS settings, timeouts and connection pools.</summary>
    public required UpstreamClient Client { get; init; }

    /// <summary>Null for a service without one.</summary>
    public CircuitBreaker? CircuitBreaker { get; init; }

    /// <summary>The name, or the id where it has none; for logs and metrics.</summary>
    public string Label => field ??= Config.Name ?? Config.Id.ToString();
}

/// <summary>An upstream, checked and frozen. Services that name it share what its balancer knows.</summary>
public sealed class UpstreamModel
{
    public required UpstreamConfig Config { get; init; }

    /// <summary>Its targets as they stand. Where services of several schemes name it, that of the first: all of them know the same health.</summary>
    public required Balancer Balancer { get; init; }
}

/// <summary>A consumer with its groups.</summary>
public sealed class ConsumerModel
{
    public required ConsumerConfig Config { get; init; }

    /// <summary>The groups it is in, by id.</summary>
    public required IReadOnlyList<ConsumerGroupConfig> Groups { get; init; }

    /// <summary>The names of its <c>acls</c>.</summary>
    public required IReadOnlyList<string> AclGroups { get; init; }

    /// <summary>Middleware is scoped to it or to one of its groups.</summary>
    public required bool HasMiddleware { get; init; }

    /// <summary>The id as text, made once, for header fields and keys.</summary>
    public string IdText => field ??= Config.Id.ToString();

    /// <summary>Username, custom id and <see cref="AclGroups"/> (joined with commas) as they stand in header fields, made once.</summary>
    internal string? UsernameField => field ??= Config.Username is null ? null : FieldText.Of(Config.Username);

    internal string? CustomIdField => field ??= Config.CustomId is null ? null : FieldText.Of(Config.CustomId);

    internal string AclGroupsField => field ??= FieldText.Of(string.Join(", ", AclGroups));

    /// <summary>Username, or custom id, or id; for logs and metrics.</summary>
    public string Label => field ??= Config.Username ?? Config.CustomId ?? Config.Id.ToString();
}
