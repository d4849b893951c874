using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>The documents that references may lead to, with the identifiers and anchors in them.</summary>
internal sealed class SchemaResources(SchemaDialect chosen, IReadOnlyDictionary<string, JsonNode>? others)
{
    private static readonly string[] Single =
        ["additionalProperties", "additionalItems", "items", "contains", "not", "if", "then", "else", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"];

    private static readonly string[] Lists = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];

    private static readonly string[] Maps = ["properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies"];

    private readonly Dictionary<string, SchemaResource> byUri = new(StringComparer.Ordinal);
    private readonly Dictionary<JsonNode, SchemaResource> byRoot = [];
    private readonly HashSet<JsonNode> scanned = [];

    public IEnumerable<SchemaResource> All => byRoot.Values.ToList();

    public SchemaResource AddDocument(string uri, JsonNode root, SchemaDialect dialect)
    {
        var resource = new SchemaResource(uri, root, dialect);
        byUri[uri] = resource;
        byRoot[root] = resource;
        return resource;
    }

    /// <summary>The resource that <paramref name="node"/> belongs to. Looks for identifiers in it and below it first.</summary>
    public SchemaResource Of(JsonNode node)
    {
        var resource = Enclosing(node);
        Scan(node, resource);
        return byRoot.GetValueOrDefault(node, resource);
    }

    /// <summary>What a reference in <paramref name="from"/> leads to.</summary>
    /// <param name="anchor">The name of the anchor, if it names one.</param>
    public JsonNode Find(string reference, SchemaResource from, string at, out string? anchor)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var uri = hash < 0 ? reference : reference[..hash];
        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(reference[(hash + 1)..]);
        var resource = uri.Length == 0 ? from : Load(Resolve(from.Uri, uri, at), reference, at);
        anchor = null;
        if (fragment.Length == 0) return resource.Root;
        if (fragment[0] == '/')
            return JsonPointer.TryFind(resource.Root, fragment, out var found) && found is not null ? found : throw new SchemaException(at, $"refers to '{reference}', where there is nothing");
        Scan(resource.Root, resource);
        anchor = fragment;
        return resource.Anchors.GetValueOrDefault(fragment) ?? throw new SchemaException(at, $"refers to '{reference}', but there is no such anchor");
    }

    private SchemaResource Load(string uri, string reference, string at)
    {
        if (byUri.TryGetValue(uri, out var known)) return known;
        foreach (var document in All) Scan(document.Root, document);
        if (byUri.TryGetValue(uri, out known)) return known;
        if (MetaSchemas.Find(uri) is { } meta) return Added(AddDocument(uri, meta.Root, meta.Dialect));
        if (others is not null && others.TryGetValue(uri, out var other)) return Added(AddDocument(uri, other, chosen));
        throw new SchemaException(at, $"refers to '{reference}', which is not in this document, and nothing is fetched");
    }

    private SchemaResource Added(SchemaResource document)
    {
        Scan(document.Root, document);
        return document;
    }

    private SchemaResource Enclosing(JsonNode node)
    {
        for (JsonNode? at = node; at is not null; at = at.Parent)
            if (byRoot.TryGetValue(at, out var resource)) return resource;
        throw new UnreachableException("The node belongs to no document.");
    }

    private void Scan(JsonNode? node, SchemaResource resource)
    {
        if (node is not JsonObject schema || !scanned.Add(node)) return;
        if (resource.Root == node) ReadDialect(schema, resource);
        if (!(resource.Dialect <= SchemaDialect.Draft7 && schema["$ref"] is JsonValue)) resource = Identify(schema, resource);
        foreach (var name in Single) Scan(schema[name], resource);
        foreach (var name in Lists)
            if (schema[name] is JsonArray list)
                foreach (var item in list) Scan(item, resource);
        foreach (var name in Maps)
            if (schema[name] is JsonObject map)
                foreach (var (_, item) in map) Scan(item, resource);
    }

    private SchemaResource Identify(JsonObject schema, SchemaResource resource)
    {
        if (resource.Dialect == SchemaDialect.OpenApi30) return resource;
        if (Text(schema, resource.Dialect == SchemaDialect.Draft4 ? "id" : "$id") is { } id)
        {
            var hash = id.IndexOf('#', StringComparison.Ordinal);
            var uri = hash < 0 ? id : id[..hash];
            if (uri.Length > 0)
            {
                var absolute = Resolve(resource.Uri, uri, JsonPointer.Of(schema));
                resource = resource.Root == schema
                    ? new SchemaResource(absolute, schema, resource.Dialect) { WithoutAssertions = resource.WithoutAssertions }
                    : new SchemaResource(absolute, schema, resource.Dialect);
                byUri.TryAdd(absolute, resource);
                byRoot[schema] = resource;
                ReadDialect(schema, resource);
            }

            if (hash >= 0 && hash + 1 < id.Length && resource.Dialect <= SchemaDialect.Draft7) resource.Anchors.TryAdd(id[(hash + 1)..], schema);
        }

        if (resource.Dialect >= SchemaDialect.Draft201909 && Text(schema, "$anchor") is { } anchor) resource.Anchors.TryAdd(anchor, schema);
        if (resource.Dialect == SchemaDialect.Draft202012 && Text(schema, "$dynamicAnchor") is { } dynamic)
        {
            resource.Anchors.TryAdd(dynamic, schema);
            resource.DynamicAnchors.TryAdd(dynamic, schema);
        }

        return resource;
    }

    private void ReadDialect(JsonObject schema, SchemaResource resource)
    {
        if (Text(schema, "$schema") is not { } name) return;
        if (MetaSchemas.DialectOf(name) is { } dialect) resource.Dialect = dialect;
        else if (others is not null && others.TryGetValue(name.TrimEnd('#'), out var meta) && meta is JsonObject custom) ReadCustom(custom, resource);
    }

    /// <summary>A meta-schema of somebody's own: its <c>$schema</c> chooses the version, its vocabularies may leave out the assertions.</summary>
    private static void ReadCustom(JsonObject meta, SchemaResource resource)
    {
        if (Text(meta, "$schema") is { } name && MetaSchemas.DialectOf(name) is { } dialect) resource.Dialect = dialect;
        if (meta["$vocabulary"] is JsonObject vocabulary)
            resource.WithoutAssertions = !vocabulary.Any(v => v.Key.EndsWith("/vocab/validation", StringComparison.Ordinal));
    }

    private static string Resolve(string against, string reference, string at)
    {
        // A path of its own counts as a file's URI on this platform.
        if (reference[0] != '/' && Uri.TryCreate(reference, UriKind.Absolute, out var absolute)) return absolute.AbsoluteUri;
        if (Uri.TryCreate(against, UriKind.Absolute, out var start) && Uri.TryCreate(start, reference, out var resolved)) return resolved.AbsoluteUri;
        throw new SchemaException(at, $"'{reference}' is no URI reference");
    }

    private static string? Text(JsonObject schema, string name) => schema[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
