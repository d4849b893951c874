using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Every kind of answer that an upstream may rightly give.</summary>
public abstract class AnswerTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    [Fact]
    public async Task A_head_may_be_split_at_every_byte()
    {
        const string answer = "HTTP/1.1 200 OK\r\nServer: s\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        var split = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null)
            {
                await peer.SendAsync(answer[..split]);
                await Task.Delay(2);
                await peer.SendAsync(answer[split..]);
            }
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        for (split = 1; split < answer.Length; split++)
        {
            await client.SendAsync(Get);
            var body = (await client.ReadAnswerAsync()).Split("\r\n\r\n", 2)[1];
            string.Concat(body.Split("\r\n").Where((_, i) => i % 2 == 1)).ShouldBe("abcde");
        }

        upstream.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", "Content-Length: 12345\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\n")]
    public async Task HEAD_has_the_fields_and_no_body(string answer, string expected)
    {
        await using var upstream = new RawUpstream(answer);
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
            (await client.ReadAnswerAsync(hasBody: false)).ShouldContain(expected);
        }

        upstream.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 ")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 44\r\n\r\n", "Content-Length: 44")]
    [InlineData("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", "Content-Length: 0")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "Content-Length: 0")]
    public async Task Answers_without_a_body_keep_both_connections(string answer, string expected)
    {
        await using var upstream = new RawUpstream(answer);
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Get);
            (await client.ReadAnswerAsync()).ShouldContain(expected);
        }

        upstream.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the end")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nuntil the end")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")]
    public async Task A_body_without_a_length_ends_with_the_connection(string answer)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(answer);
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        for (var i = 1; i <= 2; i++)
        {
            await client.SendAsync(Get);
            (await client.ReadAnswerAsync()).ShouldContain("\r\n\r\nd\r\nuntil the end\r\n0\r\n\r\n");
            upstream.Connections.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Interim_answers_are_not_the_answer()
    {
        await using var upstream = new RawUpstream(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            (await client.ReadUntilAsync("HTTP/1.1 200 OK\r\n")).ShouldNotBeNull();
            (await client.ReadUntilAsync("\r\n\r\nok"))!.ShouldNotContain("Link");
        }
    }

    [Fact]
    public async Task Events_reach_the_client_as_they_come()
    {
        var next = new SemaphoreSlim(0);
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await next.WaitAsync();
                await peer.SendAsync($"9\r\ndata: {i}\n\n\r\n");
            }

            await next.WaitAsync();
            await peer.SendAsync("0\r\n\r\n");
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        (await client.ReadUntilAsync("\r\n\r\n"))!.ShouldContain("text/event-stream");
        for (var i = 0; i < 3; i++)
        {
            next.Release();
            (await client.ReadUntilAsync("\n\n\r\n"))!.ShouldContain($"data: {i}");
        }

        next.Release();
        (await client.ReadUntilAsync("0\r\n\r\n")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_slow_body_with_a_length_is_passed_on_as_it_comes()
    {
        var next = new SemaphoreSlim(0);
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            await next.WaitAsync();
            await peer.SendAsync("world");
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        (await client.ReadUntilAsync("hello")).ShouldNotBeNull();
        next.Release();
        (await client.ReadAsync(5)).ShouldBe("world");
    }

    [Fact]
    public async Task Trailers_reach_clients_of_http_2()
    {
        string? seen = null;
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is { } request)
            {
                seen = request;
                await peer.SendAsync(
                    "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\nbad line\r\n\r\n");
            }
        });
        await using var proxy = await StartAsync(upstream.Address, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{proxy.Address}/")
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { TE = { new("trailers") } },
        };
        using var answer = await client.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("ok");
        answer.TrailingHeaders.Select(field => $"{field.Key}={field.Value.Single()}").ShouldBe(["x-sum=7"]);
        answer.Headers.Trailer.ShouldBe(["X-Sum"]);
        seen!.ShouldContain("\r\nTE: trailers\r\n");
        seen!.ShouldContain("\r\nVia: 2 sluice/");
    }

    [Fact]
    public async Task A_client_of_http_1_0_gets_the_body_without_chunks()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nHost: x\r\n\r\n");
        var answer = await client.ReadToEndAsync();
        answer.ShouldNotContain("chunked");
        answer.ShouldEndWith("\r\n\r\nhello");
    }

    [Fact]
    public async Task A_client_that_reads_slowly_slows_the_upstream_down()
    {
        long sent = 0;
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            var piece = new byte[1024 * 1024];
            for (var i = 0; i < 900; i++)
            {
                await peer.SendAsync(piece);
                Interlocked.Add(ref sent, piece.Length);
            }
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadUntilAsync("\r\n\r\n");
        await Task.Delay(700);
        Interlocked.Read(ref sent).ShouldBeLessThan(64 * 1024 * 1024);
    }
}
