using Sluice.Workflows.Data;
using Sluice.Workflows.Sandbox;

namespace Sluice.Workflows.Nodes.Code;

/// <summary>What code returned, as items: n8n's rules about what may stand for one.</summary>
internal sealed class ReturnedItems(CodeCall call, string mode)
{
    /// <summary>The fields that an item itself has; an object without 'json' is the data of one.</summary>
    private static readonly HashSet<string> ItemFields = new(StringComparer.Ordinal) { "json", "binary", "pairedItem", "error", "index" };

    /// <summary>Of code that ran once for all items.</summary>
    /// <exception cref="NodeException">It is no list of items.</exception>
    public List<Item> All(JsValue value)
    {
        if (value.Kind == JsKind.Null && mode is "all") return [];
        if (value.AsArray is { } list) return [.. list.Select((v, i) => Item(v, $"the element {i}"))];
        if (value.AsObject is null) throw Wrong($"the code has to return an array of items, not {ParameterValues.Describe(value)}");
        return [Item(value, "what the code returns")];
    }

    /// <summary>Of code that ran for one item; null when it gave none.</summary>
    /// <exception cref="NodeException">It is no item.</exception>
    public Item? One(JsValue value, Item input, int index)
    {
        if (value.IsNullish && mode is "each") return null;
        if (value.AsObject is not { } fields) throw Wrong($"the code has to return an object for each item, not {ParameterValues.Describe(value)}", index);
        if (mode is "functionItem") return new Item(fields) { Binary = input.Binary, PairedItems = [new PairedItem(index)] };
        var item = Item(value, "what the code returns");
        return new Item(item.Json) { Binary = item.Binary, PairedItems = [new PairedItem(index)] };
    }

    private Item Item(JsValue value, string what)
    {
        if (value.AsObject is not { } fields) throw Wrong($"{what} is {ParameterValues.Describe(value)}, not an object");
        if (!fields.Contains("json") && (!fields.Contains("binary") || fields.Names.Any(n => !ItemFields.Contains(n)))) return new Item(fields);
        if (fields.Names.FirstOrDefault(n => !ItemFields.Contains(n)) is { } unknown) throw Wrong($"{what} has a field '{unknown}' beside 'json'; the data of an item is in 'json'");
        var json = !fields.Contains("json") ? new JsObject() : fields["json"].AsObject ?? throw Wrong($"the field 'json' of {what} is {ParameterValues.Describe(fields["json"])}, not an object");
        return new Item(json) { Binary = Files(fields["binary"], what), PairedItems = Paired(fields["pairedItem"]) };
    }

    private Dictionary<string, BinaryData>? Files(JsValue value, string what)
    {
        if (value.IsNullish) return null;
        var files = new Dictionary<string, BinaryData>(StringComparer.Ordinal);
        foreach (var (name, file) in value.AsObject ?? throw Wrong($"the field 'binary' of {what} is not an object")) files[name] = FileOf(file.AsObject, $"the file '{name}' of {what}");
        return files.Count > 0 ? files : null;
    }

    private BinaryData FileOf(JsObject? file, string what)
    {
        if (file?["id"].AsString is { } id && call.File(id) is { } known && !file.Contains("data")) return Renamed(known, file);
        if (file?["data"].AsString is not { } data) throw Wrong($"{what} has no 'data'");
        byte[] content;
        try
        {
            content = Convert.FromBase64String(data);
        }
        catch (FormatException)
        {
            throw Wrong($"the 'data' of {what} is not base64");
        }

        return new BinaryData
        {
            MimeType = file["mimeType"].AsString ?? "text/plain",
            FileName = file["fileName"].AsString,
            FileExtension = file["fileExtension"].AsString,
            Size = content.Length,
            Content = content,
        };
    }

    /// <summary>A file that is passed on, with what the code says of it.</summary>
    private static BinaryData Renamed(BinaryData known, JsObject file)
    {
        var (type, name, extension) = (file["mimeType"].AsString ?? known.MimeType, file["fileName"].AsString, file["fileExtension"].AsString);
        if (type == known.MimeType && name == known.FileName && extension == known.FileExtension) return known;
        return new BinaryData { MimeType = type, FileName = name, FileExtension = extension, Directory = known.Directory, Size = known.Size, Content = known.Content, StoreKey = known.StoreKey };
    }

    private static List<PairedItem> Paired(JsValue value)
    {
        if (value.AsArray is { } several) return [.. several.SelectMany(Paired)];
        if (value is { IsNumber: true, AsNumber: >= 0 and < int.MaxValue }) return [new PairedItem((int)value.AsNumber)];
        return value.AsObject is { } pair && pair["item"] is { IsNumber: true, AsNumber: >= 0 and < int.MaxValue } item ? [new PairedItem((int)item.AsNumber, pair["input"].IsNumber ? (int)pair["input"].AsNumber : 0)] : [];
    }

    private static NodeException Wrong(string message, int item = -1) => new(message) { ItemIndex = item, Retryable = false };
}
