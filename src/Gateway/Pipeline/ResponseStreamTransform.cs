using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Pipeline;

/// <summary>A change to a response body while it streams through, piece by piece; see <see cref="Exchange.TransformResponseStream"/>.</summary>
public abstract class ResponseStreamTransform
{
    /// <summary>A piece has come; what the client gets of it is written to <paramref name="output"/>.</summary>
    public abstract void Write(ReadOnlySpan<byte> piece, IBufferWriter<byte> output);

    /// <summary>The body is whole.</summary>
    /// <param name="trailers">What came after it; the client gets none of it but through <paramref name="output"/>.</param>
    /// <param name="output">Where the last of the body is written.</param>
    public abstract void End(IHeaderDictionary trailers, IBufferWriter<byte> output);
}
