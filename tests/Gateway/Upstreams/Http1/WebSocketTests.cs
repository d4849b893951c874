using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

public abstract class WebSocketTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Upgrade =
        "GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private const string Switching =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    [Fact]
    public async Task Bytes_go_both_ways_after_the_switch()
    {
        string? seen = null;
        await using var upstream = new RawUpstream(async peer =>
        {
            seen = await peer.ReadRequestAsync();
            await peer.SendAsync(Switching + "first");
            for (var i = 0; i < 3; i++) await peer.SendAsync("<" + await peer.ReadAsync(2) + ">");
            await peer.SendAsync("bye");
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Upgrade);
        var head = await client.ReadUntilAsync("\r\n\r\n");
        head!.ShouldStartWith("HTTP/1.1 101 ");
        head.ShouldContain("Upgrade: websocket\r\n");
        head.ShouldContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        (await client.ReadAsync(5)).ShouldBe("first");
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync($"m{i}");
            (await client.ReadAsync(4)).ShouldBe($"<m{i}>");
        }

        (await client.ReadToEndAsync()).ShouldBe("bye");
        seen!.ShouldContain("\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n");
        seen!.ShouldContain("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        (await proxy.ResultAsync()).Status.ShouldBe(101);
    }

    [Fact]
    public async Task A_client_that_closes_ends_the_upstream_connection()
    {
        var ended = new TaskCompletionSource();
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(Switching);
            await peer.ReadToEndAsync();
            ended.SetResult();
        });
        await using var proxy = await StartAsync(upstream.Address);
        using (var client = await proxy.ConnectAsync())
        {
            await client.SendAsync(Upgrade);
            await client.ReadUntilAsync("\r\n\r\n");
        }

        await ended.Task.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public Task A_silent_upstream_is_given_up() => Pace.SlowsDownAsync(async times =>
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            peer.StaysOpen = true;
            await peer.ReadRequestAsync();
            await peer.SendAsync(Switching);
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { ReadTimeout = 150 * times });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Upgrade);
        await client.ReadUntilAsync("\r\n\r\n");
        (await client.ReadToEndAsync()).ShouldBe("");
    });

    [Fact]
    public async Task An_upstream_may_refuse_with_an_ordinary_answer()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        await using var proxy = await StartAsync(upstream.Address);
        var answer = await proxy.AskAsync(Upgrade);
        answer.ShouldStartWith("HTTP/1.1 403 ");
        answer.ShouldEndWith("no");
    }

    [Fact]
    public async Task Another_protocol_is_not_switched_to()
    {
        string? seen = null;
        await using var upstream = new RawUpstream(async peer =>
        {
            seen = await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n");
        });
        await using var proxy = await StartAsync(upstream.Address);
        (await proxy.AskAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n")).ShouldStartWith("HTTP/1.1 502 ");
        seen!.ShouldNotContain("pgrade");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_websocket_works_from_either_version_of_http(int version)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            var request = (await peer.ReadRequestAsync())!;
            request.ShouldStartWith("GET /chat HTTP/1.1\r\n");
            var key = request.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
            var accept = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
            await peer.SendAsync($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
            await using var stream = new System.Net.Sockets.NetworkStream(peer.Socket);
            using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
            var buffer = new byte[100];
            while (true)
            {
                var message = await socket.ReceiveAsync(buffer, CancellationToken.None);
                if (message.MessageType == WebSocketMessageType.Close) break;
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, CancellationToken.None);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None);
        });
        await using var proxy = await StartAsync(upstream.Address, protocols: version == 1 ? HttpProtocols.Http1 : HttpProtocols.Http2);
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = new Version(version, version == 1 ? 1 : 0);
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        await client.ConnectAsync(new Uri($"ws://{proxy.Address}/chat"), invoker, CancellationToken.None);
        var received = new byte[100];
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes($"message {i}"), WebSocketMessageType.Text, true, CancellationToken.None);
            var echo = await client.ReceiveAsync(received, CancellationToken.None);
            Encoding.ASCII.GetString(received, 0, echo.Count).ShouldBe($"message {i}");
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "end", CancellationToken.None).WaitAsync(Eventually.Patience);
        client.CloseStatusDescription.ShouldBe("done");
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.Answered);
    }
}
