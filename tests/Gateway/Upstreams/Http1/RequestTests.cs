using System.Net;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>What goes upstream.</summary>
public abstract class RequestTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    [Fact]
    public async Task Fields_of_the_clients_connection_stay_behind()
    {
        var seen = await SeenAsync(
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: X-Listed, X-Consumer-ID\r\nKeep-Alive: 5\r\nX-Listed: 1\r\nX-Consumer-ID: c\r\n" +
            "Proxy-Connection: x\r\nProxy: http://evil\r\nUpgrade: foo/2\r\nTE: gzip\r\nExpect: 200-ok\r\nX-Real-IP: 6.6.6.6\r\nX-Kong-Request-Id: abc\r\n" +
            "Proxy-Authorization: p\r\nTrailer: t\r\nX_Under: 1\r\nx-empty:\r\nX-Utf8: caf\u00C3\u00A9\r\nX-Tab: a\tb\r\n\r\n");
        foreach (var gone in new[] { "X-Listed", "Keep-Alive:", "Proxy-Connection", "Proxy: ", "foo/2", "TE:", "Expect", "6.6.6.6", ": abc" })
            seen.ShouldNotContain(gone);
        foreach (var kept in new[]
        {
            "Proxy-Authorization: p", "Trailer: t", "X_Under: 1", "x-empty: ", "X-Utf8: caf\u00C3\u00A9", "X-Tab: a\tb", "X-Real-IP: 127.0.0.1",
            "Connection: keep-alive", "X-Consumer-ID: c",
        })
            seen.ShouldContain($"\r\n{kept}\r\n");
    }

    [Theory]
    [InlineData(false, "X-Forwarded-For: 1.2.3.4, 127.0.0.1", "X-Forwarded-Host: client.test", "X-Forwarded-Path: /p", "Via: 1.0 fred, 1.1 sluice/")]
    [InlineData(true, "X-Forwarded-For: 1.2.3.4, 127.0.0.1", "X-Forwarded-Host: front.test", "X-Forwarded-Path: /front", "X-Forwarded-Prefix: /pre", "X-Forwarded-Port: 99")]
    public async Task Only_a_trusted_proxy_is_believed(bool trusted, params string[] expected)
    {
        var seen = await SeenAsync(
            "GET /p?q HTTP/1.1\r\nHost: Client.Test:8080\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Host: front.test\r\n" +
            "X-Forwarded-Port: 99\r\nX-Forwarded-Path: /front\r\nX-Forwarded-Prefix: /pre\r\nX-Forwarded-Proto: https\r\nVia: 1.0 fred\r\n\r\n",
            exchange => exchange.PeerIsTrusted = trusted);
        foreach (var field in expected) seen.ShouldContain($"\r\n{field}");
        seen.ShouldNotContain("9.9.9.9");
        seen.ShouldContain("\r\nX-Forwarded-Proto: http\r\n");
        if (!trusted) seen.ShouldNotContain("X-Forwarded-Prefix");
    }

    [Theory]
    [InlineData(false, "127.0.0.1", "Forwarded: for=\"127.0.0.1\";host=\"x:8080\";proto=http")]
    [InlineData(true, "127.0.0.1", "Forwarded: for=9.9.9.9, for=\"127.0.0.1\";host=\"x:8080\";proto=http")]
    [InlineData(false, "fe80::1", "Forwarded: for=\"[fe80::1]\";host=\"x:8080\";proto=http")]
    public async Task Forwarded_is_written_where_it_is_switched_on(bool trusted, string peer, string expected)
    {
        var seen = await SeenAsync(
            "GET / HTTP/1.1\r\nHost: x:8080\r\nForwarded: for=9.9.9.9\r\n\r\n",
            exchange =>
            {
                exchange.PeerIsTrusted = trusted;
                exchange.PeerAddress = IPAddress.Parse(peer);
            },
            new GatewaySettings { Headers = new ResponseHeaderSettings { Forwarded = true } });
        seen.ShouldContain($"\r\n{expected}\r\n");
    }

    [Fact]
    public async Task Forwarded_goes_on_as_it_came_otherwise() =>
        (await SeenAsync("GET / HTTP/1.1\r\nHost: x\r\nForwarded: for=9.9.9.9\r\n\r\n")).ShouldContain("\r\nForwarded: for=9.9.9.9\r\n");

    [Theory]
    [InlineData("/api/x", 4, "\r\nX-Forwarded-Prefix: /api\r\n")]
    [InlineData("/x", 1, null)]
    [InlineData("/x", 0, null)]
    [InlineData("/caf\u00E9/x", 5, "\r\nX-Forwarded-Prefix: /caf\u00C3\u00A9\r\n")]
    public async Task The_stripped_prefix_is_told(string path, int matched, string? expected)
    {
        var seen = await SeenAsync(
            "GET /x HTTP/1.1\r\nHost: x.\r\n\r\n",
            exchange =>
            {
                exchange.Path = path;
                exchange.Match = new() { Route = exchange.Match.Route, MatchedLength = matched };
            });
        seen.ShouldContain("\r\nX-Forwarded-Host: x\r\n");
        if (expected is null) seen.ShouldNotContain("X-Forwarded-Prefix");
        else seen.ShouldContain(expected);
    }

    [Fact]
    public async Task An_ipv6_client_and_a_missing_host_are_written_right()
    {
        var seen = await SeenAsync(
            "GET /x HTTP/1.0\r\n\r\n",
            exchange =>
            {
                exchange.ClientAddress = IPAddress.Parse("::ffff:10.0.0.1");
                exchange.PeerAddress = IPAddress.Parse("fe80::1");
            });
        seen.ShouldContain("\r\nX-Real-IP: 10.0.0.1\r\n");
        seen.ShouldNotContain("X-Forwarded-Host");
        seen.ShouldContain("\r\nVia: 1.0 sluice/");
    }

    [Fact]
    public async Task Nothing_a_plugin_sets_can_end_a_line()
    {
        var seen = await SeenAsync(
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            exchange =>
            {
                var evil = "a\r\nX-Evil: 1\n\0b";
                var fields = new Microsoft.AspNetCore.Http.HeaderDictionary { ["X-Value"] = evil, ["X-Name\r\nX-Evil2"] = "1", ["X-Wide"] = "\u20AC\r\nX-Evil3: 1" };
                exchange.Http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.Headers = fields;
                exchange.Upstream.Method = "GET / HTTP/1.1\r\nX-Evil4: 1\r\n\r\n";
                exchange.Upstream.Path = "/a b\r\nX-Evil5: 1/\u00E9";
                exchange.Upstream.Query = "?\r\nX-Evil6: 1";
                exchange.Upstream.Host = "h\r\nX-Evil7: 1";
                exchange.RawTarget = "/\r\nX-Evil8: 1";
            });
        seen.ShouldStartWith("GET /a%20b%0D%0AX-Evil5:%201/%C3%A9?%0D%0AX-Evil6:%201 HTTP/1.1\r\n");
        seen.Split("\r\n").ShouldNotContain(line => line.StartsWith("X-Evil"));
        seen.ShouldContain("\r\nX-Value: a  X-Evil: 1  b\r\n");
        seen.ShouldContain("\r\nX-Wide: \u00E2\u0082\u00AC  X-Evil3: 1\r\n");
        seen.IndexOf('\0').ShouldBe(-1);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", "\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;ext=1\r\nhi\r\n0\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("DELETE / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nd", "\r\nContent-Length: 1\r\n\r\nd")]
    public async Task A_body_is_marked_off_anew(string request, string end) => (await SeenAsync(request)).ShouldEndWith(end);

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public async Task What_a_plugin_makes_of_the_length_is_not_announced(long length)
    {
        var seen = await SeenAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", exchange => exchange.Request.ContentLength = length);
        seen.ShouldEndWith("\r\nContent-Length: 5\r\n\r\nhello");
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task A_stream_that_is_not_as_long_as_a_plugin_says_is_broken_off(int more)
    {
        const int size = 200_000;
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(Hello);
        });
        await using var proxy = await StartAsync(upstream.Address, prepare: exchange => exchange.Request.ContentLength = size + more);
        (await proxy.AskAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n{new string('x', size)}")).ShouldStartWith("HTTP/1.1 400 ");
    }

    [Fact]
    public async Task A_request_without_a_body_has_no_length()
    {
        var seen = await SeenAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", exchange => exchange.Request.ContentLength = null);
        seen.ShouldNotContain("Content-Length");
    }

    [Fact]
    public async Task A_replaced_body_goes_up_with_its_own_length() =>
        (await SeenAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", exchange => exchange.ReplaceRequestBody("changed"u8.ToArray())))
            .ShouldEndWith("\r\nContent-Length: 7\r\n\r\nchanged");

    [Fact]
    public async Task A_client_that_expects_100_gets_it()
    {
        await using var upstream = new RawUpstream(Hello);
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        (await client.ReadUntilAsync("\r\n\r\n"))!.ShouldStartWith("HTTP/1.1 100 ");
        await client.SendAsync("hi");
        (await client.ReadAnswerAsync()).ShouldEndWith("hello");
    }

    [Theory]
    [InlineData(200)]
    [InlineData(413)]
    public async Task An_answer_may_come_before_the_body_has_gone_up(int status)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync($"HTTP/1.1 {status} Early\r\nContent-Length: 5\r\n\r\nearly");
            peer.StaysOpen = true;
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nbeginning");
        var answer = await client.ReadAnswerAsync();
        answer.ShouldStartWith($"HTTP/1.1 {status} ");
        answer.ShouldEndWith("early");
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.Answered);
    }

    [Fact]
    public async Task Both_bodies_may_stream_at_the_same_time()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadUntilAsync("\r\n\r\n");
            await peer.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++) await peer.SendAsync(await peer.ReadAsync(8));
            await peer.SendAsync(await peer.ReadAsync(5));
        });
        await using var proxy = await StartAsync(upstream.Address);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync($"3\r\nab{i}\r\n");
            (await client.ReadAsync(8)).ShouldBe($"3\r\nab{i}\r\n");
        }

        await client.SendAsync("0\r\n\r\n");
        (await client.ReadAsync(5)).ShouldBe("0\r\n\r\n");
    }

    [Fact]
    public async Task A_body_that_the_client_breaks_off_breaks_the_upstream_connection()
    {
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource<string>());
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadUntilAsync("\r\n\r\nbeginning");
            begun.SetResult();
            end.SetResult(await peer.ReadToEndAsync());
        });
        await using var proxy = await StartAsync(upstream.Address);
        using (var client = await proxy.ConnectAsync())
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nbeginning");
            await begun.Task.WaitAsync(Eventually.Patience);
        }

        (await end.Task.WaitAsync(Eventually.Patience)).ShouldBe("");
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.ClientGone);
    }

    private async Task<string> SeenAsync(string request, Action<Exchange>? prepare = null, GatewaySettings? settings = null)
    {
        string? seen = null;
        await using var upstream = new RawUpstream(async peer =>
        {
            seen = await peer.ReadRequestAsync();
            await peer.SendAsync(Hello);
        });
        await using var proxy = await StartAsync(upstream.Address, prepare: prepare, settings: settings);
        (await proxy.AskAsync(request)).ShouldEndWith("hello");
        return seen!;
    }
}
