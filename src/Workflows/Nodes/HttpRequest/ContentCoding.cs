using System.IO.Compression;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>How an answer is packed.</summary>
internal sealed class ContentCoding
{
    private static readonly ContentCoding Gzip = new(static packed => new GZipStream(packed, CompressionMode.Decompress));

    private static readonly ContentCoding Brotli = new(static packed => new BrotliStream(packed, CompressionMode.Decompress));

    // "deflate" is zlib's format by the book, and without its head from some servers.
    private static readonly ContentCoding Zlib = new(static packed => new ZLibStream(packed, CompressionMode.Decompress));

    private static readonly ContentCoding Deflate = new(static packed => new DeflateStream(packed, CompressionMode.Decompress));

    private readonly Func<Stream, Stream> _open;

    private ContentCoding(Func<Stream, Stream> open) => _open = open;

    /// <returns>Null for what is not unpacked.</returns>
    public static ContentCoding? Of(string name) => name.ToLowerInvariant() switch
    {
        "gzip" => Gzip,
        "deflate" => Zlib,
        "br" => Brotli,
        _ => null,
    };

    /// <returns>Null when it is longer than <paramref name="limit"/> bytes.</returns>
    /// <exception cref="IOException">It is not packed so.</exception>
    public byte[]? Unpack(byte[] packed, int limit)
    {
        var open = this == Zlib && (packed.Length < 2 || (packed[0] & 0x0F) != 8 || ((packed[0] << 8) + packed[1]) % 31 != 0) ? Deflate._open : _open;
        using var stream = open(new MemoryStream(packed));
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (stream.Read(buffer) is var read and > 0)
            {
                if (bytes.Length + read > limit) return null;
                bytes.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw NotPacked(e);
        }

        return bytes.ToArray();
    }

    /// <summary>Whether a stream that unpacks says so that there is nothing packed: Brotli's has its own way.</summary>
    public static bool IsBroken(Exception e) => e is InvalidDataException or InvalidOperationException;

    public static IOException NotPacked(Exception e) => new("it cannot be unpacked", e);
}
