using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>An upstream socket as the stream that TLS works on.</summary>
internal sealed class SocketStream(UpstreamSocket socket) : Stream
{
    /// <summary>How long one receive may wait.</summary>
    public TimeSpan ReadLimit { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long sending may make no progress.</summary>
    public TimeSpan WriteLimit { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>The stream is used on the thread pool: each operation goes to the socket's loop and comes back.</summary>
    public bool IsUsedOffLoop { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? new(0) : IsUsedOffLoop ? ReceiveOnLoopAsync(buffer) : socket.ReceiveAsync(buffer, ReadLimit);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? default : IsUsedOffLoop ? SendOnLoopAsync(buffer) : socket.SendAsync(buffer, WriteLimit);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask<int> ReceiveOnLoopAsync(Memory<byte> buffer)
    {
        await socket.Loop!.SwitchTo();
        try
        {
            return await socket.ReceiveAsync(buffer, ReadLimit);
        }
        finally
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    private async ValueTask SendOnLoopAsync(ReadOnlyMemory<byte> buffer)
    {
        await socket.Loop!.SwitchTo();
        try
        {
            await socket.SendAsync(buffer, WriteLimit);
        }
        finally
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) socket.Dispose();
        base.Dispose(disposing);
    }
}
