using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Host.Tests.Admin;

/// <summary>What the OpenAPI document says of bodies, against what the whole admin listener takes and answers.</summary>
public sealed class OpenApiTests
{
    /// <summary>Writes whose address says all.</summary>
    private static readonly string[] WithoutBody =
    [
        "post /api/v1/auth/logout", "post /api/v1/config/releases/{number}/rollback", "post /api/v1/config/routes/{id}/enable", "post /api/v1/config/routes/{id}/disable",
        "post /api/v1/connections/{name}/authorize",
        "post /api/v1/workflows/{id}/activate", "post /api/v1/workflows/{id}/deactivate", "post /api/v1/workflows/{id}/versions/{number}/restore", "post /api/v1/executions/{id}/cancel",
    ];

    [Fact]
    public async Task Every_operation_with_a_body_has_a_schema_of_it()
    {
        await using var surface = await AdminSurface.StartAsync();
        var document = await DocumentAsync(surface);
        var wrong = new List<string>();
        foreach (var (path, methods) in document["paths"]!.AsObject())
            foreach (var (method, operation) in methods!.AsObject())
            {
                var name = $"{method} {path}";
                if (method is "post" or "put" or "patch" != WithoutBody.Contains(name))
                    wrong.AddRange(operation!["requestBody"]?["content"] is JsonObject { Count: > 0 } body ? [.. body.Where(c => !Says(c.Value!["schema"])).Select(c => $"{name}: {c.Key}")] : [$"{name}: no body"]);
                else if (operation!["requestBody"] is not null)
                    wrong.Add($"{name}: a body that nobody reads");
                var (status, success) = operation!["responses"]!.AsObject().Single(r => r.Key[0] == '2');
                if (status == "204" == success!["content"] is not null)
                    wrong.Add($"{name}: {status} and content: {success["content"] is not null}");
                foreach (var (type, content) in success["content"] as JsonObject ?? [])
                    if (!Says(content!["schema"]!["properties"]?["data"] ?? content["schema"]))
                        wrong.Add($"{name}: the answer as {type}");
            }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Answers_are_what_their_schemas_say()
    {
        await using var surface = await AdminSurface.StartAsync();
        await surface.ApplyAsync(WholeConfiguration.Yaml);
        var document = await DocumentAsync(surface);
        var (created, token) = await surface.SendAsync("POST", "/api/v1/tokens", "Admin", Encoding.UTF8.GetBytes("""{ "name": "made", "role": "viewer" }"""), "application/json");
        created.ShouldBe(201);
        Check(document, "post", "/api/v1/tokens", "201", JsonNode.Parse(token.Split('\n')[0])!);
        var (_, user) = await surface.SendAsync("POST", "/api/v1/users", "Admin", Encoding.UTF8.GetBytes("""{ "username": "ann", "password": "correct horse battery", "role": "operator" }"""), "application/json");
        Check(document, "post", "/api/v1/users", "201", JsonNode.Parse(user.Split('\n')[0])!);
        var (_, plan) = await surface.SendAsync("POST", "/api/v1/config/plan?replay=true", "Admin", "_format_version: '3.0'"u8.ToArray(), "application/yaml");
        Check(document, "post", "/api/v1/config/plan", "200", JsonNode.Parse(plan)!);

        var asked = 0;
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            if (methods!["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]?["properties"]?["data"] is null)
                continue;
            var filled = AdminSurface.Fill(path, name => name switch { "id" when path.Contains("/users/", StringComparison.Ordinal) => "ann", "name" => "key-auth", "type" => "http-request", "id" when path.Contains("/workflows/", StringComparison.Ordinal) => "greet", "number" or "next" => "1", "old" => "0", _ => "orders" });
            var (status, body) = await surface.SendAsync("GET", path == "/api/v1/explain" ? filled + "?url=http://a.test/orders" : filled, "Admin");
            if (status != 200)
                continue;
            Check(document, "get", path, "200", JsonNode.Parse(body)!);
            asked++;
        }

        asked.ShouldBeGreaterThan(25);
    }

    private static async Task<JsonNode> DocumentAsync(AdminSurface surface) => JsonNode.Parse((await surface.SendAsync("GET", "/api/v1/openapi.json", "Admin")).Body)!;

    private static bool Says(JsonNode? schema) => schema is JsonObject map
        && (map.ContainsKey("$ref") || map["properties"] is JsonObject || map["additionalProperties"] is JsonObject || map["enum"] is not null || (string?)map["type"] is "string" or "integer" or "object"
            || ((string?)map["type"] == "array" && Says(map["items"])));

    private static void Check(JsonNode document, string method, string path, string status, JsonNode answer)
    {
        var schema = document["paths"]![path]![method]!["responses"]![status]!["content"]!["application/json"]!["schema"]!;
        var wrong = new List<string>();
        Compare(document, schema, answer, "", wrong);
        wrong.ShouldBeEmpty($"{method} {path}");
    }

    /// <summary>As much of JSON Schema as the document uses of answers; a field that it does not know is wrong, too.</summary>
    private static void Compare(JsonNode document, JsonNode schema, JsonNode? value, string place, List<string> wrong)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            // Objects of the configuration have a test of their own; here it is about what is around them.
            var name = reference[(reference.LastIndexOf('/') + 1)..];
            if (name is "meta" or "change")
                Compare(document, document["components"]!["schemas"]![name]!, value, place, wrong);
            return;
        }

        if (schema["type"] is JsonValue type && !Is((string)type!, value))
            wrong.Add($"{place}: {value?.ToJsonString() ?? "null"} is no {type}");
        else if (schema["enum"] is JsonArray allowed && !allowed.Any(a => JsonNode.DeepEquals(a, value)))
            wrong.Add($"{place}: {value?.ToJsonString() ?? "null"} is none of {allowed.ToJsonString()}");
        else if (value is JsonArray list && schema["items"] is { } items)
            for (var i = 0; i < list.Count; i++)
                Compare(document, items, list[i], $"{place}[{i}]", wrong);
        else if (value is JsonObject map && schema["properties"] is JsonObject properties)
        {
            wrong.AddRange((schema["required"] as JsonArray ?? []).Where(r => !map.ContainsKey((string)r!)).Select(r => $"{place}: no {r}"));
            foreach (var (name, field) in map)
                if (properties[name] is { } known)
                    Compare(document, known, field, $"{place}.{name}", wrong);
                else
                    wrong.Add($"{place}: unknown {name}");
        }
    }

    private static bool Is(string type, JsonNode? value) => (type, value?.GetValueKind()) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => value!.AsValue().TryGetValue<long>(out _),
        _ => false,
    };
}
