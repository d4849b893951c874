using System.Text.Json.Nodes;
using Sluice.Control.ConfigApi.Objects;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Workflows.Runs;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary><c>/api/v1/workflows</c>: the workflows of the configuration. A body is <c>{name, document, enabled, tags}</c>, or the document itself as n8n exports it.</summary>
internal sealed class WorkflowDocuments : Resource
{
    private static readonly EntityKind Routes = EntityKind.ByName["routes"];

    public override string Name => "workflows";

    public override string Singular => "workflow";

    public override string Address => "/api/v1/workflows";

    public override string Group => "workflows";

    public override EntityKind Kind => EntityKind.ByName["workflows"];

    public override JsonObject Schema()
    {
        var schema = base.Schema();
        var properties = schema["properties"]!.AsObject();
        properties["document"] = new JsonObject { ["type"] = "object", ["description"] = "The workflow as n8n exports it. It may also be sent alone, without anything around it." };
        properties["tenant"] = new JsonObject { ["type"] = "string", ["readOnly"] = true, ["description"] = "Whose it is, as its tag tenant:NAME says." };
        properties["routes"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" }, ["readOnly"] = true, ["description"] = "The routes that run it." };
        return schema;
    }

    /// <summary>A document alone says nothing of what is around it, and n8n's tags are others: whose the workflow is and whether it is on stays as it is.</summary>
    public override EditResult Apply(ConfigurationTree tree, ConfigurationObject? existing, JsonObject body, bool whole) => base.Apply(
        tree, existing, existing is not null && body["nodes"] is not null
            ? new JsonObject
            {
                ["name"] = body["name"]?.DeepClone() ?? existing.Key,
                ["document"] = body.DeepClone(),
                ["enabled"] = ((WorkflowConfig)existing.Record).Enabled,
                ["tags"] = body["tags"] is JsonArray { Count: > 0 } own && own.All(t => Text(t) is not null) ? own.DeepClone() : new JsonArray([.. existing.Tags.Select(t => (JsonNode)t)]),
            }
            : body, whole);

    protected override void Shape(View view, ConfigurationObject entry, JsonObject shown)
    {
        if (WorkflowTenant.Of(entry.Tags) is { Length: > 0 } tenant) shown["tenant"] = tenant;
        var id = entry.Id.ToString();
        shown["routes"] = new JsonArray([.. view.Tree.All(Routes)
            .Where(r => ((RouteConfig)r.Record).Workflow is { } named && (string.Equals(named, entry.Key, StringComparison.Ordinal) || string.Equals(named, id, StringComparison.Ordinal)))
            .Select(r => (JsonNode)(r.Key ?? r.Id.ToString()))]);
    }
}
