using System.Text.Json;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.MoveBinaryData;

/// <summary>What is moved where.</summary>
[CamelCase]
internal sealed record MoveBinaryDataParameters
{
    /// <summary>The direction.</summary>
    [OneOf("binaryToJson", "jsonToBinary")]
    public string Mode { get; init; } = "binaryToJson";

    /// <summary>Whether the file, which has to be JSON, becomes all fields of the item.</summary>
    public bool SetAllData { get; init; } = true;

    /// <summary>Whether all fields of the item become the file.</summary>
    public bool ConvertAllData { get; init; } = true;

    /// <summary>The field that is moved.</summary>
    public Parameter<string> SourceKey { get; init; } = "data";

    /// <summary>The field that it is moved to.</summary>
    public Parameter<string> DestinationKey { get; init; } = "data";

    /// <summary>More about the file.</summary>
    public MoveBinaryDataOptions Options { get; init; } = new();
}

/// <summary>More about the file.</summary>
[CamelCase]
internal sealed record MoveBinaryDataOptions
{
    /// <summary>Whether a text begins with a byte order mark.</summary>
    [Field("addBOM")]
    public bool AddBom { get; init; }

    /// <summary>Whether the field holds base64.</summary>
    public bool DataIsBase64 { get; init; }

    /// <summary>The encoding of a text.</summary>
    public Parameter<string> Encoding { get; init; } = "utf8";

    /// <summary>Whether a byte order mark is taken away.</summary>
    [Field("stripBOM")]
    public bool StripBom { get; init; } = true;

    /// <summary>The file's name.</summary>
    public Parameter<string> FileName { get; init; } = "";

    /// <summary>Whether a text that goes to one field is read as JSON.</summary>
    public bool JsonParse { get; init; }

    /// <summary>Whether what was moved stays where it was, too.</summary>
    public bool KeepSource { get; init; }

    /// <summary>Whether a file that goes to one field stays base64.</summary>
    public bool KeepAsBase64 { get; init; }

    /// <summary>The file's media type.</summary>
    public Parameter<string> MimeType { get; init; } = "application/json";

    /// <summary>Whether a text is the file as it stands, not as JSON.</summary>
    public bool UseRawData { get; init; }
}

/// <summary>Moves files to fields and fields to files: the older form of convert-to-file and extract-from-file.</summary>
internal sealed class MoveBinaryDataNode(MoveBinaryDataParameters parameters, bool isFirst) : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<MoveBinaryDataNode, MoveBinaryDataParameters>((p, s) => new(p, s.Version < 1.1))
    {
        Type = "move-binary-data",
        Summary = "Moves files to fields and fields to files: the older form of convert-to-file and extract-from-file.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.moveBinaryData", 1, 1.1)],
    };

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        if (parameters.Mode is "jsonToBinary") ToFile(context, index, output);
        else await ToFieldsAsync(context, index, output);
    }

    // An item without the file is left out.
    private async ValueTask ToFieldsAsync(NodeContext context, int index, List<Item> output)
    {
        var (item, options) = (context.Items[index], parameters.Options);
        var source = parameters.SourceKey.Get(context, index);
        if (item.Binary?.GetValueOrDefault(source) is not { } file) return;
        var encoding = options.Encoding.Get(context, index);
        JsObject json;
        if (parameters.SetAllData)
        {
            var read = Parse(await Files.TextAsync(context, index, source, encoding, options.StripBom), index);
            json = read.AsObject ?? new JsObject { [source] = read };
        }
        else
        {
            JsValue value = options.KeepAsBase64 ? Convert.ToBase64String((await context.Services.ReadAsync(file, context.Cancellation)).Span) : await Files.TextAsync(context, index, source, encoding, options.StripBom);
            if (options is { KeepAsBase64: false, JsonParse: true }) value = Parse(value.AsString!, index);
            json = item.Json.Clone();
            ItemPaths.Set(json, parameters.DestinationKey.Get(context, index), value);
        }

        var left = options.KeepSource ? item.Binary : item.Binary.Where(f => f.Key != source).ToDictionary(StringComparer.Ordinal);
        output.Add(new Item(json) { Binary = left.Count > 0 ? left : null, PairedItems = Positions.Of(index) });
    }

    private void ToFile(NodeContext context, int index, List<Item> output)
    {
        var (item, options) = (context.Items[index], parameters.Options);
        var source = parameters.SourceKey.Get(context, index);
        JsValue value = parameters.ConvertAllData ? item.Json : ItemPaths.Get(item.Json, source);
        // An item without the field is left out.
        if (value.IsUndefined) return;

        var name = options.FileName.Get(context, index);
        // n8n's first version gives a file without a name none.
        if (name.Length == 0 && !isFirst) name = MediaTypes.Extension(options.MimeType.Get(context, index)) is { } extension ? $"file.{extension}" : "file";
        var content = Content(context, index, value);
        var file = new BinaryData { Content = content, Size = content.Length, MimeType = options.MimeType.Get(context, index), FileName = name.Length > 0 ? name : null, FileExtension = Path.GetExtension(name) is { Length: > 1 } ending ? ending[1..] : null };
        var json = options.KeepSource ? item.Json : parameters.ConvertAllData ? new JsObject() : item.Json.Clone();
        if (options is { KeepSource: false } && !parameters.ConvertAllData) ItemPaths.Remove(json, source);
        output.Add(new Item(json) { Binary = Files.With(item.Binary, parameters.DestinationKey.Get(context, index), file), PairedItems = Positions.Of(index) });
    }

    private byte[] Content(NodeContext context, int index, JsValue value)
    {
        var options = parameters.Options;
        if (options.DataIsBase64 && value.AsString is { } base64)
        {
            var bytes = new byte[base64.Length * 3 / 4 + 3];
            return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : throw new NodeException("the field holds no base64") { ItemIndex = index, Retryable = false };
        }

        var text = options.UseRawData && value.AsString is { } raw ? raw : JsJson.WriteString(value);
        var encoding = Files.EncodingOf(options.Encoding.Get(context, index));
        return options.AddBom ? [.. encoding.Preamble, .. encoding.GetBytes(text)] : encoding.GetBytes(text);
    }

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
