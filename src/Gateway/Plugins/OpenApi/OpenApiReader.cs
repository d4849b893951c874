using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.OpenApi;

/// <summary>Reads a document: follows its references, compiles its schemas, and notes all that is wrong with the JSON pointer of each.</summary>
internal sealed class OpenApiReader
{
    private const int MaxReferences = 50;

    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    private readonly JsonObject root;
    private readonly bool is31;
    private readonly JsonSchemaSet requests;
    private readonly JsonSchemaSet responses;

    private OpenApiReader(JsonObject root, bool is31)
    {
        this.root = root;
        this.is31 = is31;
        var dialect = is31 ? SchemaDialect.Draft202012 : SchemaDialect.OpenApi30;

        // What only responses have need not be in requests, and the other way round, though the schema says that it is required.
        requests = new JsonSchemaSet(OneWay(root, "readOnly"), dialect);
        responses = new JsonSchemaSet(OneWay(root, "writeOnly"), dialect);
    }

    public List<string> Problems { get; } = [];

    public static (OpenApiDocument? Document, IReadOnlyList<string> Problems) Read(JsonObject root)
    {
        if (Text(root["openapi"]) is not { } version) return (null, [root["swagger"] is null ? "/openapi: is missing" : "/swagger: Swagger 2.0 is not supported; OpenAPI 3.0 and 3.1 are"]);
        var isNewer = version.StartsWith("3.1.", StringComparison.Ordinal);
        if (!isNewer && !version.StartsWith("3.0.", StringComparison.Ordinal)) return (null, [$"/openapi: '{version}' is not supported; 3.0 and 3.1 are"]);
        if (root["paths"] is not JsonObject paths) return (null, ["/paths: must be an object"]);
        var reader = new OpenApiReader(root, isNewer);
        var read = reader.Paths(paths);
        return reader.Problems.Count > 0 ? (null, reader.Problems) : (new OpenApiDocument(root, read, BasePaths(root)), []);
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool? Flag(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>The document, where nothing is required that goes the other way only.</summary>
    private static JsonObject OneWay(JsonObject document, string mark)
    {
        var copy = (JsonObject)document.DeepClone();
        Strip(copy, copy, mark);
        return copy;
    }

    private static void Strip(JsonNode? node, JsonObject document, string mark)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) Strip(item, document, mark);
            return;
        }

        if (node is not JsonObject map) return;
        if (map["properties"] is JsonObject properties && map["required"] is JsonArray required)
        {
            for (var i = required.Count - 1; i >= 0; i--)
                if (Text(required[i]) is { } name && properties[name] is JsonObject property && IsMarked(property, document, mark)) required.RemoveAt(i);
            if (required.Count == 0) map.Remove("required");
        }

