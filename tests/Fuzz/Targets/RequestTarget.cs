using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Acceptance.Requests;
using Sluice.Gateway.Transport;

namespace Sluice.Fuzz.Targets;

/// <summary>
/// A whole gateway before an upstream that reads requests to the letter. Whatever a client sends, the upstream sees nothing ambiguous and no more
/// requests than were answered, nobody is answered 500, and the next client is served.
/// </summary>
internal sealed partial class RequestTarget(string name, TransportKind kind) : FuzzTarget(name)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan[] Lulls = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5)];

    private readonly StrictUpstream upstream = new();
    private RunningGateway? running;

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", "\0", "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Content-Length: +5\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity, chunked\r\n",
        "Transfer_Encoding: chunked\r\n", "transfer-encoding:\tchunked\r\n", "0\r\n\r\n", "5\r\nhello\r\n", "Host: b\r\n", "Connection: close\r\n", "Connection: upgrade, host\r\n", "Upgrade: h2c\r\n",
        "Expect: 100-continue\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.0", "HTTP/1.2", "http://a/", ";x=\"\r\n\"", "%00", "é", ": ", " folded\r\n", "Trailer: x\r\n");

    protected override IEnumerable<byte[]> Samples
    {
        get
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "requests.json")));
            return
            [
                Bytes("GET /a?b=c HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\n\r\n"),
                Bytes("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a.test\r\n\r\n"),
                Bytes("POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: v\r\n\r\n"),
                .. json.RootElement.EnumerateArray().Select(item => item.GetProperty("bytes").GetBytesFromBase64()),
            ];
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (running is not null) await running.DisposeAsync();
        await upstream.DisposeAsync();
    }

    protected override void Run(byte[] input) => RunAsync(input).GetAwaiter().GetResult();

    private async Task RunAsync(byte[] input)
    {
        running ??= await RunningGateway.StartAsync(kind, upstream.Port);
        var (answers, requests) = await TryAsync(running.Port, input, TimeSpan.Zero);

        // A client that ends its side at once may count as gone, so that its last answer is missing; more than that needs a closer look.
        foreach (var lull in Lulls)
        {
            if (requests.Count <= Good(answers)) break;
            await Task.Delay(Lulls[0]);
            upstream.Take();
            (answers, requests) = await TryAsync(running.Port, input, lull);
        }

        requests.Count.ShouldBeLessThanOrEqualTo(Good(answers), $"upstream saw {string.Join(", ", requests)}, answers {string.Join(' ', answers)}");

        var next = await SendAsync(running.Port, "GET /well HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"u8.ToArray(), Patience);
        next.ShouldBe([200], "the next client");
        await running.IdleAsync();
        upstream.Take();
    }

    private static int Good(List<int> answers) => answers.Count(a => a is >= 200 and < 300);

    private async Task<(List<int> Answers, IReadOnlyList<string> Requests)> TryAsync(int port, byte[] input, TimeSpan lull)
    {
        var answers = await SendAsync(port, input, lull);
        await upstream.IdleAsync();
        var (requests, violations) = upstream.Take();
        violations.ShouldBeEmpty();
        answers.ShouldNotContain(500);
        return (answers, requests);
    }

    /// <summary>Sends everything, and the end of the stream once nothing has come for a while; the statuses of the answers.</summary>
    private static async Task<List<int>> SendAsync(int port, byte[] bytes, TimeSpan lull)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        var received = new StringBuilder();
        try
        {
            await stream.WriteAsync(bytes);
            using var limit = new CancellationTokenSource(Patience);
            var buffer = new byte[4096];
            var ended = false;
            while (true)
            {
                var reading = stream.ReadAsync(buffer, limit.Token).AsTask();
                if (!ended && (lull == TimeSpan.Zero || await Task.WhenAny(reading, Task.Delay(lull)) != reading))
                {
                    client.Client.Shutdown(SocketShutdown.Send);
                    ended = true;
                }

                if (await reading is not (> 0 and var read)) break;
                received.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Closed on us: what came until then counts.
        }

        return [.. StatusLine.Matches(received.ToString()).Select(m => int.Parse(m.Groups[1].Value))];
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3}) ")]
    private static partial Regex StatusLine { get; }
}
