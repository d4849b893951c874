using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.GraphQl;
using Sluice.Gateway.Plugins.GraphQl.Language;

namespace Sluice.Gateway.Plugins.DeGraphQl;

/// <summary>Turns the texts of paths and arguments into what the type of a variable wants.</summary>
internal static class DeGraphQlVariables
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <param name="written">One text, or those of an argument that is given several times.</param>
    /// <param name="type">The type that the query declares.</param>
    public static (JsonNode? Value, string? Problem) Read(IReadOnlyList<string> written, GraphQlType type)
    {
        if (type.Element is not { } element) return written.Count == 1 ? One(written[0], type.Name!) : (null, "is given more than once");
        if (written is [['[', ..] and var list]) return Json(list) is { } array ? (array, null) : (null, $"must be {type}");
        var items = new JsonArray();
        foreach (var text in written)
        {
            var (item, problem) = Read([text], element);
            if (problem is not null) return (null, problem);
            items.Add(item);
        }

        return (items, null);
    }

    private static (JsonNode? Value, string? Problem) One(string text, string type) => type switch
    {
        "Int" => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? (JsonValue.Create(whole), null) : (null, "must be Int"),
        "Float" => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? (JsonValue.Create(number), null) : (null, "must be Float"),
        "Boolean" => text switch
        {
            "true" => (JsonValue.Create(true), null),
            "false" => (JsonValue.Create(false), null),
            _ => (null, "must be Boolean"),
        },
        "String" or "ID" => (JsonValue.Create(text), null),

        // An input object, an enum or a scalar of the upstream's own: what looks like JSON is meant so.
        _ => text is ['{' or '[', ..] ? Json(text) is { } node ? (node, null) : (null, $"must be {type}") : (JsonValue.Create(text), null),
    };

    private static JsonNode? Json(string text)
    {
        try
        {
            return GraphQlJson.IsUnicode(Encoding.UTF8.GetBytes(text)) ? JsonNode.Parse(text, documentOptions: Strict) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
