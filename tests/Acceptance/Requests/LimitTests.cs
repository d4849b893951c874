using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Requests;

/// <summary>Requests that are too large or too slow.</summary>
public sealed class LimitTests(LimitTests.TightGateway gateway) : IClassFixture<LimitTests.TightGateway>
{
    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_long_request_line_is_a_414(string transport) =>
        await RefusedAsync(transport, $"GET /{new string('x', 9000)} HTTP/1.1\r\nHost: a\r\n\r\n", 414);

    /// <summary>Kong's nginx says 400 where the standard has 431.</summary>
    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Large_heads_are_a_400_as_in_Kong(string transport)
    {
        await RefusedAsync(transport, $"GET / HTTP/1.1\r\nHost: a\r\nX-A: {new string('x', 9000)}\r\n\r\n", 400);
        await RefusedAsync(transport, $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 10).Select(i => $"X-{i}: {new string('x', 4000)}\r\n"))}\r\n", 400);
        await RefusedAsync(transport, $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 1100).Select(i => $"X-{i}: x\r\n"))}\r\n", 400);
        await RefusedAsync(transport, $"GET / HTTP/1.1\r\nHost: a\r\n{new string('x', 70000)}", 400);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_body_over_the_limit_is_a_413(string transport)
    {
        await RefusedAsync(transport, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 102401\r\n\r\n", 413);
        await RefusedAsync(transport, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 102401\r\n\r\n", 413);
        var path = gateway.Script(async (_, connection) => await connection.CopyToAsync(Stream.Null));
        await RefusedAsync(transport, $"POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n19001\r\n{new string('x', 102401)}\r\n0\r\n\r\n", 413);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_body_at_the_limit_is_served(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script(async (_, connection) =>
        {
            await connection.ReadExactlyAsync(new byte[102400]);
            await ScriptedUpstream.RespondAsync(connection, "ok");
        });
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 102400\r\n\r\n{new string('x', 102400)}");
        (await client.ReadResponseAsync()).Body.ShouldBe("ok");
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_head_that_does_not_end_is_a_408(string transport)
    {
        var sluice = await gateway.On(transport);
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n");
        using var dripping = new CancellationTokenSource();
        var drip = DripAsync(client, dripping.Token);
        var (head, body) = await client.ReadResponseAsync();
        head.ShouldStartWith("HTTP/1.1 408 ");
        head.ShouldContain("Connection: close", Case.Insensitive);
        body.ShouldContain("Request timeout");
        await dripping.CancelAsync();
        await drip;
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_body_that_stops_is_a_408(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script(async (_, connection) => await connection.CopyToAsync(Stream.Null));
        foreach (var framing in new[] { "Content-Length: 1000", "Content-Length: 100000", "Transfer-Encoding: chunked" })
        {
            using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
            await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n8\r\n12345678\r\n");
            (await client.ReadResponseAsync()).Head.ShouldStartWith("HTTP/1.1 408 ", customMessage: framing);
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_client_that_says_nothing_is_let_go(string transport)
    {
        var sluice = await gateway.On(transport);
        var path = gateway.Script("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var silent = await RawClient.ConnectAsync(sluice.Proxy[0]);
        using var idle = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await idle.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        (await idle.ReadResponseAsync()).Body.ShouldBe("ok");
        (await idle.ReadToEndAsync()).ShouldBe("");
        (await silent.ReadToEndAsync()).ShouldBe("");
    }

    private static async Task DripAsync(RawClient client, CancellationToken stop)
    {
        try
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await Task.Delay(200, stop);
                await client.SendAsync($"X-{i}: x\r\n");
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Cut off, as it should be.
        }
    }

    private async Task RefusedAsync(string transport, string request, int status)
    {
        var sluice = await gateway.On(transport);
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync(request);
        var (head, body) = await client.ReadResponseAsync();
        head.ShouldStartWith($"HTTP/1.1 {status} ", customMessage: request[..Math.Min(100, request.Length)]);
        body.ShouldContain("request_id: ");
        head.ShouldContain(body.Split("request_id: ")[1].Trim());
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    public sealed class TightGateway : ScriptedGateway
    {
        protected override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
        {
            ["KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE"] = "100k",
            ["KONG_NGINX_HTTP_CLIENT_HEADER_TIMEOUT"] = "2s",
            ["KONG_NGINX_HTTP_CLIENT_BODY_TIMEOUT"] = "2s",
            ["KONG_NGINX_HTTP_KEEPALIVE_TIMEOUT"] = "2s",
        };
    }
}
