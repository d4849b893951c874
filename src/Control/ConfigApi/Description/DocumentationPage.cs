using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Control.ConfigApi.Description;

/// <summary>The OpenAPI document as a page for people: no script, nothing from elsewhere.</summary>
internal static class DocumentationPage
{
    private const string Style =
        """
        body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e;background:#fff}
        h2{margin-top:2.5rem;text-transform:capitalize}details{border:1px solid #d8d8dc;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}
        summary{cursor:pointer}code{font:13px ui-monospace,monospace}b.m{display:inline-block;min-width:4.5rem;font:600 12px ui-monospace,monospace}
        .s{color:#55555c}table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-top:1px solid #ececf0}
        @media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#161618}details{border-color:#3a3a3e}td,th{border-color:#2c2c30}.s{color:#a0a0a8}a{color:#8ab4ff}}
        """;

    public static string Write(JsonObject document)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>").Append(Text(document["info"]!["title"]))
            .Append("</title><style>").Append(Style).Append("</style><h1>").Append(Text(document["info"]!["title"])).Append("</h1><p>").Append(Text(document["info"]!["description"]))
            .Append(" The same for programs: <a href=\"openapi.json\">openapi.json</a>.</p>");
        var schemas = document["components"]!["schemas"]!.AsObject();
        var operations = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (Path: p.Key, Method: o.Key, Operation: o.Value!.AsObject())));
        foreach (var group in operations.GroupBy(o => (string)o.Operation["tags"]![0]!).OrderBy(g => g.Key != "configuration").ThenBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append("<h2>").Append(WebUtility.HtmlEncode(group.Key)).Append("</h2>");
            foreach (var (path, method, operation) in group)
                Write(page, path, method, operation, schemas);
        }
        return page.Append("</html>\n").ToString();
    }

    private static void Write(StringBuilder page, string path, string method, JsonObject operation, JsonObject schemas)
    {
        page.Append("<details><summary><b class=\"m\">").Append(method.ToUpperInvariant()).Append("</b> <code>").Append(WebUtility.HtmlEncode(path)).Append("</code> <span class=\"s\">")
            .Append(Text(operation["summary"])).Append("</span></summary>");
        if (operation["parameters"] is JsonArray parameters)
        {
            page.Append("<table><tr><th>Parameter<th>In<th>Meaning");
            foreach (var parameter in parameters)
                page.Append("<tr><td><code>").Append(Text(parameter!["name"])).Append("</code><td>").Append(Text(parameter["in"])).Append("<td>").Append(Text(parameter["description"]));
            page.Append("</table>");
        }
        var schema = operation["requestBody"]?["content"]?["application/json"]?["schema"];
        if ((string?)schema?["$ref"] is { } reference)
            schema = schemas[reference[(reference.LastIndexOf('/') + 1)..]];
        if (schema?["properties"] is JsonObject properties)
        {
            page.Append("<table><tr><th>Field<th>Type<th>Meaning");
            foreach (var (name, field) in properties)
                page.Append("<tr><td><code>").Append(WebUtility.HtmlEncode(name)).Append("</code><td>").Append(TypeOf(field)).Append("<td>").Append(Text(field?["description"]));
            page.Append("</table>");
        }
        page.Append("</details>");
    }

    private static string TypeOf(JsonNode? field) => field?["type"] switch
    {
        JsonArray types => WebUtility.HtmlEncode(string.Join(" or ", types.Select(t => (string?)t))),
        JsonValue type => Text(type),
        _ => "",
    };

    private static string Text(JsonNode? node) => WebUtility.HtmlEncode((string?)node ?? "");
}
