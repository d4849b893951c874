using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Pipeline;

namespace Sluice.Control.KongAdmin;

/// <summary>Pages about the node and the API itself: <c>/</c>, <c>/plugins/enabled</c>, <c>/endpoints</c>, <c>/timers</c>, <c>/tags</c>.</summary>
internal sealed class InformationPages(ReleaseManager releases, NodeFacts node)
{
    /// <summary>Answers a GET; null for what is no such address.</summary>
    public AdminAnswer? Answer(HttpContext http, IReadOnlyList<string> segments) => segments switch
    {
        [] => new AdminAnswer(200, Root(Caller.Of(http))),
        ["plugins", "enabled"] => new AdminAnswer(200, new JsonObject { ["enabled_plugins"] = Names() }),
        ["endpoints"] => new AdminAnswer(200, new JsonObject { ["data"] = Endpoints() }),
        ["timers"] => new AdminAnswer(200, Timers()),
        ["tags"] => Tags(http, null),
        ["tags", var tag] => Tags(http, tag),
        [var name] when Collection.Empty.Contains(name) => new AdminAnswer(200, new JsonObject { ["data"] = new JsonArray(), ["next"] = null }),
        _ => null,
    };

    private JsonObject Root(Caller caller)
    {
        var used = releases.Current.Tree.All(EntityKind.ByName["plugins"]).Where(p => caller.Covers(p.Tags)).Select(p => (string)p.ToJson()["name"]!).Distinct(StringComparer.Ordinal);
        return new JsonObject
        {
            ["version"] = node.Version,
            ["tagline"] = "Welcome to Sluice",
            ["edition"] = "community",
            ["hostname"] = Environment.MachineName,
            ["node_id"] = node.Id.ToString(),
            ["lua_version"] = RuntimeInformation.FrameworkDescription,
            ["pids"] = new JsonObject { ["master"] = Environment.ProcessId, ["workers"] = new JsonArray(Environment.ProcessId) },
            ["timers"] = new JsonObject { ["running"] = 0, ["pending"] = 0 },
            ["plugins"] = new JsonObject
            {
                ["available_on_server"] = new JsonObject(PluginCatalog.All.Select(p => KeyValuePair.Create(
                    p.Name, (JsonNode?)new JsonObject { ["version"] = node.Version, ["priority"] = PluginCatalog.All.Count - PluginCatalog.OrderOf(p.Name) }))),
                ["enabled_in_cluster"] = new JsonArray([.. used.Select(n => (JsonNode)n)]),
            },
            ["configuration"] = new JsonObject
            {
                ["database"] = releases.IsStored ? node.Database : "off",
                ["router_flavor"] = node.RouterFlavor,
                ["role"] = "traditional",
                ["plugins"] = new JsonArray("bundled"),
            },
        };
    }

    private static JsonArray Names() => new([.. PluginCatalog.All.Select(p => p.Name).Order(StringComparer.Ordinal).Select(n => (JsonNode)n)]);

    private static JsonArray Endpoints()
    {
        var paths = new List<string>
        {
            "/", "/config", "/endpoints", "/plugins/enabled", "/plugins/schema/{name}", "/schemas/plugins/validate", "/schemas/plugins/{name}",
            "/schemas/{name}", "/schemas/{name}/validate", "/status", "/status/ready", "/tags", "/tags/{tags}", "/timers",
            "/upstreams/{upstreams}/health", "/upstreams/{upstreams}/targets/all",
            "/upstreams/{upstreams}/targets/{targets}/healthy", "/upstreams/{upstreams}/targets/{targets}/unhealthy",
        };
        paths.AddRange(Collection.Empty.Select(e => "/" + e));
        foreach (var collection in Collection.All)
        {
            if (Collection.Top(collection.Name) is null)
                continue;
            var one = $"/{collection.Name}/{{{collection.Kind.Name}}}";
            paths.Add("/" + collection.Name);
            paths.Add(one);
            foreach (var child in Collection.All.Where(c => Collection.Below(collection, c.NestedName) == c))
            {
                paths.Add($"{one}/{child.NestedName}");
                paths.Add($"{one}/{child.NestedName}/{{{child.Kind.Name}}}");
            }
            paths.AddRange(collection.Kind.References.Select(r => $"{one}/{r.Field}"));
        }
        return new JsonArray([.. paths.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal).Select(p => (JsonNode)p)]);
    }

    private static JsonObject Timers() => new()
    {
        ["worker"] = new JsonObject { ["id"] = 0, ["count"] = 1 },
        ["stats"] = new JsonObject
        {
            ["sys"] = new JsonObject { ["total"] = Timer.ActiveCount, ["running"] = 0, ["pending"] = 0, ["waiting"] = Timer.ActiveCount, ["runs"] = 0 },
            ["timers"] = new JsonObject(),
            ["flamegraph"] = new JsonObject { ["running"] = "", ["pending"] = "", ["elapsed_time"] = "" },
        },
    };

    private AdminAnswer Tags(HttpContext http, string? only)
    {
        var tree = releases.Current.Tree;
        var caller = Caller.Of(http);
        var rows = new JsonArray();
        var most = int.TryParse(http.Request.Query["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? Math.Clamp(size, 1, 1000) : 1000;
        foreach (var kind in EntityKind.All)
            foreach (var entry in tree.All(kind).Where(e => caller.Covers(e.Tags) && ScopedEdit.MayUse(caller, kind)))
                foreach (var tag in entry.Tags)
                    if (rows.Count < most && (only is null || string.Equals(only, tag, StringComparison.Ordinal)))
                        rows.Add((JsonNode)new JsonObject { ["entity_name"] = kind.Name, ["entity_id"] = entry.Id.ToString(), ["tag"] = tag });
        return new AdminAnswer(200, new JsonObject { ["data"] = rows, ["next"] = null });
    }
}

/// <summary>What the Admin API says of the node that it runs on.</summary>
/// <param name="Id">Made up once for each installation.</param>
/// <param name="Version">Of the program.</param>
/// <param name="Database"><c>sqlite</c> or <c>postgres</c>; not asked where nothing is stored.</param>
/// <param name="RouterFlavor">As Kong names it: <c>traditional_compatible</c> or <c>expressions</c>.</param>
public sealed record NodeFacts(Guid Id, string Version, string Database, string RouterFlavor);