        foreach (var (_, value) in map) Strip(value, document, mark);
    }

    private static bool IsMarked(JsonObject property, JsonObject document, string mark)
    {
        if (Flag(property[mark]) == true) return true;
        return Text(property["$ref"]) is { } reference && reference.StartsWith("#/", StringComparison.Ordinal)
            && JsonPointer.TryFind(document, reference[1..], out var target) && target is JsonObject map && Flag(map[mark]) == true;
    }

    private static List<string> BasePaths(JsonObject root)
    {
        var paths = new List<string>();
        foreach (var server in root["servers"] as JsonArray ?? [])
        {
            if (server is not JsonObject map || Text(map["url"]) is not { } url) continue;
            foreach (var (name, variable) in map["variables"] as JsonObject ?? [])
                url = url.Replace($"{{{name}}}", Text((variable as JsonObject)?["default"]) ?? "", StringComparison.Ordinal);
            var start = url.IndexOf("://", StringComparison.Ordinal);
            var slash = start < 0 ? 0 : url.IndexOf('/', start + 3);
            paths.Add(slash < 0 ? "" : "/" + url[slash..].Trim('/'));
        }

        return [.. paths.Select(p => p == "/" ? "" : p).Distinct(StringComparer.Ordinal)];
    }

    private List<OpenApiPath> Paths(JsonObject paths)
    {
        var read = new List<OpenApiPath>();
        foreach (var (name, node) in paths)
        {
            if (name.StartsWith("x-", StringComparison.Ordinal)) continue;
            var at = $"/paths/{JsonPointer.Escape(name)}";
            if (PathTemplate.Parse(name) is not { } template)
            {
                Problems.Add($"{at}: a path must start with '/' and hold parameters as '{{name}}'");
                continue;
            }

            if (Follow(node, ref at) is not { } item) continue;
            var shared = Parameters(item["parameters"], $"{at}/parameters");
            var operations = new List<OpenApiOperation>();
            foreach (var method in Methods)
            {
                if (!item.ContainsKey(method)) continue;
                if (item[method] is JsonObject operation) operations.Add(Operation(operation, $"{at}/{method}", method.ToUpperInvariant(), shared));
                else Problems.Add($"{at}/{method}: must be an object");
            }

            read.Add(new OpenApiPath(template, operations));
        }

        return [.. read.OrderBy(p => p.Template)];
    }

    private OpenApiOperation Operation(JsonObject operation, string at, string method, List<OpenApiParameter> shared)
    {
        var own = Parameters(operation["parameters"], $"{at}/parameters");
        return new OpenApiOperation
        {
            Method = method,
            Parameters = [.. shared.Where(s => !own.Exists(o => o.Name == s.Name && o.In == s.In)), .. own],
            Body = operation.ContainsKey("requestBody") ? Body(operation["requestBody"], $"{at}/requestBody") : null,
            Responses = Responses(operation["responses"], $"{at}/responses"),
        };
    }

    private List<OpenApiParameter> Parameters(JsonNode? node, string at)
    {
        var read = new List<OpenApiParameter>();
        if (node is null) return read;
        if (node is not JsonArray list)
        {
            Problems.Add($"{at}: must be a list");
            return read;
        }

        for (var i = 0; i < list.Count; i++)
        {
            var place = $"{at}/{i.ToString(CultureInfo.InvariantCulture)}";
            if (Follow(list[i], ref place) is { } parameter && Parameter(parameter, place) is { } one) read.Add(one);
        }

        return read;
    }

    private OpenApiParameter? Parameter(JsonObject parameter, string at)
    {
        if (Text(parameter["name"]) is not { Length: > 0 } name) return Problem<OpenApiParameter>($"{at}/name", "must be a string");
        if (Text(parameter["in"]) is not ("path" or "query" or "header" or "cookie")) return Problem<OpenApiParameter>($"{at}/in", "must be path, query, header or cookie");
        var place = Text(parameter["in"])!;
        var required = place == "path" || Flag(parameter["required"]) == true;
        if (place == "header" && name.ToLowerInvariant() is "accept" or "content-type" or "authorization") return null;
        if (parameter["content"] is JsonObject { Count: 1 } content)
        {
            var (type, media) = content.First();
            var isJson = MediaType.Parse(type) is { IsJson: true };
            return new OpenApiParameter(name, place, required, null, Schema(media, $"{at}/content/{JsonPointer.Escape(type)}", requests), isJson);
        }

        if (!parameter.ContainsKey("schema")) return Problem<OpenApiParameter>(at, "must have a 'schema' or a 'content' of one media type");
        var written = Text(parameter["style"]) ?? (place is "query" or "cookie" ? "form" : "simple");
        string[] styles = place switch { "path" => ["simple", "label", "matrix"], "query" => ["form", "spaceDelimited", "pipeDelimited", "deepObject"], "cookie" => ["form"], _ => ["simple"] };
        if (!styles.Contains(written, StringComparer.Ordinal)) return Problem<OpenApiParameter>($"{at}/style", $"must be one of {string.Join(", ", styles)} in a {place}");
        var reader = new ParameterStyleReader(name, ParameterStyleReader.StyleOf(written)!.Value, Flag(parameter["explode"]) ?? written == "form", ParameterShape.Of(parameter["schema"], root));
        return new OpenApiParameter(name, place, required, reader, Compile($"{at}/schema", requests), IsJson: false);
    }

    private OpenApiBody? Body(JsonNode? node, string at)
    {
        if (Follow(node, ref at) is not { } body) return null;
        if (body["content"] is not JsonObject) return Problem<OpenApiBody>($"{at}/content", "must be an object");
        return new OpenApiBody(Flag(body["required"]) == true, Content(body["content"], $"{at}/content", requests));
    }

    private List<OpenApiResponse> Responses(JsonNode? node, string at)
    {
        var read = new List<OpenApiResponse>();
        if (node is not JsonObject map)
        {
            if (node is not null || !is31) Problems.Add($"{at}: must be an object");
            return read;
        }

        foreach (var (status, value) in map)
        {
            if (status.StartsWith("x-", StringComparison.Ordinal)) continue;
            var place = $"{at}/{JsonPointer.Escape(status)}";
            if (!OpenApiResponse.IsStatus(status)) Problems.Add($"{place}: must be a status, such as 200 or 2XX, or 'default'");
            else if (Follow(value, ref place) is { } response) read.Add(new OpenApiResponse(status.ToUpperInvariant(), Content(response["content"], $"{place}/content", responses)));
        }

        return read;
    }

    private List<OpenApiMedia> Content(JsonNode? node, string at, JsonSchemaSet schemas)
    {
        var read = new List<OpenApiMedia>();
        if (node is null) return read;
        if (node is not JsonObject map)
        {
            Problems.Add($"{at}: must be an object");
            return read;
        }

        foreach (var (name, media) in map)
        {
            var place = $"{at}/{JsonPointer.Escape(name)}";
            if ((MediaType.Parse(name) ?? MediaType.Parse(name.Split(';')[0])) is not { } type) Problems.Add($"{place}: '{name}' is no media type");
            else if (media is not JsonObject description) Problems.Add($"{place}: must be an object");
            else read.Add(new OpenApiMedia(type, name, Schema(description, place, schemas), ParameterShape.Of(description["schema"], root), description));
        }

        return [.. read.OrderByDescending(m => m.Type.Exactness)];
    }

    private JsonSchemaValidator? Schema(JsonNode? media, string at, JsonSchemaSet schemas) =>
        media is JsonObject map && map.ContainsKey("schema") ? Compile($"{at}/schema", schemas) : null;

    private JsonSchemaValidator? Compile(string at, JsonSchemaSet schemas)
    {
        var (validator, problem) = schemas.Compile(at);
        if (problem is not null && !Problems.Contains(problem.ToString())) Problems.Add(problem.ToString());
        return validator;
    }

    /// <summary>The object behind references, and where it stands; null after noting why there is none.</summary>
    private JsonObject? Follow(JsonNode? node, ref string at)
    {
        for (var i = 0; i < MaxReferences; i++)
        {
            if (node is not JsonObject map) return Problem<JsonObject>(at, "must be an object");
            if (Text(map["$ref"]) is not { } reference) return map;
            if (!reference.StartsWith('#')) return Problem<JsonObject>($"{at}/$ref", $"refers to '{reference}', which is not in this document, and nothing is fetched");
            var pointer = Uri.UnescapeDataString(reference[1..]);
            if (!JsonPointer.TryFind(root, pointer, out node)) return Problem<JsonObject>($"{at}/$ref", $"refers to '{reference}', where there is nothing");
            at = pointer;
        }

        return Problem<JsonObject>(at, "refers to itself");
    }

    private T? Problem<T>(string at, string message)
        where T : class
    {
        Problems.Add($"{at}: {message}");
        return null;
    }
}
