using System.Net.Sockets;
using System.Text;

namespace Sluice.Acceptance.Harness;

/// <summary>A client on a raw socket, for what an HTTP library would hide.</summary>
public sealed class RawClient : IDisposable
{
    private readonly TcpClient client = new();

    public static async Task<RawClient> ConnectAsync(Uri to)
    {
        var raw = new RawClient();
        await raw.client.ConnectAsync(to.Host, to.Port);
        raw.client.ReceiveTimeout = 20000;
        return raw;
    }

    public async Task SendAsync(string bytes) => await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes));

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
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], limit.Token) == 0;
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

    public void Dispose() => client.Dispose();

    private async Task<byte[]> ReadAsync(int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var bytes = new byte[count];
        await client.GetStream().ReadExactlyAsync(bytes, limit.Token);
        return bytes;
    }
}
