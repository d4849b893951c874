using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// Kestrel answers a request that it cannot parse, or that takes too long, with a bare status and closes. This stands between it and the
/// connection and gives such an answer the same body, request id and fields as every other error of the gateway.
/// An exchange never begins for these, which is how they are told from the gateway's own answers.
/// </summary>
internal sealed class RejectedRequests(ConnectionDelegate next, GatewayRuntime runtime)
{
    public Task OnConnectionAsync(ConnectionContext connection)
    {
        var transport = connection.Transport;
        var output = new RejectionWriter(transport.Output, runtime, connection.RemoteEndPoint);
        connection.Transport = new Pair(transport.Input, output);
        connection.Features.Set(output);
        return next(connection);
    }

    private sealed class Pair(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}

/// <summary>Passes everything on, except the bare refusals described at <see cref="RejectedRequests"/>.</summary>
internal sealed class RejectionWriter(PipeWriter inner, GatewayRuntime runtime, System.Net.EndPoint? peer) : PipeWriter
{
    private Memory<byte> pending;
    private int written;

    private bool notHttp1;
    private bool inExchange;

    /// <summary>
    /// An exchange runs on this HTTP/1 connection, so that what is written is not a refusal of Kestrel's own. HTTP/2, whose first bytes tell,
    /// passes through unwatched.
    /// </summary>
    public bool InExchange
    {
        get => inExchange;
        set => inExchange = value || notHttp1;
    }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes + written;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (InExchange) return inner.GetMemory(sizeHint);
        return Held(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        if (InExchange) return inner.GetSpan(sizeHint);
        return Held(sizeHint).Span;
    }

    public override void Advance(int bytes)
    {
        if (InExchange && written == 0) inner.Advance(bytes);
        else written += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (written > 0) Release();
        return inner.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        if (written > 0) Release();
        inner.Complete(exception);
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        if (written > 0) Release();
        return inner.CompleteAsync(exception);
    }

    private Memory<byte> Held(int sizeHint)
    {
        var need = written + Math.Max(sizeHint, 256);
        if (pending.Length < need)
        {
            var larger = new byte[Math.Max(need, 1024)];
            pending.Span[..written].CopyTo(larger);
            pending = larger;
        }

        return pending[written..];
    }

    private void Release()
    {
        var bytes = pending.Span[..written];
        written = 0;
        if (IsRefusal(bytes, out var status)) inner.Write(Describe(status));
        else inner.Write(bytes);
        pending = default;
        if (!bytes.StartsWith("HTTP/1."u8)) inExchange = notHttp1 = true;
    }

    private static bool IsRefusal(ReadOnlySpan<byte> bytes, out int status)
    {
        status = 0;
        return bytes.Length > 13 && bytes.StartsWith("HTTP/1.1 "u8) && bytes[9] is (byte)'4' or (byte)'5'
            && System.Buffers.Text.Utf8Parser.TryParse(bytes.Slice(9, 3), out status, out _)
            && bytes.IndexOf("Content-Length: 0\r\n"u8) > 0;
    }

    private byte[] Describe(int status)
    {
        // Kestrel's 405 is for targets that do not go with their method: there is nothing about the method that another would mend.
        var error = GatewayErrors.ForRejected(status == 405 ? 400 : status);
        var snapshot = runtime.Current;
        var id = RequestIdBytes.Next().ToString();

        status = error.StatusIn(snapshot.Document.ErrorFormat);
        runtime.Metrics.Reject(status);
        runtime.AccessLog?.WriteRejected(id, peer, status, error.Code);
        var (type, body) = ErrorBody.Write(error, snapshot.Document.ErrorFormat, null, id);
        var head = new StringBuilder()
            .Append("HTTP/1.1 ").Append(status).Append(' ').Append(Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status))
            .Append("\r\nDate: ").Append(runtime.Time.GetUtcNow().ToString("r"))
            .Append("\r\nContent-Type: ").Append(type)
            .Append("\r\nContent-Length: ").Append(body.Length)
            .Append("\r\nConnection: close\r\n");
        GatewayHeaders.AppendForRejected(head, snapshot.Settings.Headers, id);
        return [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. body];
    }
}
