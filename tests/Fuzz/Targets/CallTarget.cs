using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Foundation.Http;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Fuzz.Targets;

/// <summary>Calls of workflows to a server that answers anything: each gives a whole answer or says why there is none, and the next gets its own, whatever is left on the connections.</summary>
internal sealed class CallTarget : FuzzTarget
{
    private const int Most = 64 * 1024;

    private readonly AnyUpstream server = new();
    private readonly Transport transport;
    private readonly Http1Caller caller;

    public CallTarget(string name, TransportKind kind)
        : base(name)
    {
        transport = Transports.Create(kind, 1, NullLoggerFactory.Instance);
        caller = new Http1Caller(transport, static (_, _) => new([IPAddress.Loopback]), TimeProvider.System);
    }

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "\r\n", "\n", "\r", "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Content-Length: 999999999999\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "5\r\nhello\r\n", "0\r\n\r\n", "\0", ": ", "Trailer: x\r\n", "HTTP/1.0", " 204 ", " 304 ");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: v\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\nServer: x\r\n\r\nuntil the end",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");

    public override async ValueTask DisposeAsync()
    {
        server.Dispose();
        caller.Dispose();
        await transport.DisposeAsync();
    }

    protected override void Run(byte[] input) => RunAsync(input).GetAwaiter().GetResult();

    private async Task RunAsync(byte[] input)
    {
        server.Answer(input);
        if (await CallAsync() is { } any)
        {
            any.Status.ShouldBeInRange(200, 999);
            any.Body.Length.ShouldBeLessThanOrEqualTo(Math.Min(Most, input.Length));
            foreach (var (name, value) in any.Fields())
            {
                name.ShouldNotBeEmpty();
                name.ShouldAllBe(c => c > ' ' && c < 127 && c != ':');
                value.ShouldAllBe(c => c == '\t' || (c >= ' ' && c != 127));
                any.Find(Encoding.ASCII.GetBytes(name)).ShouldNotBeNull();
            }

            any.Reason.ShouldAllBe(c => c == '\t' || (c >= ' ' && c != 127));
        }

        server.Answer(server.Well);
        PlainHttpAnswer? next = null;
        for (var i = 0; i < 100 && next is null; i++) next = await CallAsync();
        Encoding.Latin1.GetString(next.ShouldNotBeNull().Body).ShouldBe("well");
        next.Find("x-well"u8).ShouldBe("yes");
    }

    /// <returns>Null when there was none, and it was said why.</returns>
    private async Task<PlainHttpAnswer?> CallAsync()
    {
        var port = server.Port;
        try
        {
            return await caller.SendAsync(new PlainHttpRequest { Authority = $"a.test:{port}", Host = "a.test", Port = port, Bytes = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"u8.ToArray(), MaximumAnswer = Most }, default);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            e.Message.ShouldNotBeEmpty();
            return null;
        }
    }
}
