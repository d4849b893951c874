using System.Net;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Framework;

/// <summary>A request body that is sent on as the client sends it.</summary>
/// <param name="exchange">Whose body.</param>
/// <param name="length">Its length, if the client said it.</param>
/// <param name="progressed">Called for each piece: the answer is not overdue while the request is on its way.</param>
internal sealed class StreamedContent(Exchange exchange, long? length, Action progressed) : HttpContent
{
    /// <summary>Some byte was taken from the client.</summary>
    public bool HasConsumed { get; private set; }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length ?? 0;
        return length is not null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (exchange.BufferedRequestBody is { } replacement)
        {
            await stream.WriteAsync(replacement, cancellationToken);
            exchange.Timings.RequestBytes = replacement.Length;
            return;
        }

        // The head goes out before the first byte of the body: an interactive stream may begin with the server's words.
        await stream.FlushAsync(cancellationToken);
        var reader = exchange.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            HasConsumed |= !result.Buffer.IsEmpty;
            foreach (var piece in result.Buffer) await stream.WriteAsync(piece, cancellationToken);
            exchange.Timings.RequestBytes += result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return;
            await stream.FlushAsync(cancellationToken);
            progressed();
        }
    }
}
