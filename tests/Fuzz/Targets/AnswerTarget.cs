using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Fuzz.Targets;

/// <summary>
/// A whole gateway before an upstream that answers anything. The client gets one well-formed response, whole or cut off, and nothing behind it;
/// the next client gets its own answer, whatever is left on the upstream's connections.
/// </summary>
internal sealed class AnswerTarget : FuzzTarget
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly byte[] Request = Bytes("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");

    private readonly TransportKind kind;
    private readonly AnyUpstream upstream = new();
    private RunningGateway? gateway;

    public AnswerTarget(string name, TransportKind kind)
        : base(name) => this.kind = kind;

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "\r\n", "\n", "\r", "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "5\r\nhello\r\n", "0\r\n\r\n", "\0", ": ", " folded\r\n", "Trailer: x\r\n", "HTTP/1.0", " 204 ", " 304 ", "Date: x\r\n");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: v\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\nServer: x\r\n\r\nuntil the end",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nETag: \"x\"\r\n\r\n");

    public override async ValueTask DisposeAsync()
    {
        upstream.Dispose();
        if (gateway is not null) await gateway.DisposeAsync();
    }

    protected override void Run(byte[] input) => RunAsync(input).GetAwaiter().GetResult();

    private async Task RunAsync(byte[] input)
    {
        gateway ??= await RunningGateway.StartAsync(kind, upstream.Port);
        upstream.Answer(input);
        CheckResponse(await SendAsync());
        upstream.Answer(upstream.Well);
        var next = await NextAsync();
        next.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        next.ShouldContain("X-Well: yes");
        next.ShouldEndWith("\r\n\r\nwell");
        await gateway.IdleAsync();
    }

    /// <summary>The answer to the next client, who asks again where the upstream gave up an idle connection just then.</summary>
    private async Task<string> NextAsync()
    {
        while (true)
        {
            var before = upstream.GivenUp;
            var next = Encoding.Latin1.GetString(await SendAsync());
            if (!next.StartsWith("HTTP/1.1 502 ", StringComparison.Ordinal) || upstream.GivenUp == before) return next;
        }
    }

    private static void CheckResponse(byte[] received)
    {
        var rest = received.AsSpan();
        while (true)
        {
            var head = new ResponseHead();
            var state = head.Parse(rest, int.MaxValue);
            if (state == ParseState.Incomplete) return;
            state.ShouldBe(ParseState.Complete, head.Problem);
            head.Status.ShouldNotBe(500);
            head.Status.ShouldNotBe(101, "nobody asked for another protocol");
            rest = rest[head.Length..];
            if (head.Status < 200) continue;
            CheckBody(head, rest);
            return;
        }
    }

    private static void CheckBody(ResponseHead head, ReadOnlySpan<byte> body)
    {
        if (head.Status is 204 or 304) body.Length.ShouldBe(0, "a body where there is none");
        else if (head.ContentLength is { } length) ((long)body.Length).ShouldBeLessThanOrEqualTo(length, "bytes behind the body");
        else if (head.IsChunked)
        {
            var decoder = default(ChunkedDecoder);
            while (!body.IsEmpty && !decoder.IsDone && !decoder.IsInvalid)
            {
                decoder.Decode(body, out var consumed);
                body = body[consumed..];
            }

            decoder.IsInvalid.ShouldBeFalse();
            body.Length.ShouldBe(0, "bytes behind the last chunk");
        }
    }

    private async Task<byte[]> SendAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway!.Port);
        using var limit = new CancellationTokenSource(Patience);
        using var received = new MemoryStream();
        try
        {
            await client.GetStream().WriteAsync(Request, limit.Token);
            await client.GetStream().CopyToAsync(received, limit.Token);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Cut off: what came until then counts.
        }

        return received.ToArray();
    }
}
