using System.Net;
using System.Text;
using Sluice.Foundation.Http;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Calls that belong to no exchange, against upstreams that answer byte for byte what a test says.</summary>
public abstract class CallerTests(TransportKind kind) : IAsyncLifetime
{
    private readonly Transport.Transport transport = Transports.Create(kind, 2, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
    private int lookups;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => transport.DisposeAsync();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello", "hello", 1)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-T: v\r\n\r\n", "hello", 1)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", 1)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "", 1)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", "", 1)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 1)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", "hello", 2)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", 2)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n", "hello", 2)]
    public async Task Reads_every_kind_of_answer_whole_and_keeps_the_connection_where_it_may(string answer, string body, int connections)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null)
                for (var at = 0; at < answer.Length; at += 17) await peer.SendAsync(answer[at..Math.Min(at + 17, answer.Length)]);
        });
        using var caller = Caller();
        for (var i = 0; i < 8; i++) Text(await caller.SendAsync(Get(upstream), default)).ShouldBe(body);
        // One loop or the other makes the call.
        upstream.Connections.ShouldBeLessThanOrEqualTo(connections == 1 ? 2 : 8);
        if (connections > 1) upstream.Connections.ShouldBe(8);
    }

    [Fact]
    public async Task Reads_to_the_end_of_the_connection_where_no_length_is_said()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\n\r\n" + new string('a', 100_000));
        });
        using var caller = Caller();
        Text(await caller.SendAsync(Get(upstream), default)).Length.ShouldBe(100_000);
    }

    [Fact]
    public async Task Gives_status_reason_and_fields_as_they_came()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 418 I'm a teapot\r\nSet-Cookie: a=1\r\nset-cookie:b=2 \r\nContent-Length: 0\r\nX-Empty:\r\n\r\n");
        using var caller = Caller();
        var answer = await caller.SendAsync(Get(upstream), default);
        (answer.Status, answer.Reason, answer.Find("SET-COOKIE"u8), answer.Find("X-Empty"u8), answer.Find("X-None"u8)).ShouldBe((418, "I'm a teapot", "a=1", "", null));
        answer.Fields().ShouldBe([new("Set-Cookie", "a=1"), new("set-cookie", "b=2"), new("Content-Length", "0"), new("X-Empty", "")]);
    }

    [Fact]
    public async Task The_answer_to_HEAD_has_no_body()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        using var caller = Caller();
        (await caller.SendAsync(Request(upstream, "HEAD"), default)).Body.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("SSH-2.0-x\r\n", HttpRequestError.InvalidResponse)]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", HttpRequestError.InvalidResponse)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", HttpRequestError.InvalidResponse)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello", HttpRequestError.InvalidResponse)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", HttpRequestError.InvalidResponse)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", HttpRequestError.InvalidResponse)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", HttpRequestError.ConfigurationLimitExceeded)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\nLONG", HttpRequestError.ConfigurationLimitExceeded)]
    [InlineData("", HttpRequestError.ResponseEnded)]
    public async Task Says_what_is_wrong_with_an_answer(string answer, HttpRequestError error)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(answer.Replace("LONG", new string('a', 2000)));
        });
        using var caller = Caller();
        (await Should.ThrowAsync<HttpRequestException>(async () => await caller.SendAsync(Get(upstream, maximum: 1000), default))).HttpRequestError.ShouldBe(error);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    public async Task An_answer_that_breaks_off_is_none(string answer)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(answer);
        });
        using var caller = Caller();
        await Should.ThrowAsync<IOException>(async () => await caller.SendAsync(Get(upstream), default));
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("POST", false)]
    public async Task A_connection_that_dies_under_a_request_is_replaced_where_that_may_be_repeated(string method, bool repeats)
    {
        // Each connection answers once, and breaks when a second request has come.
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            await peer.ReadRequestAsync();
        });
        using var caller = Caller();
        var failures = 0;
        for (var i = 0; i < 6; i++)
        {
            try
            {
                Text(await caller.SendAsync(Request(upstream, method), default)).ShouldBe("ok");
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ResponseEnded)
            {
                failures++;
            }
        }

        failures.ShouldBe(repeats ? 0 : 6 - upstream.Connections);
        if (!repeats) failures.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Cancelling_closes_the_connection()
    {
        var closed = new TaskCompletionSource();
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.ReadToEndAsync();
            closed.SetResult();
        });
        using var caller = Caller();
        using var cancel = new CancellationTokenSource();
        var call = caller.SendAsync(Get(upstream), cancel.Token).AsTask();
        while (upstream.Connections == 0) await Task.Delay(5);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Asks_for_addresses_once_per_connection_and_tries_them_in_turn()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var caller = Caller(IPAddress.Parse("127.0.0.77"), IPAddress.Loopback);
        for (var i = 0; i < 8; i++) Text(await caller.SendAsync(Get(upstream), default)).ShouldBe("ok");
        lookups.ShouldBe(upstream.Connections);
        using var refused = new Http1Caller(transport, (_, _) => throw new InvalidOperationException("not allowed"), TimeProvider.System);
        (await Should.ThrowAsync<InvalidOperationException>(async () => await refused.SendAsync(Get(upstream), default))).Message.ShouldBe("not allowed");
        var nobody = new PlainHttpRequest { Authority = "x:1", Host = "x", Port = 1, Bytes = "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), MaximumAnswer = 1 };
        (await Should.ThrowAsync<HttpRequestException>(async () => await caller.SendAsync(nobody, default))).HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
    }

    [Fact]
    public async Task Many_calls_at_once_each_get_their_own_answer()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is { } request)
            {
                var path = request.Split(' ')[1];
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {path.Length}\r\n\r\n{path}");
            }
        });
        using var caller = Caller();
        var texts = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i => Text(await caller.SendAsync(Request(upstream, "GET", $"/{i}"), default))));
        texts.ShouldBe(Enumerable.Range(0, 500).Select(i => $"/{i}"));
    }

    private Http1Caller Caller(params IPAddress[] addresses) => new(transport, (_, _) =>
    {
        Interlocked.Increment(ref lookups);
        return new(addresses.Length > 0 ? addresses : [IPAddress.Loopback]);
    }, TimeProvider.System);

    private static PlainHttpRequest Get(RawUpstream upstream, int maximum = 1 << 20) => Request(upstream, "GET", maximum: maximum);

    private static PlainHttpRequest Request(RawUpstream upstream, string method, string path = "/", int maximum = 1 << 20) => new()
    {
        Authority = $"a.test:{upstream.Address.Port}",
        Host = "a.test",
        Port = upstream.Address.Port,
        Bytes = Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: a.test\r\n{(method == "POST" ? "Content-Length: 0\r\n" : "")}\r\n"),
        IsHead = method == "HEAD",
        MayRepeat = method != "POST",
        MaximumAnswer = maximum,
    };

    private static string Text(PlainHttpAnswer answer) => Encoding.Latin1.GetString(answer.Body);
}
