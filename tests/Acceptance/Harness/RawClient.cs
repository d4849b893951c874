using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Acceptance.Harness;

/// <summary>A client on a raw socket, for what an HTTP library would hide.</summary>
public sealed class RawClient : IDisposable
{
    /// <summary>How long anything may take on a machine that has much else to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient client = new() { NoDelay = true };
    private Stream stream = Stream.Null;

    /// <summary>The connection: TLS where it was asked for.</summary>
    public Stream Stream => stream;

    public static async Task<RawClient> ConnectAsync(Uri to)
    {
        var raw = new RawClient();
        await raw.client.ConnectAsync(to.Host, to.Port);
        raw.stream = raw.client.GetStream();
        return raw;
    }

    /// <summary>Connects and shakes hands, whatever the certificate.</summary>
    public static async Task<RawClient> ConnectAsync(Uri to, SslClientAuthenticationOptions options)
    {
        var raw = await ConnectAsync(to);
        options.RemoteCertificateValidationCallback ??= static (_, _, _, _) => true;
        var tls = new SslStream(raw.stream);
        raw.stream = tls;
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            await tls.AuthenticateAsClientAsync(options, limit.Token);
        }
        catch
        {
            raw.Dispose();
            throw;
        }

        return raw;
    }

    /// <summary>One request with its own connection, to its end; returns all that came.</summary>
    public static async Task<string> ExchangeAsync(Uri to, string bytes)
    {
        using var raw = await ConnectAsync(to);
        await raw.SendAsync(bytes);
        return await raw.ReadToEndAsync();
    }

    public Task SendAsync(string bytes) => SendAsync(Encoding.Latin1.GetBytes(bytes));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Patience);
        await stream.WriteAsync(bytes, limit.Token);
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public void EndSending() => client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with RST.</summary>
    public void Reset()
    {
        client.Client.LingerState = new LingerOption(true, 0);
        client.Client.Close();
    }

    /// <summary>Reads until <paramref name="end"/> has come, and nothing behind it.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal)) text.Append((char)(await ReadAsync(1))[0]);
        return text.ToString();
    }

    /// <summary>Everything until the peer closes, in whatever way.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read) text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // Reset: what came before it counts.
        }

        return text.ToString();
    }

    /// <summary>Reads one response with a Content-Length: the head and the body.</summary>
    public async Task<(string Head, string Body)> ReadResponseAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append((char)(await ReadAsync(1))[0]);
        var length = head.ToString().Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = await ReadAsync(length is null ? 0 : int.Parse(length.Split(':')[1]));
        return (head.ToString(), Encoding.Latin1.GetString(body));
    }

    /// <summary>Whether the peer has closed: waits for the end of the stream.</summary>
    public async Task<bool> IsClosedAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            return await stream.ReadAsync(new byte[1], limit.Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        client.Dispose();
    }

    public async Task<byte[]> ReadAsync(int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, limit.Token);
        return bytes;
    }
}
