using System.Net;
using System.Net.Sockets;
using Sluice.Gateway.Transport.Linux;

namespace Sluice.Gateway.Transport.Sockets;

/// <summary>A connection to an upstream on the framework's sockets; belongs to no loop.</summary>
internal sealed class FrameworkUpstreamSocket : UpstreamSocket
{
    private readonly Socket socket;
    private readonly OperationTimeout receiveTimeout = new();
    private readonly OperationTimeout sendTimeout = new();
    private int disposed;

    private FrameworkUpstreamSocket(Socket socket, EndPoint remoteEndPoint)
    {
        this.socket = socket;
        RemoteEndPoint = remoteEndPoint;
    }

    public override EventLoop? Loop => null;

    public override EndPoint RemoteEndPoint { get; }

    public override bool IsIdleAndOpen
    {
        get
        {
            try
            {
                return disposed == 0 && !socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public static async ValueTask<UpstreamSocket> ConnectAsync(EndPoint endPoint, TimeSpan timeout)
    {
        var isUnix = endPoint is UnixDomainSocketEndPoint;
        var connecting = new Socket(endPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            connecting.NoDelay = !isUnix || connecting.NoDelay;
            await connecting.ConnectAsync(endPoint, limit.Token);
            return new FrameworkUpstreamSocket(connecting, endPoint);
        }
        catch (OperationCanceledException)
        {
            connecting.Dispose();
            throw new UpstreamSocketException(SocketFailure.TimedOut, $"Cannot connect to {endPoint}: timed out.");
        }
        catch (SocketException failure)
        {
            connecting.Dispose();
            throw new UpstreamSocketException(Errno.ToFailure(failure.SocketErrorCode), $"Cannot connect to {endPoint}: {failure.Message}.", failure);
        }
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, TimeSpan timeout)
    {
        var token = receiveTimeout.Begin(timeout);
        ValueTask<int> receiving;
        try
        {
            receiving = socket.ReceiveAsync(buffer, SocketFlags.None, token);
        }
        catch (ObjectDisposedException failure)
        {
            return ValueTask.FromException<int>(Translate("receive from", failure));
        }

        if (!receiving.IsCompletedSuccessfully)
            return AwaitReceive(receiving);
        receiveTimeout.End();
        return receiving;
    }

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> buffer, TimeSpan timeout)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None, sendTimeout.Begin(timeout))..];
                sendTimeout.End();
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            throw Translate("send to", failure);
        }
        finally
        {
            sendTimeout.End();
        }
    }

    public override void ShutdownSend()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // broken already: the next receive says so
        }
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
            socket.Dispose();
    }

    private async ValueTask<int> AwaitReceive(ValueTask<int> receiving)
    {
        try
        {
            return await receiving;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            throw Translate("receive from", failure);
        }
        finally
        {
            receiveTimeout.End();
        }
    }

    private UpstreamSocketException Translate(string verb, Exception failure)
    {
        var kind = disposed != 0 ? SocketFailure.Closed : failure switch
        {
            OperationCanceledException => SocketFailure.TimedOut,
            SocketException broken => Errno.ToFailure(broken.SocketErrorCode),
            _ => SocketFailure.Closed,
        };
        return new UpstreamSocketException(kind, $"Cannot {verb} {RemoteEndPoint}: {(kind == SocketFailure.TimedOut ? "timed out" : failure.Message)}.", failure);
    }

    /// <summary>One timer that is used again for each operation of a direction.</summary>
    private sealed class OperationTimeout
    {
        private CancellationTokenSource? source;

        public CancellationToken Begin(TimeSpan timeout)
        {
            if (timeout == Timeout.InfiniteTimeSpan)
                return default;
            source ??= new CancellationTokenSource();
            source.CancelAfter(timeout);
            return source.Token;
        }

        public void End()
        {
            if (source != null && !source.TryReset())
                source = null;
        }
    }
}
