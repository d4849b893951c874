using System.Text.Json.Nodes;

namespace Sluice.Foundation.Schema;

/// <summary>Trees of a document as JSON, for values whose shape the configuration leaves open.</summary>
public static class DocumentJson
{
    public static JsonNode? ToJson(this DocumentNode node) => node switch
    {
        MapNode map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Name, e.Value.ToJson()))),
        ListNode list => new JsonArray([.. list.Items.Select(ToJson)]),
        ScalarNode { Kind: ScalarKind.Boolean } scalar => JsonValue.Create(scalar.Boolean),
        ScalarNode { Kind: ScalarKind.Number } scalar when scalar.TryInteger(out var integer) => JsonValue.Create(integer),
        ScalarNode { Kind: ScalarKind.Number } scalar when double.IsFinite(scalar.Number) => JsonValue.Create(scalar.Number),
        ScalarNode { Kind: ScalarKind.Null } => null,
        ScalarNode scalar => JsonValue.Create(scalar.Text),
        _ => null,
    };
}
