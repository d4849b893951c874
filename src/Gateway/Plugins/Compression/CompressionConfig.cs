using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.Compression;

/// <summary>Which responses are compressed on their way to the client, and how.</summary>
internal sealed record CompressionConfig
{
    /// <summary>The encodings offered; of those that a client takes equally well, the first is used.</summary>
    [OneOf("br", "gzip"), Length(1), Unique]
    public IReadOnlyList<string> Algorithms { get; init; } = ["br", "gzip"];

    /// <summary>How hard gzip tries: 1 is fastest, 9 smallest.</summary>
    [Between(1, 9)]
    public int GzipLevel { get; init; } = 5;

    /// <summary>How hard Brotli tries: 0 is fastest, 11 smallest. Above 6 it takes many times as long.</summary>
    [Between(0, 11)]
    public int BrotliQuality { get; init; } = 4;

    /// <summary>Bytes; shorter responses are not worth it. Streams of unknown length are always compressed.</summary>
    [Between(0, 1073741824)]
    public long MinLength { get; init; } = 1024;

    /// <summary>The media types that are compressed: <c>text/html</c>, <c>text/*</c>, or <c>*/*+json</c> by suffix.</summary>
    [Pattern("(\\*|[A-Za-z0-9!#$&^_.+-]+)/(\\*(\\+[A-Za-z0-9.-]+)?|[A-Za-z0-9!#$&^_.+-]+)", "a media type, a type with /*, or */*+suffix"), Unique]
    public IReadOnlyList<string> Types { get; init; } =
    [
        "text/*", "*/*+json", "*/*+xml", "application/json", "application/x-ndjson", "application/xml", "application/javascript", "application/graphql-response+json",
        "application/wasm", "application/vnd.ms-fontobject", "font/ttf", "font/otf", "image/bmp", "image/x-icon",
    ];

    /// <summary>Whether responses to requests with cookies or <c>Authorization</c> stay as they are, which forestalls BREACH.</summary>
    public bool SkipWithCredentials { get; init; }
}
