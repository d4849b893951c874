using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Fuzz.Targets;

/// <summary>The head of an upstream's answer: in pieces it reads as in one, and written out again it reads the same.</summary>
internal sealed class ResponseHeadTarget() : FuzzTarget("response-head")
{
    private const int Limit = 16 * 1024;

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "\r\n", "\n", "\r", "\r\n\r\n", ": ", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close, x-a\r\n", "Connection: keep-alive\r\n",
        " folded\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "Upgrade: websocket\r\n", "+5", "0x5", "\0", "\t", ",", "chunked, chunked", "Keep-Alive: timeout=5\r\n");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nX-A: b\r\nX-A: c\r\n\r\nhello",
        "HTTP/1.0 404 Not Found\r\nConnection: keep-alive, x-gone\r\nX-Gone: 1\r\nServer: x\r\n\r\n",
        "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\nSet-Cookie: a=b; Path=/\r\nSet-Cookie: c=d\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n");

    protected override void Run(byte[] input)
    {
        var whole = new ResponseHead();
        var state = whole.Parse(input, Limit);

        // Byte by byte, and in two pieces.
        var slow = new ResponseHead();
        var slowState = ParseState.Incomplete;
        for (var length = 1; length <= input.Length && slowState == ParseState.Incomplete; length++) slowState = slow.Parse(input.AsSpan(0, length), Limit);
        slowState.ShouldBe(state);
        if (state != ParseState.Complete) return;
        Describe(slow, input).ShouldBe(Describe(whole, input));
        whole.Length.ShouldBeLessThanOrEqualTo(input.Length);

        var written = Write(whole, input);
        var again = new ResponseHead();
        again.Parse(written, int.MaxValue).ShouldBe(ParseState.Complete);
        Describe(again, written).ShouldBe(Describe(whole, input));
    }

    private static string Describe(ResponseHead head, byte[] bytes) =>
        $"{head.Status} {head.ContentLength} {head.IsChunked} {head.KeepsAlive} {head.UpgradesToWebSocket}\n{string.Join('\n', Fields(head, bytes))}";

    private static IEnumerable<string> Fields(ResponseHead head, byte[] bytes)
    {
        var headers = new HeaderDictionary();
        head.CopyTo(bytes, headers, keepTrailer: true);
        foreach (var (name, values) in headers)
            foreach (var value in values)
            {
                name.ShouldAllBe(c => c > ' ' && c < 127 && c != ':');
                value!.ShouldAllBe(c => c == '\t' || (c >= ' ' && c != 127));
                yield return $"{name}: {value}";
            }
    }

    private static byte[] Write(ResponseHead head, byte[] bytes)
    {
        var text = new StringBuilder("HTTP/1.1 ").Append(head.Status).Append(" X\r\n");
        if (head.ContentLength is { } length) text.Append("Content-Length: ").Append(length).Append("\r\n");
        if (head.IsChunked) text.Append("Transfer-Encoding: chunked\r\n");
        if (!head.KeepsAlive) text.Append("Connection: close\r\n");
        if (head.UpgradesToWebSocket) text.Append("Upgrade: websocket\r\n");
        foreach (var field in Fields(head, bytes)) text.Append(field).Append("\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }
}
