using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary>Data of runs as the API shows it: bounded in depth, in the length of texts and in the number of items, with secrets masked for who may not see them.</summary>
/// <param name="items">How many items of each list are shown.</param>
/// <param name="seesSecrets">Whether nothing is masked.</param>
internal sealed class RunData(int items, bool seesSecrets)
{
    private const int Deepest = 48;
    private const int LongestText = 256 * 1024;

    /// <summary>A list of items, and how many there are when not all are shown.</summary>
    public ItemsView? Show(IReadOnlyList<Item>? list) => list is null ? null : new ItemsView(list.Count, [.. list.Take(items).Select(Show)]);

    public JsonNode? Show(JsValue value) => Show(value, 0);

    private JsonObject Show(Item item)
    {
        var shown = new JsonObject { ["json"] = Show(item.Json) };
        if (item.Binary is { Count: > 0 } files)
        {
            shown["binary"] = new JsonObject(files.Select(f => KeyValuePair.Create(f.Key, (JsonNode?)new JsonObject
            {
                ["mime_type"] = f.Value.MimeType,
                ["file_name"] = f.Value.FileName,
                ["size"] = f.Value.Size,
            })));
        }

        if (item.Error is not null) shown["error"] = item.Error;
        if (item.PairedItems.Count > 0) shown["paired_items"] = new JsonArray([.. item.PairedItems.Take(items).Select(p => (JsonNode)new JsonObject { ["item"] = p.Item, ["input"] = p.Input })]);
        return shown;
    }

    private JsonNode? Show(JsValue value, int depth)
    {
        if (value.AsString is { } text) return JsonValue.Create(text.Length > LongestText ? $"{text[..LongestText]}... ({text.Length} characters)" : text);
        if (value.IsNumber) return double.IsFinite(value.AsNumber) ? JsonValue.Create(value.AsNumber) : null;
        if (value.IsBoolean) return JsonValue.Create(value.IsTrue);
        if (value.AsObject is { } map) return depth == Deepest ? JsonValue.Create("{...}") : Show(map, depth);
        if (value.AsArray is { } list) return depth == Deepest ? JsonValue.Create("[...]") : new JsonArray([.. list.Select(v => Show(v, depth + 1))]);
        return value.IsNullish ? null : JsonValue.Create(value.ToString());
    }

    private JsonObject Show(JsObject map, int depth)
    {
        var shown = new JsonObject();
        var pair = !seesSecrets && map["name"].AsString is { } named && RecordSecrets.LooksSecretInData(named);
        foreach (var (name, value) in map)
            shown[name] = !seesSecrets && !value.IsNullish && (RecordSecrets.LooksSecretInData(name) || (pair && name == "value")) ? JsonValue.Create(RecordSecrets.Mask) : Show(value, depth + 1);
        return shown;
    }
}
