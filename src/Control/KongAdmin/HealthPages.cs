using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Control.KongAdmin;

/// <summary>The health of an upstream's targets as this node sees it, and setting it by hand.</summary>
internal sealed class HealthPages(ReleaseManager releases, Func<GatewaySnapshot> snapshot, NodeFacts node)
{
    private static readonly EntityKind Upstreams = EntityKind.ByName["upstreams"];
    private static readonly EntityKind Targets = EntityKind.ByName["targets"];

    /// <summary>Answers what is below <c>/upstreams/x</c> and about health; null for any other address.</summary>
    public AdminAnswer? Answer(HttpContext http, IReadOnlyList<string> segments)
    {
        var read = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        switch (segments)
        {
            case ["upstreams", var name, "health"]:
                return !read ? AdminAnswer.MethodNotAllowed : Find(http, name) is { } upstream ? Health(http, upstream) : AdminAnswer.NotFound;
            case ["upstreams", var name, "targets", "all"]:
                return !read ? AdminAnswer.MethodNotAllowed : Find(http, name) is { } whole ? List(http, whole, "targets/all", static (_, json) => json) : AdminAnswer.NotFound;
            case ["upstreams", var name, "targets", var target, "healthy" or "unhealthy"]:
                return Set(http, name, target, null, segments[^1] == "healthy");
            case ["upstreams", var name, "targets", var target, var address, "healthy" or "unhealthy"]:
                return Set(http, name, target, address, segments[^1] == "healthy");
            default:
                return null;
        }
    }

    private ConfigurationObject? Find(HttpContext http, string name) =>
        releases.Current.Tree.Find(Upstreams, name) is { } found && Caller.Of(http).Covers(found.Tags) ? found : null;

    private AdminAnswer Health(HttpContext http, ConfigurationObject upstream)
    {
        var status = StatusOf(upstream);
        if (http.Request.Query["balancer_health"] == "1")
        {
            var json = upstream.ToJson();
            var data = new JsonObject
            {
                ["id"] = json["id"]!.DeepClone(),
                ["health"] = status is null || !status.HealthChecksOn ? "HEALTHCHECKS_OFF" : status.IsHealthy ? "HEALTHY" : "UNHEALTHY",
                ["details"] = new JsonObject { ["hosts"] = new JsonArray([.. (status?.Targets ?? []).Select(t => (JsonNode)Details(t))]), ["weight"] = Weights(status?.Targets ?? []) },
            };
            return new AdminAnswer(200, new JsonObject { ["data"] = data, ["next"] = null, ["node_id"] = node.Id.ToString() });
        }
        var page = List(http, upstream, "health", (target, json) =>
        {
            var host = status?.Targets.FirstOrDefault(t => Names(target, t));
            json["health"] = host is null || host.Weight == 0 ? "HEALTHCHECKS_OFF"
                : host.ResolveError is not null || host.Endpoints.Count == 0 ? "DNS_ERROR"
                : !status!.HealthChecksOn ? "HEALTHCHECKS_OFF"
                : host.Endpoints.Any(e => e.IsHealthy) ? "HEALTHY" : "UNHEALTHY";
            if (host is not null)
                json["data"] = Details(host);
            return json;
        });
        if (page.Body is JsonObject body)
            body["node_id"] = node.Id.ToString();
        return page;
    }

    private AdminAnswer List(HttpContext http, ConfigurationObject upstream, string page, Func<ConfigurationObject, JsonObject, JsonObject> show)
    {
        var tree = releases.Current.Tree;
        return ListPage.Of(http.Request.Query, [.. tree.ReferringTo(upstream, Targets).Where(t => Caller.Of(http).Covers(t.Tags))], $"/upstreams/{upstream.Id}/{page}", releases.IsStored, t => show(t, t.ToJson()));
    }

    private AdminAnswer Set(HttpContext http, string upstreamName, string targetName, string? address, bool healthy)
    {
        // Kong answered POST as well before 3.0, and scripts still do it.
        if (!HttpMethods.IsPut(http.Request.Method) && !HttpMethods.IsPost(http.Request.Method))
            return AdminAnswer.MethodNotAllowed;
        if (Find(http, upstreamName) is not { } upstream || releases.Current.Tree.Find(Targets, targetName, upstream) is not { } target || !Caller.Of(http).Covers(target.Tags))
            return AdminAnswer.NotFound;
        var balancer = snapshot().Upstreams.FirstOrDefault(u => u.Config.Id == upstream.Id)?.Balancer;
        var set = balancer?.SetHealth(address ?? (string)target.ToJson()["target"]!, healthy) == true;
        return set ? AdminAnswer.NoContent : AdminAnswer.Message(404, "this node knows no such address of the target");
    }

    private BalancerStatus? StatusOf(ConfigurationObject upstream) =>
        snapshot().Upstreams.FirstOrDefault(u => u.Config.Id == upstream.Id)?.Balancer.GetStatus();

    private static bool Names(ConfigurationObject target, TargetStatus status)
    {
        var name = (string)target.ToJson()["target"]!;
        return string.Equals(name, $"{status.Host}:{status.Port}", StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, $"[{status.Host.Trim('[', ']')}]:{status.Port}", StringComparison.OrdinalIgnoreCase);
    }

    private static JsonObject Details(TargetStatus target) => new()
    {
        ["host"] = target.Host,
        ["port"] = target.Port,
        ["dns"] = target.ResolveError is null ? "A" : "",
        ["nodeWeight"] = target.Weight,
        ["weight"] = Weights([target]),
        ["addresses"] = new JsonArray([.. target.Endpoints.Select(e => (JsonNode)Address(e))]),
    };

    private static JsonObject Address(EndpointStatus endpoint)
    {
        var colon = endpoint.Address.LastIndexOf(':');
        return new JsonObject
        {
            ["ip"] = endpoint.Address[..colon],
            ["port"] = int.Parse(endpoint.Address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture),
            ["weight"] = endpoint.Weight,
            ["health"] = endpoint.IsHealthy ? "HEALTHY" : "UNHEALTHY",
        };
    }

    private static JsonObject Weights(IReadOnlyList<TargetStatus> targets)
    {
        var endpoints = targets.SelectMany(t => t.Endpoints).ToList();
        var total = endpoints.Sum(e => e.Weight);
        var available = endpoints.Where(e => e.IsHealthy).Sum(e => e.Weight);
        return new JsonObject { ["total"] = total, ["available"] = available, ["unavailable"] = total - available };
    }
}
