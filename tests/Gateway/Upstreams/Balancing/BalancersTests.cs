using System.Net;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;
using static Sluice.Gateway.Tests.Upstreams.Balancing.BalancerTestExtensions;

namespace Sluice.Gateway.Tests.Upstreams.Balancing;

public sealed class BalancersTests : IDisposable
{
    private readonly BalancingFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData("http", "10.1.2.3", 8080, "10.1.2.3:8080", "10.1.2.3:8080")]
    [InlineData("http", "10.1.2.3", 80, "10.1.2.3:80", "10.1.2.3")]
    [InlineData("https", "10.1.2.3", 80, "10.1.2.3:80", "10.1.2.3:80")]
    [InlineData("grpcs", "10.1.2.3", 443, "10.1.2.3:443", "10.1.2.3")]
    [InlineData("http", "::1", 8080, "[::1]:8080", "[::1]:8080")]
    [InlineData("http", "[::1]", 80, "[::1]:80", "[::1]")]
    public void A_service_at_an_address_has_one_endpoint(string protocol, string host, int port, string key, string hostHeader)
    {
        var balancer = fixture.Create(new ServiceConfig { Protocol = protocol, Host = host, Port = port });

        var endpoint = balancer.Choose();

        endpoint.Key.ShouldBe(key);
        endpoint.HostHeader.ShouldBe(hostHeader);
        endpoint.Host.ShouldBe(host.Trim('[', ']'));
        balancer.Choose().ShouldBeSameAs(endpoint);
    }

    [Fact]
    public void The_upstreams_host_header_gets_the_targets_port()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u", HostHeader = "custom.example.com" }, 1);

        balancer.Choose().HostHeader.ShouldBe("custom.example.com:8080");
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", 8000)]
    [InlineData("10.0.0.1:81", "10.0.0.1", 81)]
    [InlineData("name.test:81", "name.test", 81)]
    [InlineData("[::1]:81", "::1", 81)]
    [InlineData("[::1]", "::1", 8000)]
    [InlineData("::1", "::1", 8000)]
    public void Targets_have_a_host_and_perhaps_a_port(string text, string host, int port)
    {
        TargetAddress.TryParse(text, 8000, out var target).ShouldBeTrue();
        target.ShouldBe(new TargetAddress(host, port));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("a:b")]
    [InlineData("a:70000")]
    [InlineData("a:-1")]
    [InlineData("[::1")]
    [InlineData("[name]:80")]
    [InlineData("a:b:c")]
    public void Other_texts_are_no_targets(string text) => TargetAddress.TryParse(text, 8000, out _).ShouldBeFalse();

    [Theory]
    [InlineData("127.1")]
    [InlineData("1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("localhost")]
    public void Odd_forms_of_addresses_are_names(string text) => TargetAddress.ParseLiteral(text).ShouldBeNull();

    [Fact]
    public void An_upstream_without_targets_refuses_with_Kongs_words()
    {
        var error = fixture.Create(new UpstreamConfig { Name = "u" }).Refuse();

        error.Status.ShouldBe(503);
        error.Code.ShouldBe("NO_HEALTHY_ENDPOINTS");
        error.Message.ShouldBe("failure to get a peer from the ring-balancer");
    }

    [Fact]
    public void An_upstream_whose_targets_have_no_weight_refuses() =>
        fixture.Weighted(new UpstreamConfig { Name = "u" }, 0, 0).Refuse().ShouldBe(BalancingErrors.NoHealthyEndpoints);

    [Fact]
    public async Task A_name_is_resolved_when_the_first_request_comes()
    {
        var balancer = fixture.Create(new ServiceConfig { Host = "localhost", Port = 8080 });

        var choice = await balancer.ChooseAsync(NewExchange(), default);

        var endpoint = choice.Endpoint.ShouldNotBeNull();
        IPAddress.IsLoopback(endpoint.Address.Address).ShouldBeTrue();
        endpoint.HostHeader.ShouldBe("localhost:8080");
        balancer.Choose().ShouldBeSameAs(endpoint);
    }

    [Fact]
    public void Endpoints_in_place_need_no_upstream()
    {
        var balancer = fixture.Create(new ServiceConfig
        {
            Endpoints = [new EndpointConfig { Address = "10.0.0.1:80", Weight = 3 }, new EndpointConfig { Address = "10.0.0.2:80", Weight = 1 }],
        });

        balancer.Count(40).ShouldBe(new Dictionary<int, int> { [1] = 30, [2] = 10 });
    }

    [Theory]
    [InlineData("round-robin", "round-robin")]
    [InlineData("least-connections", "least-connections")]
    [InlineData("latency", "latency")]
    [InlineData("random", "random")]
    [InlineData("consistent-hashing", "consistent-hashing")]
    [InlineData(null, "round-robin")]
    public void Endpoints_in_place_are_chosen_between_as_load_balancing_says(string? loadBalancing, string algorithm)
    {
        var balancer = fixture.Create(new ServiceConfig
        {
            LoadBalancing = loadBalancing,
            Endpoints = [.. Enumerable.Range(1, 4).Select(i => new EndpointConfig { Address = $"10.0.0.{i}:80" })],
        });
        Gateway.Pipeline.Exchange From(int client)
        {
            var exchange = NewExchange();
            exchange.ClientAddress = IPAddress.Parse($"192.0.2.{client}");
            return exchange;
        }

        balancer.GetStatus().Algorithm.ShouldBe(algorithm);
        if (algorithm != "consistent-hashing") return;
        balancer.Count(20, _ => From(1)).Count.ShouldBe(1);
        balancer.Count(200, From).Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("round-robin")]
    [InlineData("least-connections")]
    [InlineData("latency")]
    [InlineData("random")]
    [InlineData("consistent-hashing")]
    public async Task Choices_go_on_while_health_changes_and_configurations_are_reloaded(string algorithm)
    {
        var upstream = new UpstreamConfig { Name = "u", Algorithm = algorithm };
        var balancer = fixture.Weighted(upstream, 1, 2, 3);
        using var stop = new CancellationTokenSource();
        var choosing = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var chosen = 0;
            do
            {
                Volatile.Read(ref balancer).Choose().Try(TryOutcome.Answered, 200);
                chosen++;
            }
            while (!stop.IsCancellationRequested);
            return chosen;
        })).ToArray();

        for (var i = 0; i < 100; i++)
        {
            balancer.SetHealth($"10.0.0.{(i % 2) + 1}:8080", i % 4 < 2);
            if (i % 10 == 0) Volatile.Write(ref balancer, fixture.Reload(() => fixture.Weighted(upstream, 1, 2, 3, (i % 20) + 1)));
        }

        await stop.CancelAsync();
        (await Task.WhenAll(choosing)).ShouldAllBe(chosen => chosen > 0);
        balancer.Endpoints.ShouldAllBe(e => e.InFlight == 0);
    }

    [Fact]
    public void What_is_known_of_a_target_survives_a_reload_that_changes_others()
    {
        var upstream = new UpstreamConfig { Name = "u", Id = Guid.NewGuid() };
        var before = fixture.Weighted(upstream, 1, 1);
        before.SetHealth("10.0.0.1:8080", false);
        before.Endpoints[1].Begin();

        var after = fixture.Reload(() => fixture.Weighted(upstream, 1, 5, 1));

        after.Endpoints.Select(e => e.IsHealthy).ShouldBe([false, true, true]);
        after.Endpoints[1].InFlight.ShouldBe(1);
        before.Endpoints[1].End(TryOutcome.Answered, 200, TimeSpan.Zero);
        after.Endpoints[1].InFlight.ShouldBe(0);
    }

    [Fact]
    public void A_target_that_went_away_is_forgotten()
    {
        var upstream = new UpstreamConfig { Name = "u", Id = Guid.NewGuid() };
        fixture.Weighted(upstream, 1, 1).SetHealth("10.0.0.2:8080", false);

        fixture.Reload(() => fixture.Weighted(upstream, 1));
        var again = fixture.Reload(() => fixture.Weighted(upstream, 1, 1));

        again.Endpoints.ShouldAllBe(e => e.IsHealthy);
    }

    [Fact]
    public void An_unchanged_upstream_goes_on_with_its_cycle_after_a_reload()
    {
        var upstream = new UpstreamConfig { Name = "u", Id = Guid.NewGuid() };
        fixture.Weighted(upstream, 1, 1, 1).Choose().Number().ShouldBe(1);

        fixture.Reload(() => fixture.Weighted(upstream, 1, 1, 1)).Choose().Number().ShouldBe(2);
    }
}
