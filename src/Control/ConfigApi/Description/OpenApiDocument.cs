using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Sluice.Control.ConfigApi.Objects;
using Sluice.Control.KongAdmin;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Control.ConfigApi.Description;

/// <summary>
/// OpenAPI 3.1 of everything that is mapped under <c>/api/v1</c>, made from the very endpoints that answer: none can be missing, and none is there that does
/// not answer. <see cref="EndpointDescription"/> adds the words.
/// </summary>
internal static class OpenApiDocument
{
    private const string Prefix = "/api/" + Envelope.Version + "/";

    /// <param name="endpoints">All that are mapped.</param>
    /// <param name="resources">Whose schemas the descriptions name.</param>
    public static JsonObject Create(IEnumerable<RouteEndpoint> endpoints, IEnumerable<Resource> resources)
    {
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            var path = endpoint.RoutePattern.RawText ?? "";
            if (!path.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            {
                if (!paths.TryGetValue(path, out var item))
                    paths[path] = item = [];
                item[method.ToLowerInvariant()] = Operation(path, method, endpoint.RoutePattern, endpoint.Metadata.GetMetadata<EndpointDescription>());
            }
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Sluice configuration API",
                ["version"] = Envelope.Version,
                ["description"] = "Every answer is {success, data or error, meta}. ETags of objects and the numbers of releases guard writes with If-Match.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject(), new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = new JsonObject(paths.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API token: slc_..." } },
                ["schemas"] = Schemas(resources),
            },
        };
    }

    private static JsonObject Operation(string path, string method, RoutePattern pattern, EndpointDescription? description)
    {
        description ??= new EndpointDescription(Readable(path, method));
        var parameters = new JsonArray([.. pattern.Parameters.Select(p => (JsonNode)Parameter(p.Name, "path", "", required: true))]);
        foreach (var (name, meaning) in description.Query)
            parameters.Add((JsonNode)Parameter(name, "query", meaning));
        if (description.Lists)
        {
            parameters.Add((JsonNode)Parameter("page", "query", "1 for the first.", "integer"));
            parameters.Add((JsonNode)Parameter("per_page", "query", "Elements of a page, at most 1000; 50 unless it is given.", "integer"));
        }
        if ((description.Group == "configuration" || description.Body is not null) && method != "GET")
            parameters.Add((JsonNode)Parameter("If-Match", "header", "The object's ETag, or the number of a release in quotes: 412 when there is a newer one."));
        var operation = new JsonObject
        {
            ["tags"] = new JsonArray(description.Group.Length > 0 ? description.Group : path[Prefix.Length..].Split('/')[0]),
            ["summary"] = description.Summary,
            ["operationId"] = method.ToLowerInvariant() + string.Concat(path[Prefix.Length..].Split('/', '-', '_', '.').Select(s => s.Trim('{', '}')).Where(s => s.Length > 0).Select(s => char.ToUpperInvariant(s[0]) + s[1..])),
        };
        if (parameters.Count > 0)
            operation["parameters"] = parameters;
        if ((description.BodyType is { } type ? Plain(EntitySchema.Of(type)) : description.Body is { } body ? Reference(body) : null) is { } schema)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(description.BodyContentTypes, schema) };
        operation["responses"] = new JsonObject
        {
            [description.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = Success(description),
            ["4XX"] = new JsonObject { ["description"] = "What is wrong with the request.", ["content"] = Content("application/json", Reference("error")) },
            ["5XX"] = new JsonObject { ["description"] = "The database does not answer, or a failure of the gateway.", ["content"] = Content("application/json", Reference("error")) },
        };
        return operation;
    }

    private static JsonObject Success(EndpointDescription description)
    {
        var response = new JsonObject { ["description"] = description.Status == 204 ? "Done." : "Success." };
        var data = description.Answer is { } name ? Reference(name) : description.AnswerType is { } type ? AnswerSchema.Of(type) : null;
        if (description.ContentTypes.Count > 0)
            response["content"] = Content(description.ContentTypes, data ?? new JsonObject { ["type"] = "string" });
        else if (description.Status != 204)
        {
            if (description.Lists || description.ListsAll)
                data = new JsonObject { ["type"] = "array", ["items"] = data ?? [] };
            response["content"] = Content("application/json", new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["success"] = new JsonObject { ["const"] = true }, ["data"] = data ?? [], ["meta"] = Reference("meta") },
            });
        }
        return response;
    }

    private static JsonObject Schemas(IEnumerable<Resource> resources)
    {
        static JsonObject Of(string type) => new() { ["type"] = type };
        var schemas = new JsonObject(resources.Select(r => KeyValuePair.Create(r.Name, (JsonNode?)Plain(r.Schema()))))
        {
            ["endpoints"] = Endpoints.Schema(),
            ["document"] = new JsonObject
            {
                ["type"] = "object",
                ["description"] = "A whole configuration in the declarative format; `sluice schema` prints all of its JSON Schema.",
                ["properties"] = new JsonObject(
                [
                    KeyValuePair.Create("_format_version", (JsonNode?)new JsonObject { ["enum"] = new JsonArray("3.0", "2.1", "1.1") }),
                    .. EntityKind.All.Select(kind => KeyValuePair.Create(kind.Name, (JsonNode?)new JsonObject { ["type"] = "array", ["items"] = Of("object") })),
                ]),
                ["required"] = new JsonArray("_format_version"),
            },
            ["change"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["change"] = new JsonObject { ["enum"] = new JsonArray("created", "updated", "deleted") },
                    ["kind"] = new JsonObject { ["enum"] = new JsonArray([.. EntityKind.All.Select(kind => (JsonNode)kind.Name)]) },
                    ["id"] = new JsonObject { ["type"] = "string", ["format"] = "uuid" },
                    ["label"] = Of("string"),
                    ["fields"] = new JsonObject
                    {
                        ["type"] = "array",
                        ["items"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["path"] = Of("string"), ["old"] = new JsonObject(), ["new"] = new JsonObject() }, ["required"] = new JsonArray("path") },
                    },
                },
                ["required"] = new JsonArray("change", "kind", "id", "label", "fields"),
            },
            ["meta"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["timestamp"] = new JsonObject { ["type"] = "string", ["format"] = "date-time" },
                    ["request_id"] = Of("string"),
                    ["version"] = Of("string"),
                    ["total"] = Of("integer"),
                    ["page"] = Of("integer"),
                    ["per_page"] = Of("integer"),
                },
            },
            ["error"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["success"] = new JsonObject { ["const"] = false },
                    ["error"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["properties"] = new JsonObject { ["code"] = Of("string"), ["message"] = Of("string"), ["field"] = Of("string"), ["details"] = Of("object") },
                        ["required"] = new JsonArray("code", "message"),
                    },
                    ["meta"] = Reference("meta"),
                },
            },
        };
        return schemas;
    }

    private static JsonObject Parameter(string name, string place, string meaning, string type = "string", bool required = false)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place };
        if (required)
            parameter["required"] = true;
        if (meaning.Length > 0)
            parameter["description"] = meaning;
        parameter["schema"] = new JsonObject { ["type"] = type };
        return parameter;
    }

    private static JsonObject Content(string type, JsonObject schema) => Content([type], schema);

    private static JsonObject Content(IEnumerable<string> types, JsonObject schema) =>
        new(types.Select(type => KeyValuePair.Create(type, (JsonNode?)new JsonObject { ["schema"] = type.StartsWith("text/", StringComparison.Ordinal) ? new JsonObject { ["type"] = "string" } : schema.DeepClone() })));

    private static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    /// <summary>A copy in which references to objects are spelt out.</summary>
    private static JsonObject Plain(JsonObject schema)
    {
        var plain = new JsonObject();
        foreach (var (name, value) in schema)
            plain[name] = value switch
            {
                JsonObject { Count: > 0 } foreign when foreign.ContainsKey(EntitySchema.Foreign) => Foreign(foreign),
                JsonObject map => Plain(map),
                JsonArray list => new JsonArray([.. list.Select(e => e is JsonObject map ? Plain(map) : e?.DeepClone())]),
                _ => value?.DeepClone(),
            };
        return plain;
    }

    private static JsonObject Foreign(JsonObject foreign)
    {
        var schema = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["id"] = new JsonObject { ["type"] = "string", ["format"] = "uuid" } } };
        if (foreign["description"] is { } description)
            schema["description"] = description.DeepClone();
        return schema;
    }

    private static string Readable(string path, string method) => method switch
    {
        "GET" => "Show ",
        "POST" => "Post to ",
        "DELETE" => "Delete ",
        _ => "Change ",
    } + path[Prefix.Length..].Replace('/', ' ');
}
