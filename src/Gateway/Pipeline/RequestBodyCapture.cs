using System.Buffers;

namespace Sluice.Gateway.Pipeline;

/// <summary>A copy of the request body, kept while it goes upstream. Neither waits for bytes nor holds any back.</summary>
/// <param name="maxBytes">A larger body is not kept.</param>
internal sealed class RequestBodyCapture(int maxBytes)
{
    private ArrayBufferWriter<byte>? kept;
    private bool isTooLarge;
    private bool isComplete;

    /// <summary>The body; null when it was too large or did not come to its end.</summary>
    public byte[]? Body => isTooLarge || !isComplete ? null : kept?.WrittenSpan.ToArray() ?? [];

    /// <summary>The body was larger than what may be kept.</summary>
    public bool IsTooLarge => isTooLarge;

    /// <summary>A try begins, which sends the body from its start.</summary>
    public void Begin()
    {
        kept?.ResetWrittenCount();
        isTooLarge = isComplete = false;
    }

    /// <summary>A piece is about to be sent.</summary>
    public void Add(in ReadOnlySequence<byte> piece)
    {
        if (isTooLarge) return;
        if ((kept?.WrittenCount ?? 0) + piece.Length > maxBytes)
        {
            isTooLarge = true;
            kept = null;
            return;
        }

        if (piece.IsEmpty) return;
        kept ??= new ArrayBufferWriter<byte>((int)piece.Length);
        foreach (var part in piece) kept.Write(part.Span);
    }

    /// <summary>There is no more of it.</summary>
    public void Complete() => isComplete = true;
}
