using System.Buffers;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Keeps the copy of a response body that plugins asked for, up to the largest of their limits.</summary>
internal sealed class BodyCaptureSet(Exchange exchange)
{
    private readonly int limit = exchange.BodyCaptures.Max(capture => capture.MaxBytes);
    private ArrayBufferWriter<byte>? copy = new();
    private long length;

    public void Add(ReadOnlySpan<byte> piece)
    {
        length += piece.Length;
        if (length > limit) copy = null;
        else copy?.Write(piece);
    }

    /// <summary>The body is whole: everyone whose limit it keeps gets it.</summary>
    public void Complete()
    {
        if (copy is null) return;
        foreach (var capture in exchange.BodyCaptures)
            if (length <= capture.MaxBytes)
                capture.Completed(exchange, copy.WrittenMemory);
    }
}
