using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Acceptance.Harness;

/// <summary>An upstream on a raw socket: the test says, byte for byte, what each request is answered with.</summary>
public sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<string, Stream, Task> answer;
    private readonly CancellationTokenSource stop = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<Socket, bool> sockets = new();
    private int open;
    private int accepted;
    private int requests;

    /// <param name="answer">Given the head of a request, writes to the connection whatever it likes.</param>
    public ScriptedUpstream(Func<string, Stream, Task> answer)
    {
        this.answer = answer;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>Answers every request with 200 and <paramref name="body"/>.</summary>
    public ScriptedUpstream(string body)
        : this((_, connection) => RespondAsync(connection, body))
    {
    }

    /// <summary>How many connections are open now.</summary>
    public int Open => open;

    /// <summary>How many connections were made so far.</summary>
    public int Accepted => accepted;

    /// <summary>How many requests were read so far.</summary>
    public int Requests => requests;

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    /// <summary>Dies: listens no more and resets every connection.</summary>
    public void Die()
    {
        listener.Dispose();
        foreach (var socket in sockets.Keys)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Gone already.
            }
        }
    }

    public static async Task RespondAsync(Stream connection, string body) => await connection.WriteAsync(
        Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var connection = new NetworkStream(socket, ownsSocket: true);
        sockets[socket] = true;
        Interlocked.Increment(ref open);
        Interlocked.Increment(ref accepted);
        try
        {
            while (await ReadHeadAsync(connection) is { } head)
            {
                Interlocked.Increment(ref requests);
                await answer(head, connection);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The gateway closed the connection, or the script did.
        }
        finally
        {
            sockets.TryRemove(socket, out _);
            Interlocked.Decrement(ref open);
        }
    }

    private static async Task<string?> ReadHeadAsync(NetworkStream connection)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await connection.ReadAsync(one) == 0) return null;
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
