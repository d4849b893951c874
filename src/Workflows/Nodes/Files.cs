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
    public static async ValueTask<string> TextAsync(NodeContext context, int index, string field, string encoding = "utf8", bool stripMark = true)
    {
        var content = await context.Services.ReadAsync(Find(context, index, field), context.Cancellation);
        var reads = EncodingOf(encoding);
        return reads.GetString(stripMark && reads.Preamble.Length > 0 && content.Span.StartsWith(reads.Preamble) ? content.Span[reads.Preamble.Length..] : content.Span);
    }

    public static BinaryData Make(ReadOnlyMemory<byte> content, string mimeType, string fileName) =>
        new() { Content = content, Size = content.Length, MimeType = mimeType, FileName = fileName, FileExtension = Path.GetExtension(fileName) is { Length: > 1 } extension ? extension[1..] : null };

    public static BinaryData Make(string text, string mimeType, string fileName) => Make(Encoding.UTF8.GetBytes(text), mimeType, fileName);

    /// <summary>The item's files with one more.</summary>
    public static IReadOnlyDictionary<string, BinaryData> With(IReadOnlyDictionary<string, BinaryData>? files, string field, BinaryData file) =>
        new Dictionary<string, BinaryData>(files ?? new Dictionary<string, BinaryData>(), StringComparer.Ordinal) { [field] = file };

    /// <exception cref="NodeException">There is no such encoding.</exception>
    public static Encoding EncodingOf(string name)
    {
        switch (name.ToLowerInvariant())
        {
            case "" or "utf8" or "utf-8": return Encoding.UTF8;
            case "utf16le" or "utf-16le" or "utf16" or "utf-16" or "ucs2": return Encoding.Unicode;
            case "utf16be" or "utf-16be": return Encoding.BigEndianUnicode;
            case "utf32le" or "utf-32le": return Encoding.UTF32;
            case "ascii": return Encoding.ASCII;
            case "latin1" or "binary" or "iso-8859-1" or "iso88591": return Encoding.Latin1;
        }

        var dashed = name.StartsWith("win", StringComparison.OrdinalIgnoreCase) && name.Length > 3 && char.IsAsciiDigit(name[3]) ? "windows-" + name[3..]
            : name.StartsWith("iso8859", StringComparison.OrdinalIgnoreCase) ? "iso-8859-" + name[7..].TrimStart('-') : name;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(dashed) ?? Encoding.GetEncoding(dashed);
        }
        catch (ArgumentException)
        {
            throw new NodeException($"the encoding '{name}' is not known") { Retryable = false };
        }
    }
}
