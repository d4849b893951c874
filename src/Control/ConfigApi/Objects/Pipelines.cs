using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>
/// <c>config/pipelines</c> and <c>config/policies</c>: named sets of middleware that routes share. Both are pipelines of the stored configuration and differ in
/// what routes name them by: <c>pipeline_id</c> for how requests are processed, <c>policy_id</c> for the rules of access and traffic that hold for them.
/// </summary>
/// <param name="type"><c>pipeline</c> or <c>policy</c>.</param>
internal sealed class Pipelines(string type) : Resource
{
    private static readonly Middleware Contents = new();

    public override string Name => type == "policy" ? "policies" : "pipelines";

    public override string Singular => type;

    public override EntityKind Kind => EntityKind.ByName["pipelines"];

    public static string TypeOf(ConfigurationObject pipeline) => ((PipelineConfig)pipeline.Record).Type;

    public override bool Holds(ConfigurationObject entry) => TypeOf(entry) == type;

    public override IEnumerable<ConfigurationObject> Parts(ConfigurationTree tree, ConfigurationObject entry) => [entry, .. tree.ReferringTo(entry, Contents.Kind)];

    public override EditResult Apply(ConfigurationTree tree, ConfigurationObject? existing, JsonObject body, bool whole)
    {
        var translation = Translation.Of(this, tree, existing, body, whole);
        var own = translation.Body;
        own.Remove("middleware", out var middleware);
        own.Remove("middleware_ids", out var ids);
        if (own.Remove("parallel", out var parallel) && parallel is not null && !(parallel is JsonValue flag && flag.TryGetValue<bool>(out var together) && !together))
            translation.Report("parallel", "middleware runs one after the other: false, or left out");
        if (own.Remove("timeout_ms", out var timeout) && timeout is not null)
            translation.Report("timeout_ms", "a pipeline has no time limit of its own; services have connect_timeout, read_timeout and write_timeout");
        if (own.Remove("type", out var given) && given is not null && Text(given) != type)
            translation.Report("type", $"is {type} here");
        own["type"] = type;
        if (middleware is not (null or JsonArray))
            translation.Report("middleware", "expected a list of middleware");
        if (ids is not (null or JsonArray) || (ids is JsonArray list && list.Any(i => Text(i) is null)))
            translation.Report("middleware_ids", "expected a list of ids");
        if (translation.Problems.Count > 0)
            return translation.Refuse();

        var result = Store(tree, existing, translation, whole);
        if (result.Tree is null)
            return result;
        var contents = JsonNode.Parse(Members(new View(tree, null, SeesSecrets: true), existing).ToJsonString())!;
        if (middleware is not null && existing is not null && JsonNode.DeepEquals(middleware, contents["middleware"]))
            middleware = null;
        if (ids is not null && existing is not null && JsonNode.DeepEquals(ids, contents["middleware_ids"]))
            ids = null;
        if (middleware is not null && ids is not null)
        {
            translation.Report("middleware_ids", "says something else than 'middleware'; leave one of them out");
            return translation.Refuse();
        }
        return middleware is JsonArray elements ? Fill(result, elements) : ids is JsonArray members ? Gather(result, members) : result;
    }

    protected override void Shape(View view, ConfigurationObject entry, JsonObject shown)
    {
        shown.Remove("type");
        foreach (var (name, value) in Members(view, entry))
            shown[name] = value?.DeepClone();
        shown["parallel"] = false;
    }

    public override JsonObject Schema()
    {
        var schema = base.Schema();
        var properties = schema["properties"]!.AsObject();
        properties.Remove("type");
        properties["middleware"] = new JsonObject
        {
            ["type"] = "array",
            ["items"] = new JsonObject { ["$ref"] = "#/components/schemas/middleware" },
            ["description"] = "What is in it, in running order, without scope. Sent, it becomes the whole of it: what is not among them is deleted.",
        };
        properties["middleware_ids"] = new JsonObject
        {
            ["type"] = "array",
            ["items"] = new JsonObject { ["type"] = "string" },
            ["description"] = "The same by ids; global middleware that is named here moves into it.",
        };
        properties["parallel"] = new JsonObject { ["const"] = false };
        return schema;
    }

