using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Files of items, for the nodes that read and make them.</summary>
internal static class Files
{
    /// <exception cref="NodeException">The item has no file of that name.</exception>
    public static BinaryData Find(NodeContext context, int index, string field) =>
        context.Items[index].Binary?.GetValueOrDefault(field) ?? throw new NodeException($"The item has no binary field '{field}' [item {index}]") { ItemIndex = index, Retryable = false };

    /// <summary>The text of a file; UTF-8 unless it says otherwise.</summary>
    public static async ValueTask<string> TextAsync(NodeContext context, int index, string field, string encoding = "utf8")
    {
        var content = await context.Services.ReadAsync(Find(context, index, field), context.Cancellation);
        return Encoding(encoding).GetString(content.Span.StartsWith(System.Text.Encoding.UTF8.Preamble) ? content.Span[3..] : content.Span);
    }

    public static BinaryData Make(ReadOnlyMemory<byte> content, string mimeType, string fileName) =>
        new() { Content = content, Size = content.Length, MimeType = mimeType, FileName = fileName, FileExtension = Path.GetExtension(fileName) is { Length: > 1 } extension ? extension[1..] : null };

    public static BinaryData Make(string text, string mimeType, string fileName) => Make(System.Text.Encoding.UTF8.GetBytes(text), mimeType, fileName);

    /// <summary>The item's files with one more.</summary>
    public static IReadOnlyDictionary<string, BinaryData> With(IReadOnlyDictionary<string, BinaryData>? files, string field, BinaryData file) =>
        new Dictionary<string, BinaryData>(files ?? new Dictionary<string, BinaryData>(), StringComparer.Ordinal) { [field] = file };

    private static Encoding Encoding(string name) => name.ToLowerInvariant() switch
    {
        "utf8" or "utf-8" => System.Text.Encoding.UTF8,
        "utf16le" or "utf-16le" or "ucs2" => System.Text.Encoding.Unicode,
        "ascii" => System.Text.Encoding.ASCII,
        "latin1" or "binary" or "iso-8859-1" => System.Text.Encoding.Latin1,
        var other => throw new NodeException($"the encoding '{other}' is not known") { Retryable = false },
    };
}
