using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary><c>config/routes</c>.</summary>
internal sealed class Routes : Resource
{
    private static readonly string[] NoMethod = ["", "*", "ANY"];

    public override string Name => "routes";

    public override string Singular => "route";

    public override EntityKind Kind => EntityKind.ByName["routes"];

    protected override IReadOnlyList<string> SearchedFields => ["name", "paths", "hosts", "expression"];

    public override IReadOnlyList<ShortField> ShortFields { get; } =
    [
        new("path", "paths", new JsonObject
        {
            ["type"] = "string",
            ["description"] = "One path: /users/* for all below /users/, /users for that path alone, /users/{id} for one more segment, ~/regex. In full: paths.",
        })
        {
            Read = static (value, _) => Text(value) is not { } text ? ShortValue.Wrong("expected a string")
                : RoutePathText.Parse(text) is { Path: { } path } ? new ShortValue(new JsonArray(path)) : ShortValue.Wrong(RoutePathText.Parse(text).Problem!),
            Show = static (stored, _) => stored["paths"] is JsonArray { Count: 1 } paths && Text(paths[0]) is { } path ? RoutePathText.Show(path) : null,
        },
        new("method", "methods", new JsonObject { ["type"] = "string", ["description"] = "GET; several with commas: GET,HEAD; * for any. In full: methods." })
        {
            Read = static (value, _) => Text(value) is not { } text ? ShortValue.Wrong("expected a string")
                : NoMethod.Contains(text, StringComparer.OrdinalIgnoreCase) ? new ShortValue(null)
                : new ShortValue(new JsonArray([.. text.Split(',').Select(m => (JsonNode)m.Trim().ToUpperInvariant())])),
            Show = static (stored, _) => stored["methods"] is JsonArray { Count: > 0 } methods ? string.Join(',', methods.Select(m => (string?)m)) : "*",
        },
        Reference("service_id", "service", "services", "The name or id of the service. In full: service."),
        Pipeline("pipeline_id", "pipeline", "The name or id of a pipeline whose middleware the route runs. In full: pipeline, by name."),
        Pipeline("policy_id", "policy", "The name or id of a policy that holds for the route. In full: policy, by name."),
    ];

    public override EditResult Apply(ConfigurationTree tree, ConfigurationObject? existing, JsonObject body, bool whole)
    {
        var translation = Translation.Of(this, tree, existing, body, whole);
        TakePriority(translation, tree, existing, whole);

        // Whoever writes one path means the whole of it for the service, too.
        if (translation.Used("paths") && (existing is null || whole) && !translation.Body.ContainsKey("strip_path"))
            translation.Body["strip_path"] = false;
        return translation.Problems.Count > 0 ? translation.Refuse() : Store(tree, existing, translation, whole);
    }

    protected override void Shape(View view, ConfigurationObject entry, JsonObject shown) =>
        shown["priority"] = shown["priority"]?.DeepClone() ?? shown["regex_priority"]?.DeepClone();

    public override JsonObject Schema()
    {
        var schema = base.Schema();
        schema["properties"]!["priority"] = new JsonObject
        {
            ["type"] = "integer",
            ["description"] = "The higher one is tried first: among routes whose path is exact, has parameters or is a regular expression (regex_priority), or among those with an expression.",
        };
        return schema;
    }

    /// <summary>The routes of Kong's traditional router have a priority among regular expressions; those with an expression have it among each other.</summary>
    private static void TakePriority(Translation translation, ConfigurationTree tree, ConfigurationObject? existing, bool whole)
    {
        var body = translation.Body;
        if (tree.Options.RouterFlavor == Gateway.Snapshot.RouterFlavor.Expressions && (body["expression"] ?? existing?.ToJson()["expression"]) is not null)
            return;
        if (!body.Remove("priority", out var priority))
            return;
        var stored = existing?.ToJson()["regex_priority"];
        var other = body["regex_priority"];
        if (existing is not null && JsonNode.DeepEquals(priority, stored))
        {
            if (other is null && whole)
                body["regex_priority"] = stored?.DeepClone();
            return;
        }
        if (other is not null && !JsonNode.DeepEquals(other, stored) && !JsonNode.DeepEquals(other, priority))
        {
            translation.Report("priority", "says something else than 'regex_priority'; leave one of them out");
            return;
        }
        body["regex_priority"] = priority?.DeepClone();
        translation.Rename("regex_priority", "priority");
    }

    /// <summary>Routes hold pipelines by name.</summary>
    private static ShortField Pipeline(string name, string field, string description) =>
        new(name, field, new JsonObject { ["type"] = "string", ["description"] = description })
        {
            Read = (value, tree) => Text(value) is not { } text ? ShortValue.Wrong($"expected the name or id of a {field}")
                : tree.Find(EntityKind.ByName["pipelines"], text) is { Key: { } key } found && Pipelines.TypeOf(found) == field ? new ShortValue(key)
                : ShortValue.NotThere($"there is no {field} '{text}'"),
            Show = (stored, _) => stored[field]?.DeepClone(),
        };
}
