using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Nodes;

/// <summary>
/// Clients that ask all the time, each on one keep-alive connection, one request after the other. Anything but the expected answer counts as wrong, and so
/// does a connection that breaks: nothing is tried again behind the test's back.
/// </summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> wrong = new();
    private readonly long[] served;
    private readonly Task[] clients;

    private SteadyLoad(IEnumerable<Uri> targets)
    {
        var uris = targets.ToArray();
        served = new long[uris.Length];
        clients = [.. uris.Select((uri, number) => Task.Run(() => AskAsync(uri, number)))];
    }

    /// <summary>Asks each of <paramref name="paths"/> on each of <paramref name="nodes"/>, and expects 200 with the body <c>ok</c>.</summary>
    public static SteadyLoad Start(IEnumerable<SluiceProcess> nodes, params string[] paths) => new(nodes.SelectMany(n => paths.Select(p => new Uri(n.Proxy[0], p))));

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyCollection<string> Wrong => wrong;

    /// <summary>Waits until every client has been served <paramref name="count"/> times more.</summary>
    public async Task GoesOnAsync(int count = 20)
    {
        var goals = served.Select(s => Interlocked.Read(in s) + count).ToArray();
        await Eventually.HoldsAsync(() => !wrong.IsEmpty || Enumerable.Range(0, goals.Length).All(i => Interlocked.Read(ref served[i]) >= goals[i]), "requests go on on all nodes");
        wrong.ShouldBeEmpty();
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(clients);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task AskAsync(Uri uri, int number)
    {
        var request = Encoding.Latin1.GetBytes($"GET {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nX-Client: {number}\r\n\r\n");
        while (!stop.IsCancellationRequested)
            try
            {
                using var client = new TcpClient { NoDelay = true };
                await client.ConnectAsync(uri.Host, uri.Port);
                while (!stop.IsCancellationRequested)
                {
                    await client.GetStream().WriteAsync(request);
                    var answer = await ReadAsync(client.GetStream());
                    if (answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && answer.EndsWith("\r\n\r\nok", StringComparison.Ordinal)) Interlocked.Increment(ref served[number]);
                    else wrong.Enqueue($"{uri}: {answer}");
                    // The machine is for the gateways.
                    await Task.Delay(5);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                wrong.Enqueue($"{uri}: {e.Message}");
                await Task.Delay(100);
            }
    }

    /// <summary>One answer with a Content-Length, head and body; shorter when the connection ends before.</summary>
    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        using var limit = new CancellationTokenSource(RawClient.Patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
        {
            var all = text.Append(Encoding.Latin1.GetString(buffer, 0, read)).ToString();
            var end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && all.Length >= end + 4 + LengthOf(all[..end])) return all;
        }

        throw new IOException($"the connection was closed after: {text}");
    }

    private static int LengthOf(string head) =>
        int.Parse(head.Split("\r\n").First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))["Content-Length:".Length..]);
}
