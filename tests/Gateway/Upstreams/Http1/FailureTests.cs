using System.Net;
using System.Net.Sockets;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

/// <summary>Upstreams and clients that go away, hang or refuse.</summary>
public abstract class FailureTests(TransportKind kind) : ProxyTests(kind)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    private const string Post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    [Fact]
    public async Task A_refused_connection_is_safe_to_try_elsewhere()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, so that nobody else listens there
        await using var proxy = await StartAsync((IPEndPoint)closed.LocalEndPoint!);
        (await proxy.AskAsync(Post)).ShouldStartWith("HTTP/1.1 502 ");
        var result = await proxy.ResultAsync();
        result.Outcome.ShouldBe(TryOutcome.ConnectFailed);
        result.SafeForAnyMethod.ShouldBeTrue();
        result.BodyConsumed.ShouldBeFalse();
        result.Failure!.Message.ShouldBe("An invalid response was received from the upstream server");
    }

    [Fact]
    public async Task A_connection_that_is_never_made_is_a_504()
    {
        // A listener whose queue is full answers no further handshake.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var address = (IPEndPoint)full.LocalEndPoint!;
        var fillers = Enumerable.Range(0, 4).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp)).ToArray();
        foreach (var filler in fillers)
        {
            filler.Blocking = false;
            try
            {
                filler.Connect(address);
            }
            catch (SocketException)
            {
                // Under way.
            }
        }

        await Task.Delay(50);
        await using var proxy = await StartAsync(address, service => service with { ConnectTimeout = 150 });
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 504 ");
        var result = await proxy.ResultAsync();
        result.Outcome.ShouldBe(TryOutcome.TimedOut);
        result.SafeForAnyMethod.ShouldBeTrue();
        result.Failure!.Message.ShouldBe("The upstream server is timing out");
        foreach (var filler in fillers) filler.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nServer: ")]
    public async Task An_upstream_that_hangs_is_a_504(string beginning)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(beginning);
            peer.StaysOpen = true;
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { ReadTimeout = 150 });
        (await proxy.AskAsync(Post)).ShouldStartWith("HTTP/1.1 504 ");
        var result = await proxy.ResultAsync();
        result.Outcome.ShouldBe(TryOutcome.TimedOut);
        result.SafeForAnyMethod.ShouldBeFalse();
        result.BodyConsumed.ShouldBeFalse();
    }

    [Fact]
    public Task An_upstream_that_hangs_in_its_body_breaks_the_client() => Pace.SlowsDownAsync(async times =>
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
            peer.StaysOpen = true;
        });
        await using var proxy = await StartAsync(upstream.Address, service => service with { ReadTimeout = 150 * times });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Get);
        await client.ReadToEndAsync();
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.Broken);
    });

    [Fact]
    public Task The_time_for_the_answer_runs_once_the_request_is_up() => Pace.SlowsDownAsync(async times =>
    {
        await using var upstream = new RawUpstream(Hello);
        await using var proxy = await StartAsync(upstream.Address, service => service with { ReadTimeout = 150 * times });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var i = 0; i < 6; i++)
        {
            await client.SendAsync("1\r\na\r\n");
            await Task.Delay(80 * times);
        }

        await client.SendAsync("0\r\n\r\n");
        (await client.ReadAnswerAsync()).ShouldEndWith("hello");
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_dies_before_an_answer_is_a_502(bool reset)
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            if (reset) peer.Reset();
        });
        await using var proxy = await StartAsync(upstream.Address);
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 502 ");
        var result = await proxy.ResultAsync();
        result.Outcome.ShouldBe(TryOutcome.Broken);
        result.SafeForAnyMethod.ShouldBeFalse();
        upstream.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData(Get, "HTTP/1.1 200 ", 2)]
    [InlineData(Post, "HTTP/1.1 502 ", 1)]
    public async Task An_idle_connection_that_dies_under_a_request_is_replaced_where_that_is_safe(string request, string expected, int connections)
    {
        var first = 1;
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(Hello);
            await peer.ReadRequestAsync();
            if (Interlocked.Exchange(ref first, 0) == 1) return;
            await peer.SendAsync(Hello);
        });
        await using var proxy = await StartAsync(upstream.Address);
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 200 ");
        await Task.Delay(600);
        (await proxy.AskAsync(request)).ShouldStartWith(expected);
        upstream.Connections.ShouldBe(connections);
        await proxy.ResultAsync(2);
        proxy.Results.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_that_was_busy_a_moment_ago_and_dies_under_a_request_dies_of_it()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync(Hello);
            await peer.ReadRequestAsync();
        });
        await using var proxy = await StartAsync(upstream.Address);
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 200 ");
        (await proxy.AskAsync(Get)).ShouldStartWith("HTTP/1.1 502 ");
        upstream.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Idle_connections_are_used_again_and_closed_ones_are_not()
    {
        await using var upstream = new RawUpstream(async peer =>
        {
            for (var i = 0; i < 3; i++)
            {
                await peer.ReadRequestAsync();
                await peer.SendAsync(Hello);
            }
        });
        await using var proxy = await StartAsync(upstream.Address);
        for (var i = 0; i < 6; i++)
        {
            (await proxy.AskAsync(Post)).ShouldEndWith("hello");
            upstream.Connections.ShouldBe(1 + (i / 3));
            await Eventually.HoldsAsync(() => upstream.Closed == (i + 1) / 3);
            await Task.Delay(30);
        }
    }

    [Fact]
    public async Task Connections_are_kept_only_as_many_and_as_often_as_is_set()
    {
        await using var upstream = new RawUpstream(Hello);
        await using (var proxy = await StartAsync(upstream.Address, settings: new GatewaySettings { UpstreamKeepAliveMaxRequests = 2 }))
            for (var i = 0; i < 4; i++)
                await proxy.AskAsync(Get);
        upstream.Connections.ShouldBe(2);

        await using (var proxy = await StartAsync(upstream.Address, settings: new GatewaySettings { UpstreamKeepAlivePoolSize = 0 }))
            for (var i = 0; i < 3; i++)
                await proxy.AskAsync(Get);
        upstream.Connections.ShouldBe(5);

        await using (var proxy = await StartAsync(upstream.Address, settings: new GatewaySettings { UpstreamKeepAliveIdleTimeout = 100 }))
        {
            await proxy.AskAsync(Get);
            await Task.Delay(700);
            await proxy.AskAsync(Get);
        }

        upstream.Connections.ShouldBe(7);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_upstreams_work()
    {
        var (asked, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            asked.SetResult();
            await peer.ReadToEndAsync();
            ended.SetResult();
        });
        await using var proxy = await StartAsync(upstream.Address);
        using (var client = await proxy.ConnectAsync())
        {
            await client.SendAsync(Get);
            await asked.Task.WaitAsync(Eventually.Patience);
        }

        await ended.Task.WaitAsync(Eventually.Patience);
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.ClientGone);
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_answer_ends_it()
    {
        var ended = new TaskCompletionSource();
        await using var upstream = new RawUpstream(async peer =>
        {
            await peer.ReadRequestAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            try
            {
                while (true)
                {
                    await peer.SendAsync("5\r\nhello\r\n");
                    await Task.Delay(10);
                }
            }
            finally
            {
                ended.SetResult();
            }
        });
        await using var proxy = await StartAsync(upstream.Address);
        using (var client = await proxy.ConnectAsync())
        {
            await client.SendAsync(Get);
            await client.ReadUntilAsync("hello");
        }

        await ended.Task.WaitAsync(Eventually.Patience);
        (await proxy.ResultAsync()).Outcome.ShouldBe(TryOutcome.ClientGone);
    }
}
