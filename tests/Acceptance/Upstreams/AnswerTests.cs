using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Upstreams;

/// <summary>Answers that are wrong, cut off, odd or slow, and what the client sees of them.</summary>
public sealed class AnswerTests(AnswerTests.ImpatientGateway gateway) : IClassFixture<AnswerTests.ImpatientGateway>
{
    /// <summary>Nothing in them can be trusted: the client gets a 502 with the request's id, and its connection goes on.</summary>
    private static readonly (string Name, string Bytes)[] Rubbish =
    [
        ("nothing", ""),
        ("garbage", "\x00\x01\x02garbage"),
        ("half a status line", "HTTP/1.1 20"),
        ("half a head", "HTTP/1.1 200 OK\r\nContent-Le"),
        ("another protocol", "SSH-2.0-OpenSSH_9.2\r\n"),
        ("TLS", "\x15\x03\x01\x00\x02\x02\x0a"),
        ("HTTP/2", "\x00\x00\x12\x04\x00\x00\x00\x00\x00"),
        ("HTTP/0.9", "<html>hello</html>"),
        ("a status that is no number", "HTTP/1.1 2x0 OK\r\n\r\n"),
        ("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"),
        ("a status below 100", "HTTP/1.1 099 Low\r\n\r\n"),
        ("bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
        ("a folded field", "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok"),
        ("a space before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok"),
        ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"),
        ("a signed length", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok"),
        ("a length and a coding", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ("a NUL in a field", "HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 2\r\n\r\nok"),
        ("a switch that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
        ("a huge head", $"HTTP/1.1 200 OK\r\nX-A: {new string('x', 100_000)}\r\nContent-Length: 2\r\n\r\nok"),
        ("very many fields", $"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 5000))}Content-Length: 2\r\n\r\nok"),
        ("interim answers without end", string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 200))),
    ];

    /// <summary>The head has gone to the client when the body turns out wrong: only the end of the connection can tell it.</summary>
    private static readonly (string Name, string Bytes)[] BrokenOff =
    [
        ("a body that is too short", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"),
        ("a length without any body", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"),
        ("a last chunk that is missing", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        ("a chunk that is too short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello"),
        ("a chunk that is too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n"),
        ("a chunk size that is no number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n"),
        ("a chunk size beyond all numbers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
        ("a chunk size with a sign", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n"),
    ];

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task What_is_no_answer_is_a_502_with_the_requests_id(string transport)
    {
        var sluice = await gateway.On(transport);
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        var wrong = new List<string>();
        foreach (var (name, bytes) in Rubbish)
        {
            await client.SendAsync($"POST {gateway.Script(bytes, close: true)} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            var (head, body) = await client.ReadResponseAsync();
            while (head.StartsWith("HTTP/1.1 102", StringComparison.Ordinal)) (head, body) = await client.ReadResponseAsync();
            if (!head.StartsWith("HTTP/1.1 502 ", StringComparison.Ordinal)) wrong.Add($"{name}: {head}");
            else if (!body.Contains(head.Split("X-Kong-Request-Id: ")[1].Split('\r')[0])) wrong.Add($"{name}: {body}");
        }

        wrong.ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_body_that_is_not_what_was_announced_breaks_the_clients_connection(string transport)
    {
        var sluice = await gateway.On(transport);
        var wrong = new List<string>();
        foreach (var (name, bytes) in BrokenOff)
        {
            var got = await RawClient.ExchangeAsync(sluice.Proxy[0], $"GET {gateway.Script(bytes, close: true)} HTTP/1.1\r\nHost: a\r\n\r\n");
            if (got.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal)) wrong.Add($"{name}: it looks whole: {got}");
        }

        wrong.ShouldBeEmpty();
    }

    /// <summary>What an upstream says too much is never taken for the answer to the next request, whoever's it is.</summary>
    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_second_answer_reaches_nobody(string transport)
    {
        var sluice = await gateway.On(transport);
        var good = gateway.Script("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        const string Evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        foreach (var first in new[]
        {
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n",
        })
        {
            var path = gateway.Script(first + Evil);
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadUntilAsync("\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await client.SendAsync($"GET {good} HTTP/1.1\r\nHost: a\r\n\r\n");
                (await client.ReadResponseAsync()).Body.ShouldBe("good", first);
            }
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Events_reach_the_client_one_by_one(string transport)
    {
        var sluice = await gateway.On(transport);
        var next = new SemaphoreSlim(0);
        foreach (var framing in new[] { "Transfer-Encoding: chunked\r\n\r\n", "Connection: close\r\n\r\n" })
        {
            var path = gateway.Script(async (_, connection) =>
            {
                await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}"));
                for (var i = 0; i < 3; i++)
                {
                    await next.WaitAsync(RawClient.Patience);
                    await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(framing[0] == 'T' ? $"9\r\ndata: {i}\n\n\r\n" : $"data: {i}\n\n"));
                }

                if (framing[0] == 'T') await connection.WriteAsync("0\r\n\r\n"u8.ToArray());
                else throw new IOException("the end");
            });
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadUntilAsync("\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                next.Release();
                await client.ReadUntilAsync($"data: {i}\n\n");
            }
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task An_upstream_that_stops_in_the_middle_is_given_up(string transport)
    {
        var sluice = await gateway.On(transport);
        var head = gateway.Script((_, connection) => StopAfterAsync(connection, "HTTP/1.1 200 OK\r\nX"));
        var body = gateway.Script((_, connection) => StopAfterAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"));
        var slow = RawClient.ExchangeAsync(sluice.Proxy[0], $"POST {head} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var stopped = await RawClient.ExchangeAsync(sluice.Proxy[0], $"GET {body} HTTP/1.1\r\nHost: a\r\n\r\n");
        stopped.ShouldStartWith("HTTP/1.1 200 OK");
        stopped.ShouldEndWith("hello");
        (await slow).ShouldStartWith("HTTP/1.1 504 ");
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Large_bodies_need_no_memory_and_slow_readers_slow_the_upstream(string transport)
    {
        const int Size = 64 * 1024 * 1024;
        var sluice = await gateway.On(transport);
        var sent = 0L;
        var piece = new byte[64 * 1024];
        var down = gateway.Script(async (_, connection) =>
        {
            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n"));
            for (var i = 0; i < Size / piece.Length; i++)
            {
                await connection.WriteAsync(piece);
                Interlocked.Add(ref sent, piece.Length);
            }
        });
        var up = gateway.Script(async (_, connection) =>
        {
            var left = Size;
            var buffer = new byte[64 * 1024];
            while (left > 0) left -= await connection.ReadAsync(buffer);
            await ScriptedUpstream.RespondAsync(connection, "all there");
        });
        var before = sluice.ResidentBytes;

        using (var upload = await RawClient.ConnectAsync(sluice.Proxy[0]))
        {
            await upload.SendAsync($"POST {up} HTTP/1.1\r\nHost: a\r\nContent-Length: {Size}\r\n\r\n");
            for (var i = 0; i < Size / piece.Length; i++) await upload.SendAsync(piece);
            (await upload.ReadResponseAsync()).Body.ShouldBe("all there");
        }

        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"GET {down} HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");

        // The upstream gets rid of no more than what the buffers on the way hold.
        var last = -1L;
        await Eventually.HoldsAsync(
            async () =>
            {
                var was = last;
                last = Interlocked.Read(ref sent);
                await Task.Delay(200);
                return was == last;
            },
            "the upstream comes to a stop");
        last.ShouldBeLessThan(Size * 3L / 4);
        for (var left = Size; left > 0; left -= piece.Length) await client.ReadAsync(piece.Length);
        (sluice.ResidentBytes - before).ShouldBeLessThan(48 * 1024 * 1024);
    }

    private static async Task StopAfterAsync(Stream connection, string bytes)
    {
        await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(bytes));
        await connection.CopyToAsync(Stream.Null);
    }

    public sealed class ImpatientGateway : ScriptedGateway
    {
        protected override string Configuration(int port) => base.Configuration(port).Replace("read_timeout: 10000", "read_timeout: 3000");
    }
}
