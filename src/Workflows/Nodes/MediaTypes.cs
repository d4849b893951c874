using System.Collections.Frozen;

namespace Sluice.Workflows.Nodes;

/// <summary>The media types of common files by the ends of their names.</summary>
internal static class MediaTypes
{
    /// <summary>Of several endings of one type, the one that names get.</summary>
    private static readonly string[] Preferred = [".html", ".jpg"];

    private static readonly FrozenDictionary<string, string> ByExtension = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = "text/csv",
        [".txt"] = "text/plain",
        [".html"] = "text/html",
        [".htm"] = "text/html",
        [".json"] = "application/json",
        [".xml"] = "application/xml",
        [".ics"] = "text/calendar",
        [".md"] = "text/markdown",
        [".pdf"] = "application/pdf",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".svg"] = "image/svg+xml",
        [".webp"] = "image/webp",
        [".zip"] = "application/zip",
        [".gz"] = "application/gzip",
        [".mp3"] = "audio/mpeg",
        [".mp4"] = "video/mp4",
        [".xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> ByType =
        ByExtension.GroupBy(e => e.Value, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.OrderBy(e => Array.IndexOf(Preferred, e.Key)).Last().Key[1..], StringComparer.Ordinal);

    /// <summary>How the name of a file of that media type ends, without the dot; null when it is not known.</summary>
    public static string? Extension(string? type) => type is null ? null : ByType.GetValueOrDefault(type);

    public static string Of(string fileName) => ByExtension.GetValueOrDefault(Path.GetExtension(fileName), "application/octet-stream");

    /// <summary>The media type of a file by how it begins; null when that tells none.</summary>
    public static string? OfContent(ReadOnlySpan<byte> content) => content switch
    {
        [0x89, 0x50, 0x4E, 0x47, ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x47, 0x49, 0x46, 0x38, ..] => "image/gif",
        [0x25, 0x50, 0x44, 0x46, ..] => "application/pdf",
        [0x50, 0x4B, 0x03, 0x04, ..] => "application/zip",
        [0x1F, 0x8B, ..] => "application/gzip",
        [0x52, 0x49, 0x46, 0x46, _, _, _, _, 0x57, 0x45, 0x42, 0x50, ..] => "image/webp",
        [0x49, 0x44, 0x33, ..] => "audio/mpeg",
        [_, _, _, _, 0x66, 0x74, 0x79, 0x70, ..] => "video/mp4",
        _ => null,
    };
}
