using System.Text.Json.Nodes;
using Sluice.Control.KongAdmin;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Pipeline;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>
/// <c>config/middleware</c>: configured plugins. <c>type</c> is the plugin and <c>name</c> what people call it (Kong: <c>name</c> and <c>instance_name</c>);
/// a body without <c>type</c> is in Kong's words. <c>scope</c> says where it holds.
/// </summary>
internal sealed class Middleware : Resource
{
    private static readonly string[] Scopes = ["route", "service", "consumer", "consumer_group", "pipeline"];

    public override string Name => "middleware";

    public override string Singular => "middleware";

    public override EntityKind Kind => EntityKind.ByName["plugins"];

    protected override IReadOnlyList<string> SearchedFields => ["name", "instance_name"];

    public override EditResult Apply(ConfigurationTree tree, ConfigurationObject? existing, JsonObject body, bool whole)
    {
        var translation = Translation.Of(this, tree, existing, body, whole);
        TakeNames(translation, existing);
        translation.Body.Remove("order");
        TakeScope(translation, tree, existing);
        if (Text(translation.Body["name"]) is { } plugin && PluginCatalog.Find(plugin) is null)
            translation.Report(body.ContainsKey("type") ? "type" : "name", $"there is no plugin '{plugin}'; /api/v1/plugins lists them");
        return translation.Problems.Count > 0 ? translation.Refuse() : Store(tree, existing, translation, whole);
    }

    protected override void Shape(View view, ConfigurationObject entry, JsonObject shown)
    {
        var plugin = (string)shown["name"]!;
        shown["name"] = shown["instance_name"]?.DeepClone() ?? plugin;
        shown.Insert(2, "type", plugin);
        shown.Insert(3, "order", PluginCatalog.OrderOf(plugin));
        shown.Insert(4, "scope", ScopeOf(view.Tree, entry.ToJson()));
    }

    public override JsonObject Schema()
    {
        var schema = base.Schema();
        var properties = schema["properties"]!.AsObject();
        properties["name"] = new JsonObject { ["type"] = "string", ["description"] = "What people call it; unique. Without type, the plugin itself, as in Kong." };
        properties.Insert(0, "type", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. PluginCatalog.All.Select(p => (JsonNode)p.Name)]), ["description"] = "The plugin." });
        properties.Insert(1, "order", new JsonObject { ["type"] = "integer", ["readOnly"] = true, ["description"] = "Its place in the running order, which is that of the plugins: what is sent is not kept." });
        properties.Insert(2, "scope", new JsonObject
        {
            ["description"] = "Where it holds: \"global\", or names or ids by kind.",
            ["anyOf"] = new JsonArray(
                new JsonObject { ["const"] = "global" },
                new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(Scopes.Select(s => KeyValuePair.Create(s, (JsonNode?)new JsonObject { ["type"] = "string" }))), ["additionalProperties"] = false }),
        });
        properties["config"] = new JsonObject { ["type"] = "object", ["description"] = "The plugin's settings: /api/v1/plugins/{name}/schema." };
        properties["pipeline"] = new JsonObject { [EntitySchema.Foreign] = true };
        return schema;
    }

    private static void TakeNames(Translation translation, ConfigurationObject? existing)
    {
        var body = translation.Body;
        var typed = body.Remove("type", out var type);
        if (!typed && existing is null)
            return;
        var plugin = (typed ? type : null)?.DeepClone() ?? (existing is null ? null : JsonValue.Create(PluginOf(existing)));
        if (body.Remove("name", out var name) && !body.ContainsKey("instance_name") && (name is null || !JsonNode.DeepEquals(name, plugin)))
        {
            body["instance_name"] = name?.DeepClone();
            translation.Rename("instance_name", "name");
        }
        else if (name is not null && existing is not null && body["instance_name"] is { } label && !JsonNode.DeepEquals(name, plugin) && !JsonNode.DeepEquals(name, label))
        {
            // The body of an earlier answer with a new name in it.
            var stored = existing.ToJson()["instance_name"];
            if (JsonNode.DeepEquals(label, stored))
            {
                body["instance_name"] = name.DeepClone();
                translation.Rename("instance_name", "name");
            }
            else if (!JsonNode.DeepEquals(name, stored))
                translation.Report("name", "says something else than 'instance_name'; leave one of them out");
        }
        body["name"] = plugin;
        translation.Rename("name", "type");
    }

    private static void TakeScope(Translation translation, ConfigurationTree tree, ConfigurationObject? existing)
    {
        var body = translation.Body;
        if (!body.Remove("scope", out var scope))
            return;
        var stored = existing?.ToJson();
        var stated = Scopes.Where(body.ContainsKey).ToList();
        if (stored is not null && JsonNode.DeepEquals(scope, ScopeOf(tree, stored)))
        {
            foreach (var field in stated.Count == 0 ? Scopes : [])
                body[field] = stored[field]?.DeepClone();
            return;
        }
        if (stated.Exists(f => stored is null || !JsonNode.DeepEquals(body[f], stored[f])))
        {
            translation.Report("scope", $"says where it holds, and so does '{stated[0]}'; leave one of them out");
            return;
        }
        var names = scope as JsonObject ?? [];
        if (scope is not (null or JsonObject) && Text(scope) != "global")
            translation.Report("scope", "expected \"global\" or an object such as {\"route\": \"orders\"}");
        foreach (var (kind, _) in names)
            if (!Scopes.Contains(kind, StringComparer.Ordinal))
                translation.Report($"scope.{kind}", $"unknown field; these are: {string.Join(", ", Scopes)}");
        foreach (var field in Scopes)
        {
            body[field] = null;
            if (names[field] is not { } value)
                continue;
            var singular = field.Replace('_', ' ');
            if (Text(value) is not { } reference)
                translation.Report($"scope.{field}", $"expected the name or id of a {singular}");
            else if (tree.Find(EntityKind.ByName[field + "s"], reference) is { } found)
                body[field] = new JsonObject { ["id"] = found.Id.ToString() };
            else
                translation.Report($"scope.{field}", $"there is no {singular} '{reference}'", EditRefusal.ForeignKeyViolation);
        }
    }

    private static JsonNode ScopeOf(ConfigurationTree tree, JsonObject stored)
    {
        var scope = new JsonObject();
        foreach (var field in Scopes)
            if (stored[field]?["id"] is JsonValue id && tree.Find(EntityKind.ByName[field + "s"], (string)id!) is { } target)
                scope[field] = target.Key ?? target.Id.ToString();
        return scope.Count > 0 ? scope : JsonValue.Create("global");
    }

    /// <summary>The plugin of a middleware.</summary>
    public static string PluginOf(ConfigurationObject middleware) => ((Gateway.Configuration.PluginConfig)middleware.Record).Name;
}
