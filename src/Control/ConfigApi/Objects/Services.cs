using System.Text.Json.Nodes;
using Sluice.Control.KongAdmin;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>
/// <c>config/services</c>. Endpoints, balancing and health checks are the service's own fields; where the service names an upstream, they are that
/// upstream's, and are changed there.
/// </summary>
internal sealed class Services : Resource
{
    private static readonly EntityKind Upstreams = EntityKind.ByName["upstreams"];

    private static readonly Dictionary<string, string> Balancers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["round_robin"] = "round-robin",
        ["weighted_round_robin"] = "round-robin",
        ["least_connections"] = "least-connections",
        ["consistent_hashing"] = "consistent-hashing",
        ["consistent_hash"] = "consistent-hashing",
        ["ip_hash"] = "consistent-hashing",
        ["latency"] = "latency",
        ["random"] = "random",
    };

    private static readonly ShortField HealthCheck = DurationText.Field(
        "health_check_config", "health_check", Durations(typeof(HealthCheckConfig), "Active checks of the endpoints. In full: health_check.", "interval", "timeout"), "interval", "timeout");

    public override string Name => "services";

    public override string Singular => "service";

    public override EntityKind Kind => EntityKind.ByName["services"];

    protected override IReadOnlyList<string> SearchedFields => ["name", "host", "path"];

    public override IReadOnlyList<ShortField> ShortFields { get; } =
    [
        new("load_balancer_type", "load_balancing", new JsonObject
        {
            ["type"] = "string",
            ["enum"] = new JsonArray([.. Balancers.Keys.Select(b => (JsonNode)b)]),
            ["description"] = "How an endpoint is chosen. In full: load_balancing, or the algorithm of the upstream that the service names.",
        })
        {
            Read = static (value, _) => Text(value) is { } text && Balancers.TryGetValue(text.Replace('-', '_'), out var algorithm)
                ? new ShortValue(algorithm) : ShortValue.Wrong($"expected one of: {string.Join(", ", Balancers.Keys)}"),
            Show = static (stored, tree) => ((string?)UpstreamOf(tree, stored)?.ToJson()["algorithm"] ?? (string?)stored["load_balancing"] ?? "round-robin").Replace('-', '_'),
        },
        DurationText.Field("circuit_breaker_config", "circuit_breaker",
            Durations(typeof(CircuitBreakerConfig), "Stops asking a service that keeps failing. In full: circuit_breaker.", "interval", "timeout"), "interval", "timeout"),
        HealthCheck with { Show = static (stored, tree) => UpstreamOf(tree, stored) is { } upstream ? UpstreamChecks.Show(upstream) : HealthCheck.Show(stored, tree) },
    ];

    /// <summary>The upstream that a service names as its host; null for one that has its own endpoints, or a host.</summary>
    public static ConfigurationObject? UpstreamOf(ConfigurationTree tree, JsonObject stored) =>
        stored["endpoints"] is null && Text(stored["host"]) is { } host ? tree.FindUnique(Upstreams, "name", host) : null;

    public override IEnumerable<ConfigurationObject> Parts(ConfigurationTree tree, ConfigurationObject entry) =>
        UpstreamOf(tree, entry.ToJson()) is { } upstream ? [entry, upstream, .. tree.ReferringTo(upstream, EntityKind.ByName["targets"])] : [entry];

    public override EditResult Apply(ConfigurationTree tree, ConfigurationObject? existing, JsonObject body, bool whole)
    {
        var translation = Translation.Of(this, tree, existing, body, whole);
        var own = translation.Body;
        var stored = existing?.ToJson();
        own.Remove("endpoints", out var given);
        var endpoints = given is null ? null : Endpoints.Read(given, translation);
        if (translation.Problems.Count > 0)
            return translation.Refuse();

        var names = new JsonObject { ["host"] = (own["host"] ?? stored?["host"])?.DeepClone() };
        var upstream = own.ContainsKey("url") || (endpoints is not null && existing is not null && stored!["endpoints"] is not null) ? null : UpstreamOf(tree, names);
        var before = existing is null ? [] : Endpoints.Of(tree, existing);
        var sameEndpoints = endpoints is not null && existing is not null && endpoints.Select(e => (e.Address, e.Weight)).SequenceEqual(before.Select(e => (e.Address, e.Weight)));
        if (upstream is null)
        {
            if (endpoints is not null && !sameEndpoints)
                own["endpoints"] = Endpoints.Stored(endpoints);
            else if (stored?["endpoints"] is { } kept && (sameEndpoints || endpoints is null && given is null && !whole))
                own["endpoints"] = kept.DeepClone();
            else if (own["host"] is null && own["url"] is null && own["discovery"] is null && (existing is null || whole))
                own["endpoints"] = new JsonArray();
            return Store(tree, existing, translation, whole);
        }

        // What is the upstream's is taken out of the service and changed there.
        var changes = new JsonObject();
        if (translation.Used("load_balancing") && own.Remove("load_balancing", out var algorithm))
            changes["algorithm"] = algorithm?.DeepClone();
        if (translation.Used("health_check") && own.Remove("health_check", out var checks) && checks is JsonObject wanted)
            changes["healthchecks"] = UpstreamChecks.Patch(wanted);
        var result = Store(tree, existing, translation, whole);
        if (result.Tree is null)
            return result;
        if (changes.Count > 0)
        {
            var changed = result.Tree.Patch(Upstreams, upstream.Id.ToString(), changes);
            if (changed.Tree is null)
                return changed with { Problems = [.. changed.Problems.Select(p => p with { Field = UpstreamChecks.NameOf(p.Field) })] };
            result = result with { Tree = changed.Tree };
        }
        return endpoints is null || sameEndpoints ? result : Endpoints.ReplaceTargets(result, upstream, endpoints);
    }

    protected override void Shape(View view, ConfigurationObject entry, JsonObject shown) => shown["endpoints"] = Endpoints.Show(view, entry);

    public override JsonObject Schema()
    {
        var schema = base.Schema();
        var properties = schema["properties"]!.AsObject();
        properties["endpoints"] = new JsonObject
        {
            ["type"] = "array",
            ["items"] = Endpoints.Schema(),
            ["description"] = "The addresses of the service; those of its upstream where it names one. Without host, url and endpoints, none yet.",
        };
        return schema;
    }

    private static JsonObject Durations(Type record, string description, params string[] durations)
    {
        var schema = EntitySchema.Of(record).DeepClone().AsObject();
        schema["description"] = description;
        foreach (var duration in durations)
            schema["properties"]![duration] = new JsonObject { ["type"] = new JsonArray("string", "integer"), ["description"] = "30s, 500ms, or a number of milliseconds." };
        return schema;
    }
}
