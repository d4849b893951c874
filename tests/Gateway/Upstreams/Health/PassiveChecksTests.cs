using Sluice.Gateway.Configuration;
using Sluice.Gateway.Tests.Upstreams.Balancing;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Tests.Upstreams.Health;

public sealed class PassiveChecksTests : IDisposable
{
    private readonly BalancingFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private Balancer Create(PassiveHealthcheck passive, double threshold = 0, int targets = 3, string algorithm = "round-robin") =>
        fixture.Weighted(
            new UpstreamConfig { Name = "u", Algorithm = algorithm, Healthchecks = new UpstreamHealthchecks { Passive = passive, Threshold = threshold } },
            [.. Enumerable.Repeat(100, targets)]);

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public void A_bad_status_takes_an_endpoint_out(int status)
    {
        var balancer = Create(new PassiveHealthcheck { Unhealthy = new PassiveUnhealthy { HttpFailures = 1 } });

        balancer.Endpoints[0].Try(TryOutcome.Answered, status);

        balancer.Count(60).ShouldBe(new Dictionary<int, int> { [2] = 30, [3] = 30 });
        var seen = fixture.Events.Recent.ShouldHaveSingleItem();
        seen.ShouldSatisfyAllConditions(
            () => seen.Address.ShouldBe("10.0.0.1:8080"), () => seen.State.ShouldBe("unhealthy"), () => seen.Reason.ShouldBe($"1 x status {status} (passive)"));
    }

    [Theory]
    [InlineData(TryOutcome.Answered, 502)]
    [InlineData(TryOutcome.Answered, 404)]
    [InlineData(TryOutcome.TimedOut, 0)]
    [InlineData(TryOutcome.ConnectFailed, 0)]
    [InlineData(TryOutcome.ClientGone, 0)]
    public void What_is_not_asked_for_does_not_count(TryOutcome outcome, int status)
    {
        var balancer = Create(new PassiveHealthcheck { Unhealthy = new PassiveUnhealthy { HttpFailures = 1 } });

        balancer.Endpoints[0].Try(outcome, status);

        balancer.Endpoints[0].IsHealthy.ShouldBeTrue();
        balancer.Endpoints[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public void Timeouts_and_connection_failures_have_counters_of_their_own()
    {
        var balancer = Create(new PassiveHealthcheck { Unhealthy = new PassiveUnhealthy { Timeouts = 1, TcpFailures = 2 } });

        balancer.Endpoints[0].Try(TryOutcome.TimedOut);
        balancer.Endpoints[1].Try(TryOutcome.ConnectFailed);
        balancer.Endpoints[2].Try(TryOutcome.Broken);
        balancer.Endpoints[2].Try(TryOutcome.ConnectFailed);

        balancer.Endpoints.Select(e => e.IsHealthy).ShouldBe([false, true, false]);
    }

    [Fact]
    public void Good_answers_in_between_start_the_count_again()
    {
        var balancer = Create(
            new PassiveHealthcheck
            {
                Healthy = new PassiveHealthy { Successes = 1, HttpStatuses = [200] },
                Unhealthy = new PassiveUnhealthy { HttpFailures = 3, HttpStatuses = [500] },
            },
            targets: 1);
        var endpoint = balancer.Endpoints[0];

        int[] answers = [500, 500, 200, 500, 500, 200, 500, 500];
        foreach (var status in answers) endpoint.Try(TryOutcome.Answered, status);
        endpoint.IsHealthy.ShouldBeTrue();
        endpoint.Try(TryOutcome.Answered, 500);

        balancer.Refuse().ShouldBe(BalancingErrors.NoHealthyEndpoints);
    }

    [Fact]
    public void Less_healthy_weight_than_the_threshold_refuses_all()
    {
        var balancer = Create(
            new PassiveHealthcheck { Unhealthy = new PassiveUnhealthy { HttpFailures = 1, HttpStatuses = [500] } }, threshold: 60);

        balancer.Endpoints[0].Try(TryOutcome.Answered, 500);
        balancer.Choose().Number().ShouldBeOneOf(2, 3);
        balancer.Endpoints[1].Try(TryOutcome.Answered, 500);

        balancer.Refuse().ShouldBe(BalancingErrors.NoHealthyEndpoints);
        balancer.GetStatus().IsHealthy.ShouldBeFalse();
        fixture.Events.Recent[^1].Kind.ShouldBe(HealthEventKind.Balancer);
        balancer.SetHealth("10.0.0.1:8080", true).ShouldBeTrue();
        balancer.Choose().Number().ShouldBeOneOf(1, 3);
    }

    [Fact]
    public void Status_tells_what_is_known()
    {
        var balancer = Create(new PassiveHealthcheck { Unhealthy = new PassiveUnhealthy { HttpFailures = 2 } });
        balancer.Endpoints[0].Try(TryOutcome.Answered, 500);
        balancer.Endpoints[1].Begin();

        var status = balancer.GetStatus();

        status.ShouldSatisfyAllConditions(
            () => status.Name.ShouldBe("u"),
            () => status.Algorithm.ShouldBe("round-robin"),
            () => status.HealthChecksOn.ShouldBeTrue(),
            () => status.Targets.Count.ShouldBe(3),
            () => status.Targets[0].Endpoints[0].Health.ShouldBe(HealthStatus.MostlyHealthy),
            () => status.Targets[0].Endpoints[0].LastError.ShouldBe("status 500 (passive)"),
            () => status.Targets[0].Endpoints[0].LastChange.ShouldBeNull(),
            () => status.Targets[1].Endpoints[0].InFlight.ShouldBe(1));
    }

    [Theory]
    [InlineData("round-robin")]
    [InlineData("least-connections")]
    [InlineData("latency")]
    [InlineData("random")]
    [InlineData("consistent-hashing")]
    public async Task One_dead_endpoint_among_three_costs_no_client_an_error(string algorithm)
    {
        var balancer = Create(new PassiveHealthcheck { Unhealthy = new PassiveUnhealthy { TcpFailures = 3 } }, algorithm: algorithm);

        var errors = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 500).Count(_ => !Serve(balancer)))));

        errors.Sum().ShouldBe(0);
        // Latency asks it once and then has better ones; hashing asks it always or never.
        if (algorithm is not ("consistent-hashing" or "latency")) balancer.Endpoints[1].IsHealthy.ShouldBeFalse();
    }

    /// <summary>One request with one retry; the second endpoint is dead.</summary>
    private static bool Serve(Balancer balancer)
    {
        List<Endpoint> tried = [];
        while (tried.Count < 2)
        {
            var endpoint = balancer.Choose(null, [.. tried]);
            endpoint.Begin();
            var dead = endpoint.Number() == 2;
            endpoint.End(dead ? TryOutcome.ConnectFailed : TryOutcome.Answered, dead ? 0 : 200, TimeSpan.FromMilliseconds(1));
            if (!dead) return true;
            tried.Add(endpoint);
        }

        return false;
    }
}
