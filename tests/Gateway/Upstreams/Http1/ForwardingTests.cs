using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

public abstract class ForwardingTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Hello = "HTTP/1.1 200 OK\r\nServer: up\r\nContent-Length: 5\r\n\r\nhello";

    [Fact]
    public async Task A_plain_request_goes_up_and_its_answer_comes_down()
    {
        string? seen = null;
        await using var upstream = new RawUpstream(async peer =>
        {
            seen = await peer.ReadRequestAsync();
            await peer.SendAsync(Hello);
        });
        await using var proxy = await StartAsync(upstream.Address);
        var answer = await proxy.AskAsync("GET /a/b?c=1 HTTP/1.1\r\nHost: Client.test:81\r\nAccept: x/y\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        answer.ShouldContain("\r\nServer: up\r\n");
        answer.ShouldEndWith("\r\n\r\nhello");
        seen.ShouldNotBeNull();
        seen.ShouldStartWith($"GET /a/b?c=1 HTTP/1.1\r\nHost: upstream.test:{upstream.Address.Port}\r\nConnection: keep-alive\r\n");
        seen.ShouldContain("\r\nAccept: x/y\r\n");
        seen.ShouldContain("\r\nX-Two: 1\r\nX-Two: 2\r\n");
        seen.ShouldContain("\r\nX-Forwarded-For: 127.0.0.1\r\n");
        seen.ShouldContain("\r\nX-Forwarded-Proto: http\r\n");
        seen.ShouldContain("\r\nX-Forwarded-Host: client.test\r\n");
        seen.ShouldContain($"\r\nX-Forwarded-Port: {proxy.Address.Port}\r\n");
        seen.ShouldContain("\r\nX-Forwarded-Path: /a/b\r\n");
        seen.ShouldContain("\r\nX-Real-IP: 127.0.0.1\r\n");
        seen.ShouldContain("\r\nVia: 1.1 sluice/");
        seen.ShouldContain("\r\nX-Kong-Request-Id: ");
        seen.ShouldNotContain("Content-Length");
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.Answered);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10_000)]
    [InlineData(3_000_000)]
    public async Task A_body_goes_up_and_comes_back(int size)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is { } request)
            {
                var body = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            var body = new string((char)('a' + i), size);
            var sending = client.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n{body}");
            var answer = await client.ReadAnswerAsync();
            await sending;
            answer.ShouldEndWith("\r\n\r\n" + body);
        }

        upstream.Connections.ShouldBe(1);
    }
}
