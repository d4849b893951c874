using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary><c>config/consumers</c>. Their credentials are Kong's Admin API's.</summary>
internal sealed class Consumers : Resource
{
    public override string Name => "consumers";

    public override string Singular => "consumer";

    public override EntityKind Kind => EntityKind.ByName["consumers"];

    protected override IReadOnlyList<string> SearchedFields => ["username", "custom_id"];

    public override JsonObject Schema()
    {
        var schema = base.Schema();
        schema["properties"]!["groups"] = new JsonObject
        {
            ["type"] = "array",
            ["items"] = new JsonObject { ["type"] = "string" },
            ["description"] = "The consumer groups that it is in, by name or id.",
        };
        return schema;
    }

    protected override void Shape(View view, ConfigurationObject entry, JsonObject shown)
    {
        if (shown["groups"] is JsonArray groups)
            shown["groups"] = new JsonArray([.. groups.Select(g => (JsonNode)(view.Tree.Find(EntityKind.ByName["consumer_groups"], (string)g!["id"]!)?.Key ?? (string)g["id"]!))]);
    }
}
