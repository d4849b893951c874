using System.Net;
using System.Net.Sockets;

namespace Sluice.Fuzz.Targets;

/// <summary>A server that answers each request with whatever is its answer then, and ends the connection when no other request follows soon.</summary>
internal sealed class AnyUpstream : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Lull = TimeSpan.FromMilliseconds(30);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private byte[] _answer;
    private int _givenUp;

    public AnyUpstream()
    {
        _answer = Well;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>An answer that nothing is wrong with: <c>well</c>, and <c>X-Well: yes</c>.</summary>
    public byte[] Well { get; } = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Well: yes\r\n\r\nwell"u8.ToArray();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections it has ended because nothing followed.</summary>
    public int GivenUp => Volatile.Read(ref _givenUp);

    /// <summary>What every request gets from now on.</summary>
    public void Answer(byte[] answer) => Volatile.Write(ref _answer, answer);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the target.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        var stream = client.GetStream();
        var buffer = new byte[4096];
        try
        {
            var patience = Patience;
            while (true)
            {
                // Such a small head comes in one piece.
                using var limit = new CancellationTokenSource(patience);
                using var leaving = limit.Token.Register(() => Interlocked.Increment(ref _givenUp));
                if (await stream.ReadAsync(buffer, limit.Token) == 0) return;
                await stream.WriteAsync(Volatile.Read(ref _answer));
                patience = Lull;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client closed it, or nothing followed.
        }
    }
}
