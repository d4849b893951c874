using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Workflows.Nodes.Soap.Schemas;
using Sluice.Workflows.Nodes.Soap.Wsdl;

namespace Sluice.Workflows.Nodes.Soap.Import;

/// <summary>What is written beside the routes and workflows.</summary>
/// <param name="KeyAuth">Whether the API key is switched on, or stands there as a comment.</param>
/// <param name="RequestsPerMinute">The limit that is switched on; null leaves it a comment.</param>
public sealed record WsdlImportOptions(bool KeyAuth, int? RequestsPerMinute);

/// <summary>A REST endpoint that was made of an operation.</summary>
public sealed record ImportedEndpoint(string Method, string Path, string Operation);

/// <summary>What came of a WSDL.</summary>
/// <param name="Files">Contents by path, seen from the folder that they are written to.</param>
/// <param name="Refused">Operations that cannot be called, with the reason.</param>
/// <param name="Warnings">What is odd in the WSDL.</param>
public sealed record WsdlImportResult(IReadOnlyDictionary<string, string> Files, IReadOnlyList<ImportedEndpoint> Endpoints, IReadOnlyList<string> Refused, IReadOnlyList<string> Warnings);

/// <summary>Makes a configuration of a WSDL: one route and workflow for each operation, and the OpenAPI document of them.</summary>
public static class WsdlImport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="source">A file or an address.</param>
    /// <exception cref="WsdlException">It cannot be had, or is no WSDL that can be used.</exception>
    public static async Task<WsdlImportResult> RunAsync(string source, OutgoingHttp http, WsdlImportOptions options, CancellationToken cancel)
    {
        var location = IsAddress(source) ? source : Path.GetFullPath(source);
        var documents = await WsdlFetch.AllAsync(location, async next =>
        {
            if (!IsAddress(next)) return FileContracts.Content(next);
            try
            {
                return await WsdlFetch.OneAsync(http, new HttpRoute(Guarded: false), next, cancel);
            }
            catch (HttpRequestException e)
            {
                throw new WsdlException($"{next} cannot be fetched: {e.InnerException?.Message ?? e.Message}", e);
            }
        });
        return Make(documents, options);
    }

    internal static WsdlImportResult Make(WsdlDocuments documents, WsdlImportOptions options)
    {
        var contract = WsdlReader.Read(documents);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var endpoints = new List<ImportedEndpoint>();
        var refused = new List<string>();
        var routes = new StringBuilder();
        var workflows = new StringBuilder();
        var openApi = new OpenApiWriter(options.KeyAuth, contract.Ports.Select(p => p.Service).Distinct(StringComparer.Ordinal));
        foreach (var service in contract.Ports.GroupBy(p => p.Service, StringComparer.Ordinal))
            foreach (var operation in service.SelectMany(p => p.Operations).Select(o => o.Name).Distinct(StringComparer.Ordinal))
            {
                var offers = service.SelectMany(p => p.Operations.Where(o => o.Name == operation).Select(o => (Port: p, Operation: o))).OrderBy(o => o.Operation.Refusal is null ? 0 : 1).ThenBy(o => o.Port.Version).ToList();
                var (port, chosen) = offers[0];
                if (chosen.Refusal is { } refusal)
                {
                    refused.Add($"{service.Key}.{operation}: {refusal}");
                    continue;
                }

                var name = Unique($"{PathName.Of(service.Key)}-{PathName.Of(operation)}", files);
                var parameters = QueryParameters(chosen);
                var endpoint = new ImportedEndpoint(parameters is null ? "POST" : "GET", $"/{PathName.Of(service.Key)}/{PathName.Of(operation)}", operation);
                if (endpoints.Exists(e => e.Path == endpoint.Path)) endpoint = endpoint with { Path = $"/{name}" };
                endpoints.Add(endpoint);
                files[$"workflows/{name}.json"] = Workflow(name, port, chosen, parameters, WsdlBundle.Write(documents, port, chosen)).ToJsonString(Indented) + "\n";
                routes.Append(CultureInfo.InvariantCulture, $"- name: {name}\n  methods: [{endpoint.Method}]\n  paths: [{endpoint.Path}]\n  workflow: {name}\n");
                workflows.Append(CultureInfo.InvariantCulture, $"- name: {name}\n  file: workflows/{name}.json\n");
                openApi.Add(endpoint, name, chosen, parameters);
            }

        if (endpoints.Count == 0) throw new WsdlException($"none of its operations can be called: {string.Join("; ", refused.Take(20))}");
        files["kong.yml"] = "# REST endpoints for SOAP services, made by 'sluice import wsdl'. What they take and give: openapi.json.\n_format_version: \"3.0\"\n\n"
            + $"routes:\n{routes}\n{Plugins(options)}\nworkflows:\n{workflows}";
        files["openapi.json"] = openApi.Write().ToJsonString(Indented) + "\n";
        return new WsdlImportResult(files, endpoints, refused, contract.Warnings);
    }

    /// <summary>The fields as query arguments, where the operation only asks for something and all of them are simple; null otherwise.</summary>
    private static List<XsdElement>? QueryParameters(WsdlOperation operation)
    {
        if (!(operation.Name.StartsWith("Get", StringComparison.OrdinalIgnoreCase) || operation.Name.StartsWith("List", StringComparison.OrdinalIgnoreCase)) || operation.Input.Headers.Count > 0) return null;
        if (operation.Input.Body.Count == 0) return [];
        if (operation.Input.Body is not [{ Type: XsdComplexType { IsAny: false, Text: null, HasAny: false, Attributes.Count: 0 } type }]) return null;
        return type.Fields.Values.All(f => !f.IsList && f.Element.Type is XsdSimpleType { Items: null }) ? [.. type.Fields.Values.Select(f => f.Element)] : null;
    }

    private static JsonObject Workflow(string name, WsdlPort port, WsdlOperation operation, List<XsdElement>? parameters, string wsdl)
    {
        var input = parameters is null ? "={{ $json.body ?? {} }}"
            : $"={{{{ ({{ {string.Join(", ", parameters.Select(p => $"{Quote(p.Name.LocalName)}: $json.query[{Quote(p.Name.LocalName)}]"))} }}) }}}}";
        var call = new JsonObject { ["operation"] = operation.Name, ["service"] = port.Service, ["port"] = port.Name, ["endpoint"] = port.Address.Length > 0 ? port.Address : "http://127.0.0.1/say-where-the-service-is", ["input"] = input, ["wsdl"] = wsdl };
        return new JsonObject
        {
            ["name"] = name,
            ["nodes"] = new JsonArray(
                Node("Request", "webhook", 0, 0, new JsonObject { ["httpMethod"] = parameters is null ? "POST" : "GET", ["responseMode"] = "responseNode" }),
                With(Node("Call", "soap", 240, 0, call), "onError", "continueErrorOutput"),
                Node("Answer", "respond-to-webhook", 480, -80, []),
                Node("Failure", "respond-to-webhook", 480, 80, new JsonObject
                {
                    ["respondWith"] = "json",
                    ["responseBody"] = "={{ ({ error: $json.error, code: $json.code, details: $json.details }) }}",
                    ["options"] = new JsonObject { ["responseCode"] = "={{ $json.status }}" },
                })),
            ["connections"] = new JsonObject { ["Request"] = Edges("Call"), ["Call"] = Edges("Answer", "Failure") },
            ["settings"] = new JsonObject { ["durability"] = "none" },
        };
    }

    private static JsonObject Node(string name, string type, int x, int y, JsonObject parameters) =>
        new() { ["name"] = name, ["type"] = type, ["position"] = new JsonArray(x, y), ["parameters"] = parameters };

    private static JsonObject With(JsonObject node, string field, string value)
    {
        node[field] = value;
        return node;
    }

    private static JsonObject Edges(params string[] to) => new()
    {
        ["main"] = new JsonArray([.. to.Select(t => (JsonNode)new JsonArray(new JsonObject { ["node"] = t, ["type"] = "main", ["index"] = 0 }))]),
    };

    private static string Plugins(WsdlImportOptions options)
    {
        var limit = (options.RequestsPerMinute ?? 60).ToString(CultureInfo.InvariantCulture);
        var key = "- name: key-auth\n";
        var rate = $"- name: rate-limiting\n  config:\n    minute: {limit}\n    policy: local\n";
        var any = options.KeyAuth || options.RequestsPerMinute is not null;
        var text = new StringBuilder(any ? "plugins:\n" : "# plugins:\n");
        text.Append(options.KeyAuth ? key : Comment(key)).Append(options.RequestsPerMinute is not null ? rate : Comment(rate));
        return text.Append("\n# Who may call:\n").Append(Comment("consumers:\n- username: somebody\n  keyauth_credentials:\n  - key: a-long-random-key\n")).ToString();
    }

    private static string Comment(string yaml) => string.Concat(yaml.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => $"# {l}\n"));

    private static string Unique(string name, Dictionary<string, string> files)
    {
        var unique = name;
        for (var number = 2; files.ContainsKey($"workflows/{unique}.json"); number++) unique = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        return unique;
    }

    private static string Quote(string name) => JsonSerializer.Serialize(name);

    private static bool IsAddress(string source) => source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
