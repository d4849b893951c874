using System.Net;
using Sluice.Gateway.Tests.Configuration.Reading;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Tests.Upstreams.Http1;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Plugins.Hedge;

/// <summary>Through a whole gateway, against upstreams that answer when the test says so.</summary>
public class HedgePluginTests
{
    private const string First = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst";
    private const string Second = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond";
    private const string Away = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\naway";

    public static TheoryData<TransportKind> Kinds => [TransportKind.Epoll, TransportKind.Sockets];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_second_try_answers_for_a_first_that_is_slow_and_is_cut_off(TransportKind kind)
    {
        var cut = new TaskCompletionSource();
        await using var upstream = Upstream(async (peer, number) =>
        {
            if (number > 1)
            {
                await peer.SendAsync(Second);
                return;
            }

            (await peer.ReadToEndAsync()).ShouldBeEmpty();
            cut.TrySetResult();
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address, "delay: 20"), kind: kind);
        (await gateway.GetAsync("/")).ShouldEndWith("second");
        await cut.Task.WaitAsync(Eventually.Patience);
        await Eventually.HoldsAsync(() => gateway.Metrics.Contains("gateway_hedged_requests_total{middleware=\"h\",result=\"won\"} 1\n"));
        await Eventually.HoldsAsync(() => gateway.Metrics.Contains("gateway_retries_total{route=\"r\",service=\"s\"} 0\n"));

        // Whatever was cut off, the next request goes its way.
        (await gateway.GetAsync("/")).ShouldEndWith("second");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_first_try_may_still_be_faster(TransportKind kind)
    {
        var secondCame = new TaskCompletionSource();
        var cut = new TaskCompletionSource();
        await using var upstream = Upstream(async (peer, number) =>
        {
            if (number == 1)
            {
                await secondCame.Task;
                await peer.SendAsync(First);
                return;
            }

            secondCame.TrySetResult();
            await peer.ReadToEndAsync();
            cut.TrySetResult();
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address, "delay: 20"), kind: kind);
        (await gateway.GetAsync("/")).ShouldEndWith("first");
        await cut.Task.WaitAsync(Eventually.Patience);
        await Eventually.HoldsAsync(() => gateway.Metrics.Contains("gateway_hedged_requests_total{middleware=\"h\",result=\"lost\"} 1\n"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_failure_gives_way_while_the_other_try_is_under_way(TransportKind kind)
    {
        var secondFailed = new TaskCompletionSource();
        await using var upstream = Upstream(async (peer, number) =>
        {
            if (number == 1)
            {
                await secondFailed.Task;
                await peer.SendAsync(First);
                return;
            }

            await peer.SendAsync(Away);

            // The gateway closes the connection of the answer that gave way.
            await peer.ReadToEndAsync();
            secondFailed.TrySetResult();
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address, "delay: 20"), kind: kind);
        (await gateway.GetAsync("/")).ShouldEndWith("first");
    }

    [Fact]
    public async Task When_both_fail_the_last_failure_is_passed_on()
    {
        var secondFailed = new TaskCompletionSource();
        await using var upstream = Upstream(async (peer, number) =>
        {
            if (number == 1)
            {
                await secondFailed.Task;
                await peer.SendAsync(Away);
                return;
            }

            peer.Reset();
            secondFailed.TrySetResult();
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address, "delay: 20", "retries: 0"), kind: TransportKind.Epoll);
        (await gateway.GetAsync("/")).ShouldContain(" 50");
    }

    [Fact]
    public async Task A_fast_answer_gets_no_second_try()
    {
        await using var upstream = new RawUpstream(First);
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address, "delay: 30000"), kind: TransportKind.Epoll);
        for (var i = 0; i < 5; i++) (await gateway.GetAsync("/")).ShouldEndWith("first");
        upstream.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("POST", "Content-Length: 2", "ok")]
    [InlineData("POST", "Content-Length: 0", "")]
    [InlineData("GET", "Content-Length: 2", "ok")]
    [InlineData("GET", "Transfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n")]
    public async Task What_may_not_be_sent_twice_is_sent_once(string method, string field, string body)
    {
        var asked = 0;
        await using var upstream = Upstream(async (peer, number) =>
        {
            asked = number;
            await Task.Delay(200);
            await peer.SendAsync(First);
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address, "delay: 1"), kind: TransportKind.Epoll);
        (await gateway.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{field}\r\n\r\n{body}")).ShouldEndWith("first");
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_budget_there_is_no_second_try()
    {
        var asked = 0;
        await using var upstream = Upstream(async (peer, number) =>
        {
            asked = number;
            await Task.Delay(200);
            await peer.SendAsync(First);
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document(upstream.Address, "delay: 1, budget_ratio: 0, budget_min: 0"), kind: TransportKind.Epoll);
        (await gateway.GetAsync("/")).ShouldEndWith("first");
        asked.ShouldBe(1);
        await Eventually.HoldsAsync(() => gateway.Metrics.Contains("gateway_hedged_requests_total{middleware=\"h\",result=\"no_budget\"} 1\n"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_connection_that_is_never_made_does_not_hold_the_answer_up(TransportKind kind)
    {
        // A listener whose queue is full answers no handshake.
        using var full = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var fillers = new List<System.Net.Sockets.Socket>();
        for (var i = 0; i < 4; i++)
        {
            var filler = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { Blocking = false };
            fillers.Add(filler);
            try
            {
                filler.Connect(full.LocalEndPoint!);
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Under way, and it stays so.
            }
        }

        await using var good = new RawUpstream(Second);
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$$"""
            _format_version: '3.0'
            upstreams: [{name: u, targets: [{target: '{{{full.LocalEndPoint}}}', weight: 500}, {target: '{{{good.Address}}}', weight: 500}]}]
            services: [{name: s, host: u, routes: [{name: r, paths: [/]}]}]
            plugins: [{name: hedge, config: {delay: 20, budget_min: 100} }]
            """,
            kind: kind);
        for (var i = 0; i < 4; i++) (await gateway.GetAsync("/").WaitAsync(TimeSpan.FromSeconds(50))).ShouldEndWith("second");
        foreach (var filler in fillers) filler.Dispose();
    }

    [Theory]
    [InlineData("{delay: 0}", "delay")]
    [InlineData("{percentile: 100}", "percentile")]
    [InlineData("{methods: [POST]}", "methods")]
    [InlineData("{methods: []}", "methods")]
    [InlineData("{percentile: 95, min_delay: 100, max_delay: 50}", "max_delay")]
    [InlineData("{budget_ratio: 2}", "budget_ratio")]
    public void A_wrong_configuration_is_refused(string config, string says) =>
        Files.Problems($"_format_version: '3.0'\nplugins: [{{name: hedge, config: {config}}}]").ShouldHaveSingleItem().ShouldContain(says);

    /// <summary>Answers the requests on all its connections, numbered in the order of their coming.</summary>
    private static RawUpstream Upstream(Func<RawPeer, int, Task> answer)
    {
        var number = 0;
        return new RawUpstream(async peer =>
        {
            while (await peer.ReadRequestAsync() is not null) await answer(peer, Interlocked.Increment(ref number));
        });
    }

    private static string Document(IPEndPoint upstream, string config, string service = "retries: 5") =>
        $$"""
        _format_version: '3.0'
        services: [{name: s, url: 'http://{{upstream}}', {{service}}, routes: [{name: r, paths: [/]}]}]
        plugins:
        - name: hedge
          instance_name: h
          config: { {{config}} }
        """;
}
