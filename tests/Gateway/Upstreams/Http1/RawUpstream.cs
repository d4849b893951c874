using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>An upstream that does with each connection what a test says, byte for byte.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> sockets = [];
    private readonly Task accepting;
    private int connections;
    private int closed;

    public RawUpstream(Func<RawPeer, Task> script)
    {
        listener.Start(512);
        accepting = AcceptAsync(script);
    }

    /// <summary>Reads a request and answers <paramref name="answer"/>, as often as it is asked on a connection.</summary>
    public RawUpstream(string answer)
        : this(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null) await peer.SendAsync(answer);
        })
    {
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>How many connections were made.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>How many of them the script, at its end, has closed.</summary>
    public int Closed => Volatile.Read(ref closed);

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        lock (sockets)
            foreach (var socket in sockets)
                socket.Dispose();
        await accepting;
    }

    private async Task AcceptAsync(Func<RawPeer, Task> script)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref connections);
            socket.NoDelay = true;
            lock (sockets) sockets.Add(socket);
            _ = Task.Run(async () =>
            {
                var peer = new RawPeer(socket);
                try
                {
                    await script(peer);
                    if (peer.StaysOpen) return;
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
                {
                    // The other side has gone, or the test is over.
                }

                socket.Dispose();
                Interlocked.Increment(ref closed);
            });
        }
    }
}

/// <summary>One end of a connection, with bytes as Latin-1 text.</summary>
internal sealed class RawPeer(Socket socket) : IDisposable
{
    private readonly byte[] chunk = new byte[64 * 1024];
    private string unread = "";

    public Socket Socket => socket;

    /// <summary>The connection is left open after the script.</summary>
    public bool StaysOpen { get; set; }

    public static async Task<RawPeer> ConnectAsync(IPEndPoint address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address);
        return new RawPeer(socket);
    }

    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes)..];
    }

    /// <summary>Head and body of the next message; null at the end of the stream.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        var head = await ReadUntilAsync("\r\n\r\n");
        if (head is null) return null;
        return head + await ReadBodyAsync(head);
    }

    /// <summary>An answer; <paramref name="hasBody"/> is false for answers to HEAD.</summary>
    public async Task<string> ReadAnswerAsync(bool hasBody = true)
    {
        var head = await ReadUntilAsync("\r\n\r\n") ?? throw new IOException("No answer came.");
        if (!hasBody || head.StartsWith("HTTP/1.1 204") || head.StartsWith("HTTP/1.1 304") || head.StartsWith("HTTP/1.1 1")) return head;
        return head + await ReadBodyAsync(head);
    }

    /// <summary>Everything up to and including <paramref name="end"/>; null when the stream ends before.</summary>
    public async Task<string?> ReadUntilAsync(string end)
    {
        int at;
        while ((at = unread.IndexOf(end, StringComparison.Ordinal)) < 0)
            if (!await FillAsync())
                return null;
        var text = unread[..(at + end.Length)];
        unread = unread[(at + end.Length)..];
        return text;
    }

    public async Task<string> ReadAsync(int length)
    {
        while (unread.Length < length)
            if (!await FillAsync())
                throw new IOException("The stream ended early.");
        var text = unread[..length];
        unread = unread[length..];
        return text;
    }

    /// <summary>What comes until the other side closes or breaks the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        try
        {
            while (await FillAsync())
            {
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        var text = unread;
        unread = "";
        return text;
    }

    /// <summary>Closes with RST.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private async Task<string> ReadBodyAsync(string head)
    {
        if (head.Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase)) return await ReadChunkedAsync();
        var at = head.IndexOf("\r\nContent-Length:", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return "";
        var line = head[(at + 17)..];
        return await ReadAsync(int.Parse(line[..line.IndexOf('\r')]));
    }

    private async Task<string> ReadChunkedAsync()
    {
        var text = new StringBuilder();
        while (true)
        {
            var line = (await ReadUntilAsync("\r\n"))!;
            text.Append(line);
            var size = Convert.ToInt32(line.Split(';')[0].Trim(), 16);
            if (size == 0)
            {
                string trailer;
                do
                {
                    trailer = (await ReadUntilAsync("\r\n"))!;
                    text.Append(trailer);
                }
                while (trailer != "\r\n");
                return text.ToString();
            }

            text.Append(await ReadAsync(size + 2));
        }
    }

    private async Task<bool> FillAsync()
    {
        using var limit = new CancellationTokenSource(2 * Eventually.Patience);
        var received = await socket.ReceiveAsync(chunk, limit.Token);
        unread += Encoding.Latin1.GetString(chunk, 0, received);
        return received > 0;
    }
}
