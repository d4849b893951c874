using System.Net.Security;
using System.Net.Sockets;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>Where and how a <see cref="StreamSender"/> sends.</summary>
internal sealed record StreamSenderSettings
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>For connecting, with the handshake of TLS, and for sending.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an idle connection is used again.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromMinutes(1);

    public bool Tls { get; init; }

    /// <summary>The server name of the handshake; none when null.</summary>
    public string? ServerName { get; init; }
}

/// <summary>Sends bytes to one host and port over TCP or TLS, on one connection that is opened when it is needed. One call at a time.</summary>
internal sealed class StreamSender(StreamSenderSettings settings, TimeProvider time) : IDisposable
{
    private Socket? socket;
    private Stream? stream;
    private long usedAt;

    /// <summary>Why the bytes could not be sent, or null.</summary>
    public async Task<string?> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(settings.Timeout);
        try
        {
            if (!IsUsable()) await OpenAsync(timeout.Token);
            await stream!.WriteAsync(bytes, timeout.Token);
            await stream.FlushAsync(timeout.Token);
            usedAt = time.GetTimestamp();
            return null;
        }
        catch (Exception e) when (e is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            Close();
            return $"{settings.Host}:{settings.Port}: {e.Message}";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Close();
            return $"{settings.Host}:{settings.Port}: no connection within {settings.Timeout.TotalMilliseconds} ms";
        }
    }

    public void Dispose() => Close();

    /// <summary>A server that has closed the connection would take the bytes and lose them.</summary>
    private bool IsUsable()
    {
        if (stream is null) return false;
        if (time.GetElapsedTime(usedAt) < settings.KeepAlive && !(socket!.Poll(0, SelectMode.SelectRead) && socket.Available == 0)) return true;
        Close();
        return false;
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        var opened = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket = opened;
        await opened.ConnectAsync(settings.Host, settings.Port, cancel);
        stream = new NetworkStream(opened, ownsSocket: false);
        if (!settings.Tls) return;

        // Kong does not verify the servers that logs are sent to either.
        var secure = new SslStream(stream, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
        stream = secure;
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = settings.ServerName ?? "" }, cancel);
    }

    private void Close()
    {
        stream?.Dispose();
        socket?.Dispose();
        stream = null;
        socket = null;
    }
}
