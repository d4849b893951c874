using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas.Keywords;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>Makes of schemas what checks values. Schemas that refer to each other are compiled once each.</summary>
internal sealed class SchemaCompiler(SchemaResources resources, bool formats)
{
    private const int MaxDepth = 200;

    private readonly Dictionary<JsonNode, SchemaNode> compiled = [];
    private int depth;

    /// <exception cref="SchemaException">It cannot be used.</exception>
    public SchemaNode Compile(JsonNode? schema, string path)
    {
        var node = CompileAny(schema, path);

        // Which of them a dynamic reference leads to is known only while a value is checked.
        bool more;
        do
        {
            more = false;
            foreach (var resource in resources.All)
            {
                foreach (var (name, target) in resource.DynamicAnchors)
                {
                    if (resource.DynamicTargets.ContainsKey(name)) continue;
                    resource.DynamicTargets[name] = CompileAny(target, JsonPointer.Of(target));
                    more = true;
                }

                if (resource.Dialect != SchemaDialect.Draft201909 || resource.RecursiveTarget is not null || !resource.IsRecursive) continue;
                resource.RecursiveTarget = CompileAny(resource.Root, JsonPointer.Of(resource.Root));
                more = true;
            }
        }
        while (more);
        return node;
    }

    private SchemaNode CompileAny(JsonNode? schema, string path)
    {
        if (schema is null) throw new SchemaException(path, "must be an object or a boolean, not null");
        if (compiled.TryGetValue(schema, out var known)) return known;
        if (depth == MaxDepth) throw new SchemaException(path, $"is nested deeper than {MaxDepth} levels");
        depth++;
        try
        {
            var resource = resources.Of(schema);
            if (schema is JsonValue value && value.TryGetValue<bool>(out var always)) return compiled[schema] = new SchemaNode(resource, path) { Always = always };
            if (schema is not JsonObject map) throw new SchemaException(path, "must be an object or a boolean");
            var node = new SchemaNode(resource, path);
            compiled[schema] = node;
            node.Keywords = [.. Keywords(new SchemaReader(map, resource, path), node)];
            return node;
        }
        finally
        {
            depth--;
        }
    }

    private IEnumerable<Keyword> Keywords(SchemaReader schema, SchemaNode node)
    {
        var dialect = schema.Resource.Dialect;
        if (schema.Text("$ref") is { } reference)
        {
            yield return At(schema, "$ref", new ReferenceKeyword(Target(schema, "$ref", reference, out _)));
            if (dialect <= SchemaDialect.Draft7) yield break;
        }

        if (dialect == SchemaDialect.Draft202012 && schema.Text("$dynamicRef") is { } dynamic)
        {
            var target = Target(schema, "$dynamicRef", dynamic, out var anchor);
            yield return At(schema, "$dynamicRef", anchor is not null && target.Resource.DynamicAnchors.ContainsKey(anchor) ? new DynamicReferenceKeyword(anchor, target) : new ReferenceKeyword(target));
        }

        if (dialect == SchemaDialect.Draft201909 && schema.Text("$recursiveRef") is { } recursive)
        {
            var target = Target(schema, "$recursiveRef", recursive, out _);
            yield return At(schema, "$recursiveRef", target.Resource.IsRecursive ? new RecursiveReferenceKeyword(target) : new ReferenceKeyword(target));
        }

        if (!schema.Resource.WithoutAssertions)
        {
            foreach (var keyword in AssertionKeywords.Read(schema, formats)) yield return keyword;
        }

        foreach (var keyword in Applicators(schema, dialect)) yield return keyword;
        if (dialect < SchemaDialect.Draft201909) yield break;
        if (Sub(schema, "unevaluatedItems") is { } items)
        {
            node.AsksForEvaluated = true;
            yield return At(schema, "unevaluatedItems", new UnevaluatedItemsKeyword(items));
        }

        if (Sub(schema, "unevaluatedProperties") is { } members)
        {
            node.AsksForEvaluated = true;
            yield return At(schema, "unevaluatedProperties", new UnevaluatedMembersKeyword(members));
        }
    }

