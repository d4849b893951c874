using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Compression;

/// <summary>
/// Compresses one response body. Whether it is worth it is decided when the first bytes must go out: a body that has come whole by then goes out
/// with its new length, or as it was where that is shorter; a stream is flushed whenever its source pauses, so that events arrive as they happen.
/// </summary>
internal sealed class CompressingBody(Exchange exchange, CompressionConfig config, string encoding) : ResponseBodyFilter
{
    /// <summary>From here on, compressing takes too long for an event loop.</summary>
    private const int OffLoop = 8 * 1024;

    /// <summary>Fields about the representation's bytes, which become others.</summary>
    private static readonly string[] AboutBytes = ["Accept-Ranges", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"];

    private readonly ArrayBufferWriter<byte> pending = new();
    private readonly ArrayBufferWriter<byte> compressed = new();
    private Stream? encoder;
    private Way way;
    private long sent;

    private enum Way { Undecided, Plain, Compressed }

    public override Memory<byte> GetMemory(int sizeHint = 0) => way == Way.Plain ? Inner.Writer.GetMemory(sizeHint) : pending.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => way == Way.Plain ? Inner.Writer.GetSpan(sizeHint) : pending.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (way == Way.Plain) Inner.Writer.Advance(bytes);
        else pending.Advance(bytes);
    }

    public override Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (way == Way.Undecided) DecideOnStream();
        return Inner.StartAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (way == Way.Undecided) DecideOnStream();
        if (way == Way.Plain || pending.WrittenCount == 0) return Inner.Writer.FlushAsync(cancellationToken);
        return FlushCompressedAsync(cancellationToken);
    }

    public override async ValueTask EndAsync()
    {
        if (way == Way.Plain || exchange.Http.RequestAborted.IsCancellationRequested) return;
        var whole = way == Way.Undecided;
        if (whole && (pending.WrittenCount < config.MinLength || pending.WrittenCount == 0))
        {
            BecomePlain();
            return;
        }

        await EncodeAsync(last: true);
        if (whole && compressed.WrittenCount >= pending.WrittenCount)
        {
            BecomePlain();
            return;
        }

        if (whole)
        {
            ChangeHead();
            exchange.Response.ContentLength = compressed.WrittenCount;
        }

        pending.ResetWrittenCount();
        Send();
        exchange.Timings.ResponseBytes = sent;
        way = Way.Plain;
    }

    /// <summary>The body is not whole yet: only its length, if that is known, can speak against it.</summary>
    private void DecideOnStream()
    {
        if (exchange.Response.ContentLength < config.MinLength || exchange.Response.HasStarted)
        {
            BecomePlain();
            return;
        }

        ChangeHead();
        exchange.Response.ContentLength = null;
        way = Way.Compressed;
    }

    private void BecomePlain()
    {
        way = Way.Plain;
        if (pending.WrittenCount > 0) Inner.Writer.Write(pending.WrittenSpan);
        pending.ResetWrittenCount();
    }

    private void ChangeHead()
    {
        var headers = exchange.Response.Headers;
        headers.ContentEncoding = encoding;
        foreach (var name in AboutBytes) headers.Remove(name);

        // RFC 9110 section 8.8.3.3: another encoding is another representation, so that a strong tag would be a lie.
        if (headers.ETag.ToString() is ['"', ..] strong) headers.ETag = "W/" + strong;
    }

    private async ValueTask<FlushResult> FlushCompressedAsync(CancellationToken cancel)
    {
        await EncodeAsync(last: false);
        pending.ResetWrittenCount();
        Send();
        return await Inner.Writer.FlushAsync(cancel);
    }

    private async ValueTask EncodeAsync(bool last)
    {
        if (pending.WrittenCount < OffLoop)
        {
            Encode(last);
            return;
        }

        await Task.Run(() => Encode(last));
        if (exchange.Loop is { } loop) await loop.SwitchTo();
    }

    private void Encode(bool last)
    {
        encoder ??= encoding is "br"
            ? new BrotliStream(new Sink(compressed), new BrotliCompressionOptions { Quality = config.BrotliQuality })
            : new GZipStream(new Sink(compressed), new ZLibCompressionOptions { CompressionLevel = config.GzipLevel });
        encoder.Write(pending.WrittenSpan);
        if (last) encoder.Dispose();
        else encoder.Flush();
    }

    private void Send()
    {
        sent += compressed.WrittenCount;
        Inner.Writer.Write(compressed.WrittenSpan);
        compressed.ResetWrittenCount();
    }

    /// <summary>Where the framework's encoders write.</summary>
    private sealed class Sink(ArrayBufferWriter<byte> output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => output.Write(buffer);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
