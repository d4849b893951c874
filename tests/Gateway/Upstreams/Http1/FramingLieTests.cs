using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Upstreams that lie about where their answers end.</summary>
public abstract class FramingLieTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n")]
    public async Task A_body_that_breaks_off_breaks_the_clients_connection(string answer)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(answer);
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        var seen = await client.ReadToEndAsync();
        seen.ShouldNotEndWith("\r\n0\r\n\r\n");
        if (seen.Contains("Content-Length")) seen.ShouldContain("Content-Length: 50");
        var result = await proxy.ResultAsync();
        result.Outcome.ShouldBe(TryOutcome.Broken);
        result.Status.ShouldBe(200);
        result.Failure.ShouldBeNull();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public async Task Bytes_nobody_asked_for_end_the_upstream_connection(string answer)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            peer.StaysOpen = true;
            while (await peer.ReadRequestAsync() is not null) await peer.SendAsync(answer);
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        for (var i = 1; i <= 3; i++)
        {
            await client.SendAsync(Get);
            (await client.ReadAnswerAsync()).ShouldNotContain("evil");
            upstream.Connections.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Bytes_that_come_late_on_an_idle_connection_end_it()
    {
        var (late, sent) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var upstream = new RawUpstream(async peer =>
        {
            peer.StaysOpen = true;
            await peer.ReadRequestAsync();
            await peer.SendAsync(Hello);
            await late.Task;
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
            sent.SetResult();
            while (await peer.ReadRequestAsync() is not null) await peer.SendAsync(Hello);
        });
        await using var proxy = await StartAsync(upstream.Address);
        (await proxy.AskAsync(Get)).ShouldEndWith("hello");
        late.SetResult();
        await sent.Task.WaitAsync(Eventually.Patience);
        await Task.Delay(100);
        (await proxy.AskAsync(Get)).ShouldEndWith("hello");
        upstream.Connections.ShouldBe(2);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("hello")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("")]
    public async Task What_is_no_answer_is_a_502(string answer)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(answer);
        });
        await using var proxy = await StartAsync(upstream.Address);
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 502 ");
        var result = await proxy.ResultAsync();
        result.Outcome.ShouldBe(TryOutcome.Broken);
        result.Failure.ShouldBe(UpstreamErrors.InvalidResponse);
        result.SafeForAnyMethod.ShouldBeFalse();
    }

    [Fact]
    public async Task Endless_interim_answers_are_not_listened_to()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            for (var i = 0; i < 1000; i++) await peer.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        (await client.ReadUntilAsync("HTTP/1.1 502 ")).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_endless_head_is_a_502()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\n");
            for (var i = 0; i < 10_000; i++) await peer.SendAsync("X-Header: 0123456789012345678901234567890123456789\r\n");
        });
        await using var proxy = await StartAsync(upstream.Address);
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 502 ");
    }
}
