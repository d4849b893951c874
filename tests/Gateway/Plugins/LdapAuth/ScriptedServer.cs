using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Tests.Plugins.LdapAuth;

/// <summary>Answers each message of each connection as it is told to, whatever is asked; an empty answer hangs up, null says nothing.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<int, byte[], byte[]?> answer;
    private readonly CancellationTokenSource end = new();
    private readonly Task accepting;
    private int connections;

    /// <param name="answer">Gets the number of the connection, from 1, and what it sent.</param>
    public ScriptedServer(Func<int, byte[], byte[]?> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref connections);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(end.Token), Interlocked.Increment(ref connections)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using var _ = client;
        var buffer = new byte[4096];
        try
        {
            var stream = client.GetStream();
            while (true)
            {
                var count = await stream.ReadAsync(buffer, end.Token);
                if (count == 0) return;
                if (answer(number, buffer[..count]) is not { } bytes) continue;
                if (bytes.Length == 0) return;
                await stream.WriteAsync(bytes, end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
        }
    }
}
