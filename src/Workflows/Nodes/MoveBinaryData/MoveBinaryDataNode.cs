using System.Text.Json;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.MoveBinaryData;

/// <summary>What goes where.</summary>
[CamelCase]
internal sealed record MoveBinaryDataParameters
{
    /// <summary>From a file to fields, or from fields to a file.</summary>
    [OneOf("binaryToJson", "jsonToBinary")]
    public string Mode { get; init; } = "binaryToJson";

    /// <summary>Whether the file, which holds JSON, is all that the item becomes.</summary>
    public bool SetAllData { get; init; } = true;

    /// <summary>Whether all fields go into the file.</summary>
    public bool ConvertAllData { get; init; } = true;

    /// <summary>The field of the file, or the field that becomes one.</summary>
    public Parameter<string> SourceKey { get; init; } = "data";

    /// <summary>The field that it is put in.</summary>
    public Parameter<string> DestinationKey { get; init; } = "data";

    /// <summary>More about it.</summary>
    public MoveBinaryDataOptions Options { get; init; } = new();
}

/// <summary>More about what goes where.</summary>
[CamelCase]
internal sealed record MoveBinaryDataOptions
{
    /// <summary>Whether the field holds base64.</summary>
    public bool DataIsBase64 { get; init; }

    /// <summary>The encoding of the file; files are written in UTF-8.</summary>
    public Parameter<string> Encoding { get; init; } = "utf8";

    /// <summary>Whether a byte order mark is left out.</summary>
    [Field("stripBOM")]
    public bool StripBom { get; init; } = true;

    /// <summary>The name of the file.</summary>
    public Parameter<string> FileName { get; init; } = "";

    /// <summary>Whether the text of the file is read as JSON.</summary>
    public bool JsonParse { get; init; }

    /// <summary>Whether what was moved stays where it was, too.</summary>
    public bool KeepSource { get; init; }

    /// <summary>Whether the file is put in as base64.</summary>
    public bool KeepAsBase64 { get; init; }

    /// <summary>The media type of the file.</summary>
    public Parameter<string> MimeType { get; init; } = "application/json";

    /// <summary>Whether a text is written as it is, not as JSON.</summary>
    public bool UseRawData { get; init; }
}

/// <summary>Moves data between fields and files of items.</summary>
internal sealed class MoveBinaryDataNode(MoveBinaryDataParameters parameters) : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<MoveBinaryDataNode, MoveBinaryDataParameters>((p, _) => new(p))
    {
        Type = "move-binary-data",
        Summary = "Moves data between fields and files of items: n8n's older node for that.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.moveBinaryData", 1, 1.1)],
    };

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var moved = parameters.Mode is "binaryToJson" ? await FromFileAsync(context, index) : ToFile(context, index);
        if (moved is not null) output.Add(moved);
    }

    /// <returns>Null for an item without the file: it is left out.</returns>
    private async ValueTask<Item?> FromFileAsync(NodeContext context, int index)
    {
        var item = context.Items[index];
        var source = parameters.SourceKey.Get(context, index);
        if (item.Binary?.ContainsKey(source) != true) return null;
        var json = parameters.SetAllData ? null : item.Json.Clone();
        if (json is null)
        {
            json = Parse(await TextAsync(context, index, source), index).AsObject ?? throw new NodeException($"the file '{source}' holds no JSON object [item {index}]") { ItemIndex = index, Retryable = false };
        }
        else
        {
            JsValue value = parameters.Options.KeepAsBase64
                ? Convert.ToBase64String((await context.Services.ReadAsync(Files.Find(context, index, source), context.Cancellation)).Span)
                : await TextAsync(context, index, source);
            ItemPaths.Set(json, parameters.DestinationKey.Get(context, index), parameters.Options.JsonParse ? Parse(value.AsString!, index) : value);
        }

        var files = parameters.Options.KeepSource ? item.Binary : item.Binary.Where(f => !string.Equals(f.Key, source, StringComparison.Ordinal)).ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        return new Item(json) { Binary = files.Count > 0 ? files : null, PairedItems = Positions.Of(index) };
    }

    /// <returns>Null for an item without the field: it is left out.</returns>
    private Item? ToFile(NodeContext context, int index)
    {
        var item = context.Items[index];
        var source = parameters.SourceKey.Get(context, index);
        var value = parameters.ConvertAllData ? item.Json : ItemPaths.Get(item.Json, source);
        if (value.IsUndefined) return null;
        var json = parameters.Options.KeepSource ? item.Json : parameters.ConvertAllData ? new JsObject() : item.Json.Clone();
        if (!parameters.Options.KeepSource && !parameters.ConvertAllData) ItemPaths.Remove(json, source);
        var file = Files.Make(Content(value, index), parameters.Options.MimeType.Get(context, index), parameters.Options.FileName.Get(context, index));
        return new Item(json) { Binary = Files.With(item.Binary, parameters.DestinationKey.Get(context, index), file), PairedItems = Positions.Of(index) };
    }

    private byte[] Content(JsValue value, int index)
    {
        if (!parameters.Options.DataIsBase64)
            return parameters.Options.UseRawData && value.AsString is { } text ? System.Text.Encoding.UTF8.GetBytes(text) : JsJson.WriteUtf8(value);
        try
        {
            return Convert.FromBase64String(ParameterValues.ToText(value));
        }
        catch (FormatException e)
        {
            throw new NodeException("the field holds no base64", e) { ItemIndex = index, Retryable = false };
        }
    }

    private ValueTask<string> TextAsync(NodeContext context, int index, string field) => Files.TextAsync(context, index, field, parameters.Options.Encoding.Get(context, index));

    private static JsValue Parse(string text, int index)
    {
        try
        {
            return JsJson.Parse(text);
        }
        catch (JsonException e)
        {
            throw new NodeException($"the file is not valid JSON: {e.Message}", e) { ItemIndex = index, Retryable = false };
        }
    }
}