    private IEnumerable<Keyword> Applicators(SchemaReader schema, SchemaDialect dialect)
    {
        if (Items(schema, dialect) is { } items) yield return items;
        if (dialect >= SchemaDialect.Draft6 && Sub(schema, "contains") is { } contains)
        {
            var counted = dialect >= SchemaDialect.Draft201909;
            var min = counted ? schema.Count("minContains") ?? 1 : 1;
            var max = counted ? schema.Count("maxContains") ?? long.MaxValue : long.MaxValue;
            yield return At(schema, "contains", new ContainsKeyword(contains, min, max, dialect == SchemaDialect.Draft202012));
        }

        if (schema.Has("properties") || schema.Has("patternProperties") || schema.Has("additionalProperties")) yield return Members(schema);
        if (dialect >= SchemaDialect.Draft6 && Sub(schema, "propertyNames") is { } names) yield return At(schema, "propertyNames", new NamesKeyword(names));
        foreach (var keyword in Dependencies(schema, dialect)) yield return keyword;
        if (List(schema, "allOf") is { } all) yield return At(schema, "allOf", new AllOfKeyword(all));
        if (List(schema, "anyOf") is { } any) yield return At(schema, "anyOf", new AnyOfKeyword(any));
        if (List(schema, "oneOf") is { } one) yield return At(schema, "oneOf", new OneOfKeyword(one));
        if (Sub(schema, "not") is { } not) yield return At(schema, "not", new NotKeyword(not));
        if (dialect >= SchemaDialect.Draft7 && Sub(schema, "if") is { } condition)
            yield return At(schema, "if", new ConditionKeyword(condition, Sub(schema, "then"), Sub(schema, "else")));
    }

    private Keyword? Items(SchemaReader schema, SchemaDialect dialect)
    {
        if (dialect == SchemaDialect.Draft202012)
        {
            var first = List(schema, "prefixItems");
            var rest = Sub(schema, "items");
            return first is null && rest is null ? null : At(schema, rest is null ? "prefixItems" : "items", new ItemsKeyword(first ?? [], rest));
        }

        if (schema.Value("items") is JsonArray) return At(schema, "items", new ItemsKeyword(List(schema, "items")!, Sub(schema, "additionalItems")));
        return Sub(schema, "items") is { } all ? At(schema, "items", new ItemsKeyword([], all)) : null;
    }

    private Keyword Members(SchemaReader schema)
    {
        var named = Map(schema, "properties").ToFrozenDictionary(p => p.Name, p => p.Schema, StringComparer.Ordinal);
        var matching = Map(schema, "patternProperties").Select(p => (schema.Pattern("patternProperties", p.Name), p.Schema)).ToArray();
        var at = schema.Has("additionalProperties") ? "additionalProperties" : schema.Has("properties") ? "properties" : "patternProperties";
        return At(schema, at, new MembersKeyword(named, matching, Sub(schema, "additionalProperties")));
    }

    private IEnumerable<Keyword> Dependencies(SchemaReader schema, SchemaDialect dialect)
    {
        if (dialect == SchemaDialect.OpenApi30) yield break;
        if (schema.Map("dependencies") is { } mixed)
        {
            var all = mixed.Select(d => d.Value is JsonArray
                ? (d.Key, SchemaReader.Strings(d.Value, schema.PathOf("dependencies", d.Key)), null)
                : (d.Key, Array.Empty<string>(), (SchemaNode?)CompileAny(d.Value, schema.PathOf("dependencies", d.Key))));
            yield return At(schema, "dependencies", new DependentKeyword([.. all]));
        }

        if (dialect < SchemaDialect.Draft201909) yield break;
        if (!schema.Resource.WithoutAssertions && schema.Map("dependentRequired") is { } required)
            yield return At(schema, "dependentRequired", new DependentKeyword([.. required.Select(d => (d.Key, SchemaReader.Strings(d.Value, schema.PathOf("dependentRequired", d.Key)), (SchemaNode?)null))]));
        if (schema.Has("dependentSchemas"))
            yield return At(schema, "dependentSchemas", new DependentKeyword([.. Map(schema, "dependentSchemas").Select(d => (d.Name, Array.Empty<string>(), (SchemaNode?)d.Schema))]));
    }

    private SchemaNode Target(SchemaReader schema, string keyword, string reference, out string? anchor)
    {
        var target = resources.Find(reference, schema.Resource, schema.PathOf(keyword), out anchor);
        return CompileAny(target, JsonPointer.Of(target));
    }

    private SchemaNode? Sub(SchemaReader schema, string keyword) => schema.Has(keyword) ? CompileAny(schema.Value(keyword), schema.PathOf(keyword)) : null;

    private SchemaNode[]? List(SchemaReader schema, string keyword)
    {
        if (!schema.Has(keyword)) return null;
        if (schema.Value(keyword) is not JsonArray list || list.Count == 0) throw new SchemaException(schema.PathOf(keyword), "must be a list of schemas that is not empty");
        return [.. list.Select((item, i) => CompileAny(item, $"{schema.PathOf(keyword)}/{i}"))];
    }

    private IEnumerable<(string Name, SchemaNode Schema)> Map(SchemaReader schema, string keyword) =>
        schema.Map(keyword)?.Select(p => (p.Key, CompileAny(p.Value, schema.PathOf(keyword, p.Key)))) ?? [];

    private static Keyword At(SchemaReader schema, string keyword, Keyword made)
    {
        made.Path = schema.PathOf(keyword);
        return made;
    }
}
