using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Requests;

/// <summary>What happens to client connections: kept, closed, pipelined on, half-closed, left.</summary>
public sealed class ConnectionTests(ScriptedGateway gateway) : IClassFixture<ScriptedGateway>
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Pipelined_requests_are_answered_in_order(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script((head, connection) => ScriptedUpstream.RespondAsync(connection, head.Split(' ')[1].Split('?')[1]));
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync(string.Concat(Enumerable.Range(0, 50).Select(i => $"GET {path}?n{i} HTTP/1.1\r\nHost: a\r\n\r\n")));
        for (var i = 0; i < 50; i++) (await client.ReadResponseAsync()).Body.ShouldBe($"n{i}");
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_connection_is_kept_or_closed_as_the_client_says(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script(Ok);
        foreach (var (request, kept) in new[]
        {
            ($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n", true),
            ($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", true),
            ($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false),
            ($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", false),
            ($"GET {path} HTTP/1.0\r\nHost: a\r\n\r\n", false),
            ($"GET {path} HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", true),
            ($"GET /no-such-script-but-a-404 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false),
        })
        {
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync(request);
            await client.ReadResponseAsync();
            if (kept)
            {
                await client.SendAsync(request);
                (await client.ReadResponseAsync()).Body.ShouldBe("ok", request);
            }
            else (await client.IsClosedAsync()).ShouldBeTrue(request);
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Fields_that_Connection_names_go_no_further(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script((head, connection) => ScriptedUpstream.RespondAsync(connection, head));
        foreach (var options in new[] { "X-Hop", "close, X-Hop", "X-Hop, Keep-Alive", "keep-alive,x-hop", "Upgrade, X-Hop" })
        {
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: {options}\r\nX-Hop: 1\r\nX-End: 2\r\n\r\n");
            var seen = (await client.ReadResponseAsync()).Body;
            seen.ShouldNotContain("X-Hop", Case.Insensitive, options);
            seen.ShouldContain("X-End: 2", Case.Sensitive, options);
            if (options.StartsWith("close", StringComparison.Ordinal)) (await client.IsClosedAsync()).ShouldBeTrue();
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task The_head_of_the_answer_to_HEAD_has_no_body_behind_it(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script((head, connection) => connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nETag: \"x\"\r\n\r\n"u8.ToArray()).AsTask());
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            var head = await client.ReadUntilAsync("\r\n\r\n");
            head.ShouldStartWith("HTTP/1.1 200 OK\r\n");
            head.ShouldContain("Content-Length: 5000\r\n");
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task An_error_to_HEAD_has_no_body_behind_it(string transport)
    {
        var sluice = await gateway.On(transport);
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        var path = gateway.Script("rubbish", close: true);
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            (await client.ReadUntilAsync("\r\n\r\n")).ShouldStartWith("HTTP/1.1 502 ");
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_client_that_expects_100_is_told_to_go_on(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script(async (_, connection) =>
        {
            await connection.ReadExactlyAsync(new byte[5]);
            await ScriptedUpstream.RespondAsync(connection, "got it");
        });
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        (await client.ReadUntilAsync("\r\n\r\n")).ShouldStartWith("HTTP/1.1 100 Continue\r\n");
        await client.SendAsync("hello");
        (await client.ReadResponseAsync()).Body.ShouldBe("got it");
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_client_that_expects_100_and_is_refused_sends_nothing(string transport)
    {
        var sluice = await gateway.On(transport);
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        var (head, _) = await client.ReadResponseAsync();
        head.ShouldStartWith("HTTP/1.1 405 ");

        // The body may or may not follow: only a new connection is sure to begin with a request.
        head.ShouldContain("Connection: close", Case.Insensitive);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_client_that_leaves_while_the_upstream_works_ends_its_work(string transport)
    {
        var sluice = await gateway.On(transport);
        var (asked, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        var path = gateway.Script(async (_, connection) =>
        {
            asked.SetResult();
            await EndOf(connection);
            ended.SetResult();
        });
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        await asked.Task.WaitAsync(RawClient.Patience);
        client.Dispose();
        await ended.Task.WaitAsync(RawClient.Patience);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_client_that_leaves_in_its_upload_ends_the_upstreams_request(string transport)
    {
        foreach (var reset in new[] { false, true })
            foreach (var framing in new[] { "Content-Length: 10000000", "Transfer-Encoding: chunked" })
            {
                var sluice = await gateway.On(transport);
                var (asked, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
                var path = gateway.Script(async (_, connection) =>
                {
                    await connection.ReadExactlyAsync(new byte[10]);
                    asked.SetResult();
                    await EndOf(connection);
                    ended.SetResult();
                });
                using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
                await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n64\r\n{new string('x', 100)}\r\n");
                await asked.Task.WaitAsync(RawClient.Patience);
                if (reset) client.Reset();
                else client.Dispose();
                await ended.Task.WaitAsync(RawClient.Patience);
            }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_client_that_leaves_in_its_download_ends_the_upstreams_answer(string transport)
    {
        var sluice = await gateway.On(transport);
        foreach (var head in new[] { "Content-Length: 1000000000", "Transfer-Encoding: chunked", "Connection: close" })
        {
            var ended = new TaskCompletionSource();
            var path = gateway.Script(async (_, connection) =>
            {
                await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{head}\r\n\r\n"));
                var piece = System.Text.Encoding.ASCII.GetBytes($"1000\r\n{new string('x', 4096)}\r\n");
                try
                {
                    while (true) await connection.WriteAsync(piece);
                }
                catch (IOException)
                {
                    ended.SetResult();
                    throw;
                }
            });
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadAsync(10000);
            client.Dispose();
            await ended.Task.WaitAsync(RawClient.Patience);
        }
    }

    /// <summary>As in nginx, a client that closes its sending side has gone: nobody waits for what nobody may read.</summary>
    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_half_closed_client_is_not_waited_for_for_ever(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script((_, connection) => EndOf(connection));
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        client.EndSending();
        await client.ReadToEndAsync();
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task An_answer_before_the_end_of_the_body_reaches_the_client(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script(async (_, connection) =>
        {
            await connection.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"u8.ToArray());
            throw new IOException("closed early");
        });
        for (var i = 0; i < 5; i++)
        {
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
            var sending = SendAllAsync(client, new byte[3_000_000]);
            var (head, body) = await client.ReadResponseAsync();
            head.ShouldStartWith("HTTP/1.1 403 ");
            body.ShouldBe("no");
            await sending;
        }
    }

    private static async Task SendAllAsync(RawClient client, byte[] bytes)
    {
        try
        {
            await client.SendAsync(bytes);
        }
        catch (IOException)
        {
            // Refused half-way.
        }
    }

    private static async Task EndOf(Stream connection)
    {
        try
        {
            while (await connection.ReadAsync(new byte[4096]) > 0)
            {
                // What the client still sent.
            }
        }
        catch (IOException)
        {
            // Reset.
        }
    }
}
