using System.Net.WebSockets;
using System.Text;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Listeners;

/// <summary>WebSockets through the gateway to an echo, which sends back each message as it was framed, and the close as it was said.</summary>
public sealed class WebSocketTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, bool, bool> Ways()
    {
        var ways = new TheoryData<string, bool, bool>();
        foreach (var row in new TransportKinds())
        {
            ways.Add(row.Data, false, false);
            ways.Add(row.Data, true, false);
            ways.Add(row.Data, false, true);
        }

        return ways;
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Messages_of_all_sizes_come_back(string transport, bool tls, bool upstreamTls)
    {
        await using var upstream = await EchoAsync(upstreamTls);
        await using var sluice = await ServeAsync(upstream.Port, upstreamTls, transport);
        using var socket = await ConnectAsync(sluice, tls);
        foreach (var size in new[] { 0, 1, 125, 126, 127, 128, 65535, 65536, 65537, 1_000_000, 16 * 1024 * 1024 })
        {
            var message = new byte[size];
            Random.Shared.NextBytes(message);
            var sending = socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, Limit()).AsTask();
            (await ReceiveAsync(socket)).AsSpan().SequenceEqual(message).ShouldBeTrue($"{size} bytes");
            await sending;
        }

        for (var i = 0; i < 200; i++) await socket.SendAsync(Encoding.ASCII.GetBytes($"message {i}"), WebSocketMessageType.Text, endOfMessage: true, Limit());
        for (var i = 0; i < 200; i++) Encoding.ASCII.GetString(await ReceiveAsync(socket)).ShouldBe($"message {i}");
        foreach (var part in new[] { "in ", "three ", "" }) await socket.SendAsync(Encoding.ASCII.GetBytes(part), WebSocketMessageType.Text, part.Length == 0, Limit());
        Encoding.ASCII.GetString(await ReceiveAsync(socket)).ShouldBe("in three ");

        await socket.CloseAsync((WebSocketCloseStatus)4321, "said so", Limit());
        socket.CloseStatus.ShouldBe((WebSocketCloseStatus)4321);
        socket.CloseStatusDescription.ShouldBe("said so");
    }

    /// <summary>The gateway does not look into frames: what is wrong with them is between the two ends.</summary>
    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Frames_pass_as_they_are(string transport)
    {
        // A raw echo behind the handshake: whatever bytes come go back.
        await using var upstream = new ScriptedUpstream(async (head, connection) =>
        {
            head.ShouldContain("Upgrade: websocket", Case.Insensitive);
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\n"u8.ToArray());
            await connection.CopyToAsync(connection);
        });
        await using var sluice = await ServeAsync(upstream.Port, tls: false, transport);
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        const string Early = "\x89\x80\x01\x02\x03\x04";
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat\r\n\r\n{Early}");
        var answer = await client.ReadUntilAsync("\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 101 ");
        answer.ShouldContain("Sec-WebSocket-Protocol: chat");
        answer.ShouldContain("Sec-WebSocket-Accept: x");
        Encoding.Latin1.GetString(await client.ReadAsync(Early.Length)).ShouldBe(Early);
        foreach (var frame in new[]
        {
            "\x81\x84\x00\x00\x00\x00\xff\xfe\xfd\xfc", // a text that is not UTF-8
            "\x89\x80\x00\x00\x00\x00", // a ping
            "\x8a\x80\x00\x00\x00\x00", // a pong that nobody asked for
            "\x01\x81\x00\x00\x00\x00x", // the beginning of a text
            "\x80\x81\x00\x00\x00\x00y", // and its end
            "\xf1\x80\x00\x00\x00\x00", // reserved bits
            "\x83\x80\x00\x00\x00\x00", // a reserved opcode
            "\x88\x82\x00\x00\x00\x00\x03\xe8", // a close
        })
        {
            await client.SendAsync(frame);
            Encoding.Latin1.GetString(await client.ReadAsync(frame.Length)).ShouldBe(frame);
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Either_end_may_end_it(string transport)
    {
        var ended = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(async (head, connection) =>
        {
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nbye"u8.ToArray());
            if (head.StartsWith("GET /upstream", StringComparison.Ordinal)) throw new IOException("gone");
            while (await connection.ReadAsync(new byte[10]) > 0)
            {
                // Until the client has gone.
            }

            ended.SetResult();
        });
        await using var sluice = await ServeAsync(upstream.Port, tls: false, transport);
        foreach (var path in new[] { "/upstream", "/client" })
        {
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            await client.ReadUntilAsync("\r\n\r\nbye");
            if (path == "/upstream") (await client.ReadToEndAsync()).ShouldBe("");
        }

        await ended.Task.WaitAsync(RawClient.Patience);
    }

    private static CancellationToken Limit() => new CancellationTokenSource(RawClient.Patience).Token;

    private static async Task<byte[]> ReceiveAsync(WebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), Limit());
            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage) return message.ToArray();
        }
    }

    private static async Task<ClientWebSocket> ConnectAsync(SluiceProcess sluice, bool tls)
    {
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        var to = sluice.Proxy.Single(u => u.Scheme == (tls ? "https" : "http"));
        await socket.ConnectAsync(new UriBuilder(to) { Scheme = tls ? "wss" : "ws" }.Uri, Limit());
        return socket;
    }

    private static Task<KestrelUpstream> EchoAsync(bool tls) => KestrelUpstream.StartAsync(
        async http =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer, CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close) break;
                await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, CancellationToken.None);
            }

            await socket.CloseAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, CancellationToken.None);
        },
        certificate: tls ? new TestCertificate("127.0.0.1") : null);

    private Task<SluiceProcess> ServeAsync(int port, bool tls, string transport) => SluiceProcess.ServeAsync(
        folder.Write("kong.yml", $"_format_version: '3.0'\nservices:\n- url: {(tls ? "https" : "http")}://127.0.0.1:{port}\n  routes: [{{paths: [/], strip_path: false}}]\n"),
        "--transport",
        transport,
        "--proxy-tls",
        "127.0.0.1:0");
}