    private static JsonObject Members(View view, ConfigurationObject? pipeline)
    {
        var members = pipeline is null ? [] : view.Tree.ReferringTo(pipeline, Contents.Kind).OrderBy(m => Gateway.Pipeline.PluginCatalog.OrderOf(Middleware.PluginOf(m))).ToList();
        return new JsonObject
        {
            ["middleware"] = new JsonArray([.. members.Select(m => (JsonNode)ShowMember(view, m))]),
            ["middleware_ids"] = new JsonArray([.. members.Select(m => (JsonNode)m.Id.ToString())]),
        };
    }

    private static JsonObject ShowMember(View view, ConfigurationObject member)
    {
        var shown = Contents.Show(view, member);
        shown.Remove("scope");
        shown.Remove("pipeline");
        return shown;
    }

    /// <summary>Makes <paramref name="elements"/> what the pipeline consists of. What is there already is known by its id or its plugin.</summary>
    private static EditResult Fill(EditResult result, JsonArray elements)
    {
        var pipeline = result.Object!;
        var tree = result.Tree!;
        var left = tree.ReferringTo(pipeline, Contents.Kind).ToList();
        var problems = new List<EditProblem>();
        for (var i = 0; i < elements.Count; i++)
        {
            var at = $"middleware[{i}]";
            if (elements[i] is not JsonObject element)
            {
                problems.Add(Wrong(at, "expected an object"));
                continue;
            }
            if (element.ContainsKey("scope") || element.ContainsKey("pipeline"))
            {
                problems.Add(Wrong(at, "middleware that stands in a pipeline has no scope of its own"));
                continue;
            }
            var plugin = Text(element["type"]) ?? Text(element["name"]);
            var known = left.Find(m => m.Id.ToString() == Text(element["id"])) ?? left.Find(m => !element.ContainsKey("id") && Middleware.PluginOf(m) == plugin);
            var body = element.DeepClone().AsObject();
            body["pipeline"] = new JsonObject { ["id"] = pipeline.Id.ToString() };
            var made = Contents.Apply(tree, known, body, whole: true);
            problems.AddRange(made.Problems.Select(p => p with { Field = p.Field.Length > 0 ? $"{at}.{p.Field}" : at }));
            tree = made.Tree ?? tree;
            if (known is not null)
                left.Remove(known);
        }
        foreach (var gone in left)
            tree = tree.Delete(gone).Tree!;
        return problems.Count > 0 ? new EditResult { Problems = problems } : result with { Tree = tree };
    }

    /// <summary>Makes the middleware with these ids what the pipeline consists of.</summary>
    private static EditResult Gather(EditResult result, JsonArray ids)
    {
        var pipeline = result.Object!;
        var tree = result.Tree!;
        var left = tree.ReferringTo(pipeline, Contents.Kind).ToList();
        var problems = new List<EditProblem>();
        for (var i = 0; i < ids.Count; i++)
        {
            var at = $"middleware_ids[{i}]";
            var id = Text(ids[i])!;
            if (tree.Find(Contents.Kind, id) is not { } member)
            {
                problems.Add(new EditProblem(EditRefusal.ForeignKeyViolation, "plugins", null, "middleware", at, $"there is no middleware '{id}'"));
                continue;
            }
            if (left.RemoveAll(m => m.Id == member.Id) > 0)
                continue;
            if (member.Record is PluginConfig { Route: null, Service: null, Consumer: null, ConsumerGroup: null, Pipeline: null })
            {
                var moved = tree.Patch(Contents.Kind, member.Id.ToString(), new JsonObject { ["pipeline"] = new JsonObject { ["id"] = pipeline.Id.ToString() } });
                problems.AddRange(moved.Problems.Select(p => p with { Field = at }));
                tree = moved.Tree ?? tree;
            }
            else
                problems.Add(Wrong(at, $"{tree.Describe(member)} has a scope of its own"));
        }
        foreach (var gone in left)
            tree = tree.Delete(gone).Tree!;
        return problems.Count > 0 ? new EditResult { Problems = problems } : result with { Tree = tree };
    }

    private static EditProblem Wrong(string field, string message) => new(EditRefusal.SchemaViolation, "pipelines", null, "pipeline", field, message);
}
