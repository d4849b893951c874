using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>The parameters of n8n's HTTP request node before its version 3, as those of today. What is not known here stays, so that it is reported.</summary>
internal static class HttpRequestUpgrade
{
    private static readonly string[] Consumed =
    [
        "requestMethod", "authentication", "genericAuthType", "allowUnauthorizedCerts", "responseFormat", "dataPropertyName", "jsonParameters", "options", "sendBinaryData", "binaryPropertyName",
        "bodyParametersJson", "bodyParametersUi", "headerParametersJson", "headerParametersUi", "queryParametersJson", "queryParametersUi",
    ];

    private static readonly string[] ConsumedOptions =
    [
        "batchInterval", "batchSize", "bodyContentType", "bodyContentCustomMimeType", "fullResponse", "ignoreResponseCode", "followRedirect", "followAllRedirects", "splitIntoItems", "useStream",
    ];

    public static MapNode Upgrade(MapNode old, double version)
    {
        if (version >= 3) return old;
        var options = old["options"] as MapNode ?? new MapNode(old.Place, []);
        var json = IsTrue(old["jsonParameters"]);
        List<MapEntry> added = [.. Authentication(old, version), DocumentData.Entry("options", Options(old, options))];
        var method = old["requestMethod"];
        if (method is not null) added.Add(DocumentData.Entry("method", method));
        Add(added, old, json, "query", "Query", "queryParameters");
        Add(added, old, json, "header", "Headers", "headerParameters");
        if ((method as ScalarNode)?.Text is "POST" or "PUT" or "PATCH" or "DELETE" || (method is not null && ParameterReader.IsExpression(method, out _))) AddBody(added, old, options, json);
        return old.With(Consumed, [.. added]);
    }

    private static IEnumerable<MapEntry> Authentication(MapNode old, double version)
    {
        var given = old.Text("authentication") ?? "none";
        if (version >= 2 || given is "none" || given.StartsWith('='))
            return version >= 2 && old["genericAuthType"] is { } generic ? [Text(old, "authentication", given), DocumentData.Entry("genericAuthType", generic)] : [Text(old, "authentication", given)];
        var kind = given switch
        {
            "basicAuth" => "httpBasicAuth",
            "digestAuth" => "httpDigestAuth",
            "headerAuth" => "httpHeaderAuth",
            "queryAuth" => "httpQueryAuth",
            "oAuth1" => "oAuth1Api",
            "oAuth2" => "oAuth2Api",
            _ => given,
        };
        return [Text(old, "authentication", "genericCredentialType"), Text(old, "genericAuthType", kind)];
    }

    private static MapNode Options(MapNode old, MapNode options)
    {
        List<MapEntry> response = [Text(old, "responseFormat", old.Text("responseFormat") switch { "string" => "text", "file" => "file", _ => "json" })];
        if (IsTrue(options["fullResponse"])) response.Add(Flag(old, "fullResponse"));
        if (IsTrue(options["ignoreResponseCode"])) response.Add(Flag(old, "neverError"));
        if (old["dataPropertyName"] is { } field) response.Add(DocumentData.Entry("outputPropertyName", field));
        List<MapEntry> added = [Nested(old, "response", response)];
        if (IsTrue(old["allowUnauthorizedCerts"])) added.Add(Flag(old, "allowUnauthorizedCerts"));
        if (options["followRedirect"] is ScalarNode { Kind: ScalarKind.Boolean, Boolean: false }) added.Add(Nested(old, "redirect", [DocumentData.Entry("followRedirects", DocumentData.Boolean(old.Place, false))]));
        if (options["batchSize"] is not null || options["batchInterval"] is not null)
        {
            added.Add(Nested(old, "batch",
            [
                DocumentData.Entry("batchSize", options["batchSize"] ?? DocumentData.Number(old.Place, 50)),
                DocumentData.Entry("batchInterval", options["batchInterval"] ?? DocumentData.Number(old.Place, 1000)),
            ], "batching"));
        }

        return options.With(ConsumedOptions, [.. added]);
    }

    private static void Add(List<MapEntry> added, MapNode old, bool json, string name, string send, string list)
    {
        if (json && old.Text($"{name}ParametersJson") is { Length: > 0 })
            added.AddRange([Flag(old, $"send{send}"), Text(old, $"specify{send}", "json"), DocumentData.Entry($"json{send}", old[$"{name}ParametersJson"]!)]);
        else if (!json && old.At($"{name}ParametersUi", "parameter") is ListNode { Items.Count: > 0 } pairs)
            added.AddRange([Flag(old, $"send{send}"), DocumentData.Entry(list, DocumentData.Map(old.Place, DocumentData.Entry("parameters", pairs)))]);
    }

    private static void AddBody(List<MapEntry> added, MapNode old, MapNode options, bool json)
    {
        var type = options.Text("bodyContentType") ?? "json";
        if (json && IsTrue(old["sendBinaryData"]))
        {
            var files = old.Text("binaryPropertyName") ?? "data";
            if (!files.Contains(':', StringComparison.Ordinal))
            {
                added.AddRange([Flag(old, "sendBody"), Text(old, "contentType", "binaryData"), Text(old, "inputDataFieldName", files)]);
                return;
            }

            // Form fields with their files: "banner:data,logo:picture".
            var parts = files.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split(':', 2)).Where(f => f.Length == 2)
                .Select(f => DocumentData.Map(old.Place, Text(old, "name", f[0]), Text(old, "parameterType", "formBinaryData"), Text(old, "inputDataFieldName", f[1])));
            added.AddRange([Flag(old, "sendBody"), Text(old, "contentType", "multipart-form-data"), DocumentData.Entry("bodyParameters", DocumentData.Map(old.Place, DocumentData.Entry("parameters", new ListNode(old.Place, [.. parts]))))]);
            return;
        }

        if (json && old["bodyParametersJson"] is ScalarNode { Text.Length: > 0 } body)
        {
            added.AddRange([Flag(old, "sendBody"), Text(old, "contentType", type)]);
            added.AddRange(type is "raw" ? [DocumentData.Entry("body", body), DocumentData.Entry("rawContentType", options["bodyContentCustomMimeType"] ?? DocumentData.Text(old.Place, ""))] : [Text(old, "specifyBody", "json"), DocumentData.Entry("jsonBody", body)]);
        }
        else if (!json && old.At("bodyParametersUi", "parameter") is ListNode { Items.Count: > 0 } pairs)
        {
            added.AddRange([Flag(old, "sendBody"), Text(old, "contentType", type), DocumentData.Entry("bodyParameters", DocumentData.Map(old.Place, DocumentData.Entry("parameters", pairs)))]);
        }
    }

    private static bool IsTrue(DocumentNode? node) => node is ScalarNode { Kind: ScalarKind.Boolean, Boolean: true };

    private static MapEntry Flag(MapNode at, string name) => DocumentData.Entry(name, DocumentData.Boolean(at.Place, true));

    private static MapEntry Text(MapNode at, string name, string value) => DocumentData.Entry(name, DocumentData.Text(at.Place, value));

    /// <summary><c>{"redirect": {"redirect": {...}}}</c>, as collections of options are written.</summary>
    private static MapEntry Nested(MapNode at, string name, List<MapEntry> entries, string? outer = null) =>
        DocumentData.Entry(outer ?? name, DocumentData.Map(at.Place, DocumentData.Entry(name, new MapNode(at.Place, entries))));
}
