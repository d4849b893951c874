using System.Text;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Plugins that want the answer's body.</summary>
public abstract class BodyPluginTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    private const string Plain = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Plain)]
    [InlineData(Chunked)]
    public async Task A_body_is_rewritten_whole_and_has_its_new_length(string answer)
    {
        await using var upstream = new RawUpstream(answer);
        await using var proxy = await StartAsync(upstream.Address, plugin: new Wants(exchange =>
        {
            exchange.RewriteResponseBody(100, (_, body) => Encoding.ASCII.GetBytes($"[{Encoding.ASCII.GetString(body.Span)}]"));
            exchange.RewriteResponseBody(100, (_, body) => Encoding.ASCII.GetBytes($"<{Encoding.ASCII.GetString(body.Span)}>"));
        }));
        var seen = await proxy.AskAsync(Get);
        seen.ShouldContain("Content-Length: 9\r\n");
        seen.ShouldEndWith("<[hello]>");
    }

    [Theory]
    [InlineData(Plain, "\r\n\r\nhello")]
    [InlineData(Chunked, "llo\r\n0\r\n\r\n")]
    public async Task A_body_beyond_the_limit_is_not_changed(string answer, string end)
    {
        await using var upstream = new RawUpstream(answer);
        await using var proxy = await StartAsync(
            upstream.Address, plugin: new Wants(exchange => exchange.RewriteResponseBody(4, (_, _) => throw new InvalidOperationException())));
        (await proxy.AskAsync(Get)).ShouldEndWith(end);
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(Chunked)]
    public async Task A_copy_is_complete_and_the_body_goes_on(string answer)
    {
        string? copy = null;
        await using var upstream = new RawUpstream(answer);
        await using var proxy = await StartAsync(upstream.Address, plugin: new Wants(exchange =>
        {
            exchange.CaptureResponseBody(100, (_, body) => copy = Encoding.ASCII.GetString(body.Span));
            exchange.CaptureResponseBody(3, (_, _) => throw new InvalidOperationException());
        }));
        await proxy.AskAsync(Get);
        await proxy.ResultAsync();
        copy.ShouldBe("hello");
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(Chunked)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\nthe beginning")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nup to the close")]
    public async Task A_dropped_body_is_neither_sent_nor_kept_nor_waited_for(string answer)
    {
        await using var upstream = new RawUpstream(answer);
        await using var proxy = await StartAsync(upstream.Address, plugin: new Wants(exchange =>
        {
            exchange.RewriteResponseBody(100, (_, _) => throw new InvalidOperationException());
            exchange.CaptureResponseBody(100, (_, _) => throw new InvalidOperationException());
            exchange.Response.StatusCode = 429;
            exchange.DropResponseBody();
        }));
        var seen = await proxy.AskAsync(Get);
        seen.ShouldStartWith("HTTP/1.1 429 ");
        seen.ShouldContain("Content-Length: 0\r\n");
        seen.ShouldEndWith("\r\n\r\n");
    }

    [Fact]
    public async Task A_broken_body_is_not_a_copy()
    {
        var copied = false;
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
        });
        await using var proxy = await StartAsync(
            upstream.Address, plugin: new Wants(exchange => exchange.CaptureResponseBody(100, (_, _) => copied = true)));
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadToEndAsync();
        copied.ShouldBeFalse();
    }

    [Fact]
    public async Task A_rewrite_sees_the_empty_body_too()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var proxy = await StartAsync(
            upstream.Address, plugin: new Wants(exchange => exchange.RewriteResponseBody(100, (_, _) => "made"u8.ToArray())));
        var seen = await proxy.AskAsync(Get);
        seen.ShouldContain("Content-Length: 4\r\n");
        seen.ShouldEndWith("made");
    }

    private sealed class Wants(Action<Exchange> respond) : Plugin
    {
        public override void Respond(Exchange exchange) => respond(exchange);
    }
}
