namespace Sluice.Workflows.Data;

/// <summary>A file that belongs to an item: its bytes, or where the object store keeps them.</summary>
public sealed class BinaryData
{
    /// <summary>The media type, for example <c>image/png</c>.</summary>
    public required string MimeType { get; init; }

    public string? FileName { get; init; }

    /// <summary>Without the dot.</summary>
    public string? FileExtension { get; init; }

    /// <summary>The folder it came from, if any.</summary>
    public string? Directory { get; init; }

    /// <summary>Length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The bytes, when they are in memory.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>The key in the object store, when the bytes are there.</summary>
    public string? StoreKey { get; init; }
}
