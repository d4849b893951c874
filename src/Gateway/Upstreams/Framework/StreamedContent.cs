using System.Buffers;
using System.Net;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Framework;

/// <summary>A request body that is sent on as the client sends it.</summary>
/// <param name="exchange">Whose body.</param>
/// <param name="length">Its length, if the client said it.</param>
/// <param name="progressed">Called for each piece: the answer is not overdue while the request is on its way.</param>
internal sealed class StreamedContent(Exchange exchange, long? length, Action progressed) : HttpContent
{
    // Not disposed of with the content, which the framework does when it likes; without a timer it holds nothing.
    private readonly CancellationTokenSource ended = new();
    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int entered;

    /// <summary>Some byte was taken from the client.</summary>
    public bool HasConsumed { get; private set; }

    /// <summary>
    /// Ends the sending, done or not, and waits until nothing here touches the exchange any more: an answer may be over before its request is, and
    /// the exchange is then used for another one.
    /// </summary>
    public async ValueTask EndAsync()
    {
        var hasBegun = Interlocked.Exchange(ref entered, 1) != 0;
        await ended.CancelAsync();
        if (hasBegun) await left.Task;
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length ?? 0;
        return length is not null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref entered, 1) != 0) throw new OperationCanceledException("The exchange is over.");
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended.Token);
            await SendAsync(stream, either.Token);
        }
        finally
        {
            left.SetResult();
        }
    }

    private async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        exchange.RequestCapture?.Begin();
        if (exchange.BufferedRequestBody is { } replacement)
        {
            exchange.RequestCapture?.Add(new ReadOnlySequence<byte>(replacement));
            exchange.RequestCapture?.Complete();
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
            exchange.RequestCapture?.Add(result.Buffer);
            foreach (var piece in result.Buffer) await stream.WriteAsync(piece, cancellationToken);
            exchange.Timings.RequestBytes += result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                exchange.RequestCapture?.Complete();
                return;
            }

            await stream.FlushAsync(cancellationToken);
            progressed();
        }
    }
}
