using System.Text.Json.Nodes;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>A schema with an identifier of its own (or a whole document), and the anchors in it.</summary>
internal sealed class SchemaResource(string uri, JsonNode root, SchemaDialect dialect)
{
    /// <summary>Absolute, without a fragment; what references in it are relative to.</summary>
    public string Uri { get; } = uri;

    public JsonNode Root { get; } = root;

    public SchemaDialect Dialect { get; set; } = dialect;

    /// <summary>The meta-schema leaves out the vocabulary of assertions.</summary>
    public bool WithoutAssertions { get; set; }

    public Dictionary<string, JsonNode> Anchors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, JsonNode> DynamicAnchors { get; } = new(StringComparer.Ordinal);

    /// <summary>The compiled <see cref="DynamicAnchors"/>.</summary>
    public Dictionary<string, SchemaNode> DynamicTargets { get; } = new(StringComparer.Ordinal);

    /// <summary>The compiled root, where it says <c>$recursiveAnchor</c>.</summary>
    public SchemaNode? RecursiveTarget { get; set; }

    public bool IsRecursive => Root is JsonObject map && map["$recursiveAnchor"] is JsonValue value && value.TryGetValue<bool>(out var set) && set;
}
