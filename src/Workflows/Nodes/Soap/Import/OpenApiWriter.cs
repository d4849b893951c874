using System.Text.Json.Nodes;
using Sluice.Workflows.Nodes.Soap.Messages;
using Sluice.Workflows.Nodes.Soap.Schemas;
using Sluice.Workflows.Nodes.Soap.Wsdl;

namespace Sluice.Workflows.Nodes.Soap.Import;

/// <summary>The OpenAPI 3.1 document of endpoints that were made of operations.</summary>
internal sealed class OpenApiWriter(bool keyAuth, IEnumerable<string> services)
{
    /// <summary>The component of what failed; no type of a WSDL gets its name.</summary>
    public const string FailureSchema = "Failure";

    private readonly JsonObject _paths = [];
    private readonly JsonSchemas _schemas = new();

    public void Add(ImportedEndpoint endpoint, string name, WsdlOperation operation, List<XsdElement>? parameters)
    {
        var described = new JsonObject { ["operationId"] = name };
        if (operation.Documentation.Length > 0) described["summary"] = operation.Documentation.Length > 500 ? operation.Documentation[..500] : operation.Documentation;
        if (parameters is not null)
            described["parameters"] = new JsonArray([.. parameters.Select(p => (JsonNode)new JsonObject { ["name"] = p.Name.LocalName, ["in"] = "query", ["required"] = IsRequired(operation, p), ["schema"] = _schemas.Of(p) })]);
        else
            described["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Json(Body(operation.Input)) };
        described["responses"] = new JsonObject
        {
            ["200"] = Response("What the service answers.", operation.Output is { } output ? Body(output) : new JsonObject { ["type"] = "object" }),
            ["400"] = Failure("The request is not what the service takes; the error has the path."),
            ["422"] = Failure("The service refuses the request."),
            ["502"] = Failure("The service failed, or cannot be reached."),
        };
        _paths[endpoint.Path] = new JsonObject { [endpoint.Method.ToLowerInvariant()] = described };
    }

    public JsonObject Write()
    {
        var schemas = _schemas.Components();
        var components = new JsonObject { ["schemas"] = schemas };
        schemas[FailureSchema] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["error"] = new JsonObject { ["type"] = "string" }, ["code"] = new JsonObject { ["type"] = new JsonArray("string", "null") }, ["details"] = new JsonObject() },
            ["required"] = new JsonArray("error"),
        };
        if (keyAuth) components["securitySchemes"] = new JsonObject { ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "apikey" } };
        var document = new JsonObject { ["openapi"] = "3.1.0", ["info"] = new JsonObject { ["title"] = string.Join(", ", services), ["version"] = "1" }, ["paths"] = _paths, ["components"] = components };
        if (keyAuth) document["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() });
        return document;
    }

    private static bool IsRequired(WsdlOperation operation, XsdElement parameter) =>
        operation.Input.Body is [{ Type: XsdComplexType { Content: XsdGroup { Kind: not XsdGroupKind.Choice, Least: > 0 } content } }] && content.Children.Any(c => c is XsdElementParticle { Least: > 0 } particle && particle.Element == parameter);

    private JsonObject Body(WsdlMessage message)
    {
        if (message.Body is [var only]) return only.Type is XsdSimpleType ? new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { [JsonToXml.TextField] = _schemas.Of(only) } } : _schemas.OfBody(only);
        return new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(message.Body.DistinctBy(b => b.Name.LocalName).Select(b => KeyValuePair.Create(b.Name.LocalName, (JsonNode?)_schemas.Of(b)))) };
    }

    private static JsonObject Failure(string description) => Response(description, new JsonObject { ["$ref"] = $"#/components/schemas/{FailureSchema}" });

    private static JsonObject Response(string description, JsonObject schema) => new() { ["description"] = description, ["content"] = Json(schema) };

    private static JsonObject Json(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };
}
