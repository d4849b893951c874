using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Upstreams;
using static Sluice.Gateway.Tests.Upstreams.Balancing.BalancerTestExtensions;

namespace Sluice.Gateway.Tests.Upstreams.Balancing;

public sealed class ConsistentHashingTests : IDisposable
{
    private readonly BalancingFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private static UpstreamConfig On(string what) => new() { Name = "u", HashOn = what, Algorithm = "consistent-hashing" };

    private static Exchange WithHeader(string name, string value)
    {
        var exchange = NewExchange();
        exchange.Request.Headers[name] = value;
        return exchange;
    }

    private static Exchange WithQuery(string query)
    {
        var exchange = NewExchange();
        exchange.Query = query;
        return exchange;
    }

    /// <summary>Which endpoint each of many keys goes to.</summary>
    private static int[] Map(Balancer balancer) => [.. Enumerable.Range(0, 4000).Select(i => balancer.Choose(WithQuery($"?k=key{i}")).Number())];

    private static readonly UpstreamConfig ByQuery = On("query_arg") with { HashOnQueryArg = "k" };

    [Fact]
    public void Keys_are_spread_by_weight()
    {
        var counts = Map(fixture.Weighted(ByQuery, 100, 100, 200)).CountBy(n => n).ToDictionary();

        counts[1].ShouldBeInRange(1000 - 150, 1000 + 150);
        counts[2].ShouldBeInRange(1000 - 150, 1000 + 150);
        counts[3].ShouldBeInRange(2000 - 200, 2000 + 200);
    }

    [Fact]
    public void Hash_on_makes_round_robin_hash() =>
        fixture.Weighted(ByQuery with { Algorithm = "round-robin" }, 1, 1, 1).Count(20, _ => WithQuery("?k=1")).Count.ShouldBe(1);

    [Fact]
    public void An_unhealthy_endpoint_loses_only_its_own_keys_and_gets_them_back()
    {
        var balancer = fixture.Weighted(ByQuery, 1, 1, 1, 1);
        var before = Map(balancer);

        balancer.SetHealth("10.0.0.2:8080", false);
        var during = Map(balancer);
        balancer.SetHealth("10.0.0.2:8080", true);

        for (var i = 0; i < before.Length; i++)
        {
            during[i].ShouldNotBe(2);
            if (before[i] != 2) during[i].ShouldBe(before[i]);
        }

        during.Where((_, i) => before[i] == 2).Distinct().Count().ShouldBe(3, "the keys should be spread over all others");
        Map(balancer).ShouldBe(before);
    }

    [Fact]
    public void A_new_endpoint_takes_its_share_and_moves_nothing_else()
    {
        var before = Map(fixture.Weighted(ByQuery, 1, 1, 1));
        var after = Map(fixture.Weighted(ByQuery, 1, 1, 1, 1));

        var moved = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).ToArray();

