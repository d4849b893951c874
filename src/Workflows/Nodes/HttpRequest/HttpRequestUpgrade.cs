using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>The parameters of versions 1 and 2 of n8n's node as those of today.</summary>
internal static class HttpRequestUpgrade
{
    private static readonly string[] Replaced =
    [
        "requestMethod", "authentication", "genericAuthType", "allowUnauthorizedCerts", "responseFormat", "dataPropertyName", "jsonParameters", "sendBinaryData", "binaryPropertyName",
        "bodyParametersJson", "bodyParametersUi", "headerParametersJson", "headerParametersUi", "queryParametersJson", "queryParametersUi", "options",
    ];

    private static readonly string[] WithBody = ["POST", "PUT", "PATCH", "DELETE"];

    public static MapNode Upgrade(MapNode old, double version)
    {
        if (version >= 3) return version < 4 ? WithoutRedirects(old) : old;
        var options = old["options"] as MapNode ?? DocumentData.Map(old.Place);
        var made = new List<MapEntry>();
        if (old["requestMethod"] is { } method) made.Add(DocumentData.Entry("method", method));
        Authentication(old, made);
        var json = IsTrue(old["jsonParameters"]);
        Pairs(old, made, json, "queryParameters", "Query");
        var type = Content(options);
        Pairs(old, made, json, "headerParameters", "Headers", type is "raw" ? null : options["bodyContentCustomMimeType"]);
        if (old["requestMethod"] is { } sends && (ParameterReader.IsExpression(sends, out _) || WithBody.Contains((sends as ScalarNode)?.Text))) Body(old, options, made, json, type);
        made.Add(DocumentData.Entry("options", Options(old, options)));
        return old.With(Replaced, [.. made]);
    }

    /// <summary>Before version 4 redirects were followed only where the node said so.</summary>
    private static MapNode WithoutRedirects(MapNode old)
    {
        var options = old["options"] as MapNode ?? DocumentData.Map(old.Place);
        var chosen = options.At("redirect", "redirect") as MapNode ?? DocumentData.Map(old.Place);
        return chosen["followRedirects"] is not null ? old : old.With([], Map(old, "options", options.With([], Redirect(old, chosen, follows: false))));
    }

    private static void Authentication(MapNode old, List<MapEntry> made)
    {
        var kind = old.Text("authentication") switch
        {
            "basicAuth" => "httpBasicAuth",
            "digestAuth" => "httpDigestAuth",
            "headerAuth" => "httpHeaderAuth",
            "queryAuth" => "httpQueryAuth",
            "oAuth1" => "oAuth1Api",
            "oAuth2" => "oAuth2Api",
            _ => null,
        };
        if (kind is not null)
        {
            made.Add(Text(old, "authentication", "genericCredentialType"));
            made.Add(Text(old, "genericAuthType", kind));
            return;
        }

        if (old["authentication"] is { } authentication) made.Add(DocumentData.Entry("authentication", authentication));
        if (old["genericAuthType"] is { } generic) made.Add(DocumentData.Entry("genericAuthType", generic));
    }

    private static void Pairs(MapNode old, List<MapEntry> made, bool json, string name, string suffix, DocumentNode? contentType = null)
    {
        var specify = "specify" + suffix;
        if (json && old[name + "Json"] is { } text and not ScalarNode { Text: "" })
        {
            made.Add(Flag(old, "send" + suffix, true));
            made.Add(Text(old, specify, "json"));
            made.Add(DocumentData.Entry("json" + suffix, text));
            return;
        }

        var pairs = json || old.At(name + "Ui", "parameter") is not ListNode list ? [] : list.Items.ToList();
        if (contentType is not null and not ScalarNode { Text: "" })
            pairs.Add(DocumentData.Map(old.Place, Text(old, "name", "content-type"), DocumentData.Entry("value", contentType)));
        if (pairs.Count == 0) return;
        made.Add(Flag(old, "send" + suffix, true));
        made.Add(Parameters(old, name, pairs));
    }

    private static void Body(MapNode old, MapNode options, List<MapEntry> made, bool json, string type)
    {
        var file = json && IsTrue(old["sendBinaryData"]) ? old["binaryPropertyName"] ?? DocumentData.Text(old.Place, "data") : null;
        var text = json ? old["bodyParametersJson"] : null;
        var pairs = json ? null : old.At("bodyParametersUi", "parameter") as ListNode;
        if (file is null && pairs is null && text is null or ScalarNode { Text: "" }) return;
        made.Add(Flag(old, "sendBody", true));
        if (file is not null && type is "raw")
        {
            made.Add(Text(old, "contentType", "binaryData"));
            made.Add(DocumentData.Entry("inputDataFieldName", file));
            return;
        }

        made.Add(Text(old, "contentType", type));
        if (file is not null && type is not "multipart-form-data")
        {
            // n8n fails, too, when it runs: files are sent as they are or in a form.
            made.Add(Text(old, "specifyBody", "json"));
            made.Add(Text(old, "jsonBody", ""));
        }
        else if (file is not null)
        {
            made.Add(Parameters(old, "bodyParameters", Uploads(old, file)));
        }
        else if (pairs is not null)
        {
            made.Add(Parameters(old, "bodyParameters", pairs.Items));
            if (type is "raw") made.Add(Text(old, "contentType", "json"));
        }
        else if (type is "raw")
        {
            made.Add(DocumentData.Entry("body", text!));
            made.Add(options["bodyContentCustomMimeType"] is { } mime and not ScalarNode { Text: "" } ? DocumentData.Entry("rawContentType", mime) : Text(old, "rawContentType", "application/x-www-form-urlencoded"));
        }
        else
        {
            made.Add(Text(old, "specifyBody", "json"));
            made.Add(DocumentData.Entry("jsonBody", text!));
        }
    }