        moved.ShouldAllBe(i => after[i] == 4);
        moved.Length.ShouldBeInRange(1000 - 150, 1000 + 150);
    }

    [Fact]
    public void The_choice_is_the_same_in_every_process() => Map(fixture.Weighted(ByQuery, 1, 1, 1)).Take(8).ShouldBe(Expected);

    [Fact]
    public void A_retry_goes_to_another_endpoint_always_the_same()
    {
        var balancer = fixture.Weighted(ByQuery, 1, 1, 1);
        var first = balancer.Choose(WithQuery("?k=1"));

        var second = balancer.Choose(WithQuery("?k=1"), first);

        second.ShouldNotBe(first);
        balancer.Choose(WithQuery("?k=1"), first).ShouldBe(second);
        balancer.Choose(WithQuery("?k=1"), [.. balancer.Endpoints]).ShouldBe(first);
    }

    [Fact]
    public void Without_a_value_one_endpoint_gets_all() => fixture.Weighted(ByQuery, 1, 1, 1, 1).Count(20).Count.ShouldBe(1);

    [Theory]
    [InlineData("?k=a%20b", "?k=a+b", true)]
    [InlineData("?k=1&k=2", "?k=2&x=3&k=1", true)]
    [InlineData("?k", "?k=true", true)]
    [InlineData("?%6b=1", "?k=1", true)]
    [InlineData("?kk=1", "?k=1", false)]
    [InlineData("?k=1", "?k=2", false)]
    [InlineData("?k=1&k=1", "?k=1", false)]
    public void Query_arguments_are_compared_decoded(string one, string other, bool same) =>
        (HashOf(ByQuery, WithQuery(one)) == HashOf(ByQuery, WithQuery(other))).ShouldBe(same);

    [Fact]
    public void Headers_with_a_hyphen_count()
    {
        var upstream = On("header") with { HashOnHeader = "X-Key" };

        HashOf(upstream, WithHeader("X-Key", "a")).ShouldBe(HashOf(upstream, WithHeader("x-key", "a")));
        HashOf(upstream, WithHeader("X-Key", "a")).ShouldNotBe(HashOf(upstream, WithHeader("X-Key", "b")));
    }

    [Fact]
    public void The_fallback_counts_when_there_is_no_value()
    {
        var upstream = On("header") with { HashOnHeader = "X-Key", HashFallback = "query_arg", HashFallbackQueryArg = "q" };

        HashOf(upstream, WithQuery("?q=1")).ShouldNotBe(HashOf(upstream, WithQuery("?q=2")));
        var both = WithQuery("?q=1");
        both.Request.Headers["X-Key"] = "a";
        HashOf(upstream, both).ShouldBe(HashOf(upstream, WithHeader("X-Key", "a")));
    }

    [Fact]
    public void The_clients_address_counts()
    {
        static Exchange From(string address)
        {
            var exchange = NewExchange();
            exchange.ClientAddress = IPAddress.Parse(address);
            return exchange;
        }

        HashOf(On("ip"), From("1.2.3.4")).ShouldBe(HashOf(On("ip"), From("1.2.3.4")));
        HashOf(On("ip"), From("1.2.3.4")).ShouldNotBe(HashOf(On("ip"), From("1.2.3.5")));
    }

    [Fact]
    public void The_path_counts()
    {
        static Exchange To(string path)
        {
            var exchange = NewExchange();
            exchange.Path = path;
            return exchange;
        }

        HashOf(On("path"), To("/a")).ShouldNotBe(HashOf(On("path"), To("/b")));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("1")]
    public void Captures_count_by_name_and_by_number(string group)
    {
        static Exchange With(string value)
        {
            var exchange = NewExchange();
            exchange.Match = new RouteMatch { Captures = new RouteCaptures([value], new Dictionary<string, string> { ["name"] = value }) };
            return exchange;
        }

        var upstream = On("uri_capture") with { HashOnUriCapture = group };

        HashOf(upstream, With("a")).ShouldBe(HashOf(upstream, With("a")));
        HashOf(upstream, With("a")).ShouldNotBe(HashOf(upstream, With("b")));
    }

    [Fact]
    public async Task A_client_without_the_cookie_is_given_one_that_leads_back()
    {
        var upstream = On("cookie") with { HashOnCookie = "lbc", HashOnCookiePath = "/cp" };
        var balancer = fixture.Weighted(upstream, 1, 1, 1, 1);
        var response = new StartingResponse();
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpResponseFeature>(response);
        var exchange = new Exchange(http, loop: null);

        var endpoint = balancer.Choose(exchange);
        balancer.Choose(exchange).ShouldBe(endpoint, "a retry must not make up another cookie");
        exchange.Response.Headers.SetCookie = new[] { "other=1", "lbc=theirs" };
        await response.StartAsync();

        var cookies = exchange.Response.Headers.SetCookie;
        cookies.Count.ShouldBe(2);
        cookies[0].ShouldBe("other=1");
        var given = cookies[1].ShouldNotBeNull();
        given.ShouldMatch("^lbc=[0-9a-f]{8}-[0-9a-f-]{27}; Path=/cp; Same-Site=Lax; HttpOnly$");
        balancer.Choose(WithHeader("Cookie", $"a=1; {given[..given.IndexOf(';')]}; b=2")).ShouldBe(endpoint);
    }

    [Fact]
    public void Choosing_by_a_value_allocates_nothing()
    {
        var balancer = fixture.Weighted(ByQuery, 1, 1, 1);
        var exchange = WithQuery("?a=1&k=some-key");
        balancer.Choose(exchange);

        Allocations.Least(() =>
        {
            for (var i = 0; i < 1000; i++) _ = balancer.ChooseAsync(exchange, default);
        }).ShouldBe(0);
    }

    private static readonly int[] Expected = [3, 3, 1, 1, 2, 3, 3, 1];

    private static ulong HashOf(UpstreamConfig upstream, Exchange exchange) => Gateway.Upstreams.Balancing.HashInputs.From(upstream).Hash(exchange);

    private sealed class StartingResponse : HttpResponseFeature
    {
        private readonly List<(Func<object, Task> Callback, object State)> starting = [];

        public override void OnStarting(Func<object, Task> callback, object state) => starting.Add((callback, state));

        public async Task StartAsync()
        {
            foreach (var (callback, state) in starting) await callback(state);
        }
    }
}