    /// <summary>What files are sent under which names: <c>data</c>, or <c>sendAs:data,other:data2</c>.</summary>
    private static IEnumerable<DocumentNode> Uploads(MapNode old, DocumentNode names)
    {
        if (ParameterReader.IsExpression(names, out _)) return [Upload(DocumentData.Text(old.Place, "file"), names)];
        return ((names as ScalarNode)?.Text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(n => n.Split(':', 2))
            .Select(n => (DocumentNode)Upload(DocumentData.Text(old.Place, n.Length > 1 ? n[0] : "file"), DocumentData.Text(old.Place, n[^1])));

        MapNode Upload(DocumentNode name, DocumentNode field) =>
            DocumentData.Map(old.Place, DocumentData.Entry("name", name), Text(old, "parameterType", "formBinaryData"), DocumentData.Entry("inputDataFieldName", field));
    }

    private static MapNode Options(MapNode old, MapNode options)
    {
        var made = new List<MapEntry>();
        foreach (var name in (string[])["proxy", "timeout"])
            if (options[name] is { } same and not ScalarNode { Text: "" }) made.Add(DocumentData.Entry(name, same));
        if (options["timeout"] is null) made.Add(DocumentData.Entry("timeout", DocumentData.Number(old.Place, 3_600_000)));
        if (old["allowUnauthorizedCerts"] is { } any) made.Add(DocumentData.Entry("allowUnauthorizedCerts", any));
        if (IsTrue(options["useQueryString"])) made.Add(Text(old, "queryParameterArrays", "repeat"));
        if (options["batchSize"] is { } size && options["batchInterval"] is { } interval)
            made.Add(Map(old, "batching", DocumentData.Map(old.Place, Map(old, "batch", DocumentData.Map(old.Place, DocumentData.Entry("batchSize", size), DocumentData.Entry("batchInterval", interval))))));
        var reads = old["requestMethod"] is null or ScalarNode { Text: "GET" or "HEAD" };
        made.Add(Redirect(old, DocumentData.Map(old.Place), reads ? options["followRedirect"] is null || IsTrue(options["followRedirect"]) : IsTrue(options["followAllRedirects"])));
        var response = new List<MapEntry>
        {
            Text(old, "responseFormat", old.Text("responseFormat") switch { "string" => "text", "file" => "file", _ => "json" }),
            Flag(old, "splitIntoItems", IsTrue(options["splitIntoItems"])),
        };
        if (old["dataPropertyName"] is { } field) response.Add(DocumentData.Entry("outputPropertyName", field));
        if (options["fullResponse"] is { } full) response.Add(DocumentData.Entry("fullResponse", full));
        if (options["ignoreResponseCode"] is { } never) response.Add(DocumentData.Entry("neverError", never));
        made.Add(Map(old, "response", DocumentData.Map(old.Place, Map(old, "response", DocumentData.Map(old.Place, [.. response])))));
        return options.With(
            ["batchInterval", "batchSize", "bodyContentType", "fullResponse", "followAllRedirects", "followRedirect", "ignoreResponseCode", "bodyContentCustomMimeType", "splitIntoItems", "useQueryString", "useStream", "proxy", "timeout"],
            [.. made]);
    }

    private static string Content(MapNode options) => options.Text("bodyContentType") ?? "json";

    private static MapEntry Redirect(MapNode old, MapNode chosen, bool follows) =>
        Map(old, "redirect", DocumentData.Map(old.Place, Map(old, "redirect", chosen.With([], Flag(old, "followRedirects", follows)))));

    private static MapEntry Parameters(MapNode old, string name, IEnumerable<DocumentNode> pairs) => Map(old, name, DocumentData.Map(old.Place, DocumentData.Entry("parameters", new ListNode(old.Place, [.. pairs]))));

    private static MapEntry Map(MapNode old, string name, MapNode map) => new(name, old.Place, map);

    private static MapEntry Text(MapNode old, string name, string text) => DocumentData.Entry(name, DocumentData.Text(old.Place, text));

    private static MapEntry Flag(MapNode old, string name, bool value) => DocumentData.Entry(name, DocumentData.Boolean(old.Place, value));

    private static bool IsTrue(DocumentNode? node) => node is ScalarNode { Kind: ScalarKind.Boolean, Boolean: true };
}
