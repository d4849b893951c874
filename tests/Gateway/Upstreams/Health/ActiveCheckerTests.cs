using Sluice.Gateway.Configuration;
using Sluice.Gateway.Tests.Upstreams.Balancing;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Tests.Upstreams.Health;

public sealed class ActiveCheckerTests : IAsyncLifetime
{
    private readonly BalancingFixture fixture = new();
    private ProbeTarget target = null!;
    private volatile int status = 200;

    public async ValueTask InitializeAsync()
    {
        target = await ProbeTarget.StartAsync();
        target.Answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
    }

    public async ValueTask DisposeAsync()
    {
        fixture.Dispose();
        await target.DisposeAsync();
    }

    private static UpstreamConfig Upstream(double healthyInterval = 1, double unhealthyInterval = 1) => new()
    {
        Id = Guid.Parse("00000000-0000-0000-0000-000000000001"),
        Name = "u",
        Healthchecks = new UpstreamHealthchecks
        {
            Active = new ActiveHealthcheck
            {
                HttpPath = "/healthz",
                Healthy = new ActiveHealthy { Interval = healthyInterval, Successes = 2 },
                Unhealthy = new ActiveUnhealthy { Interval = unhealthyInterval, HttpFailures = 2, TcpFailures = 1, Timeouts = 1 },
            },
        },
    };

    private Balancer Create(UpstreamConfig upstream) => fixture.Create(upstream, new TargetConfig { Target = $"127.0.0.1:{target.Port}" });

    /// <summary>Moves the clock by one interval and waits until the probe has come and is over.</summary>
    private async Task TickAsync(bool expectProbe = true)
    {
        var (before, idle) = (target.Requests, fixture.Time.Timers);
        for (var rounds = expectProbe ? 100 : 1; rounds > 0 && target.Requests == before; rounds--)
        {
            // A round whose time comes while the last one is still being counted is left out: the next one then. A probe under way has a
            // timer of its own, which must not run out.
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            for (var i = 0; i < 20 && target.Requests == before; i++) await Task.Delay(10);
            await Eventually.HoldsAsync(() => target.Requests > before || fixture.Time.Timers <= idle);
        }

        (target.Requests > before).ShouldBe(expectProbe);
        await Eventually.HoldsAsync(() => fixture.Time.Timers <= idle);
    }

    [Fact]
    public async Task Failures_take_an_endpoint_out_and_successes_bring_it_back()
    {
        var balancer = Create(Upstream());
        status = 500;
        await TickAsync();
        balancer.Endpoints[0].IsHealthy.ShouldBeTrue("two failures are asked for");
        await TickAsync();
        await Eventually.HoldsAsync(() => !balancer.Endpoints[0].IsHealthy);
        balancer.Refuse().ShouldBe(BalancingErrors.NoHealthyEndpoints);

        status = 200;
        await TickAsync();
        balancer.Endpoints[0].IsHealthy.ShouldBeFalse("two successes are asked for");
        await TickAsync();
        await Eventually.HoldsAsync(() => balancer.Endpoints[0].IsHealthy);

        fixture.Events.Recent.Where(e => e.Address is not null).Select(e => $"{e.State}: {e.Reason}")
            .ShouldBe(["unhealthy: 2 x status 500 (active)", "healthy: 2 x success (active)"]);
    }

    [Fact]
    public async Task A_dead_endpoint_is_found_without_a_request()
    {
        var balancer = Create(Upstream());
        await target.DisposeAsync();

        fixture.Time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => !balancer.Endpoints[0].IsHealthy);
        balancer.GetStatus().Targets[0].Endpoints[0].LastError.ShouldBe("connection failure (active)");
        target = await ProbeTarget.StartAsync();
    }

    [Fact]
    public async Task An_interval_of_zero_asks_none()
    {
        var balancer = Create(Upstream(healthyInterval: 0));
        await TickAsync(expectProbe: false);

        balancer.SetHealth($"127.0.0.1:{target.Port}", false);
        await TickAsync();
    }

    [Fact]
    public async Task A_reload_that_changes_nothing_goes_on_and_the_last_snapshot_ends_it()
    {
        Create(Upstream());
        fixture.Reload(() => Create(Upstream()));
        await TickAsync();

        fixture.Reload(() => 0);
        await TickAsync(expectProbe: false);
    }

    [Fact]
    public async Task Two_services_of_one_upstream_have_it_probed_once()
    {
        var upstream = Upstream();
        TargetConfig[] targets = [new TargetConfig { Target = $"127.0.0.1:{target.Port}" }];
        Balancers.Create(new ServiceConfig { Protocol = "http" }, upstream, targets, fixture.Context);
        Balancers.Create(new ServiceConfig { Protocol = "https" }, upstream, targets, fixture.Context);

        await TickAsync();

        target.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task The_health_check_of_a_service_needs_no_upstream()
    {
        var balancer = fixture.Create(new ServiceConfig
        {
            Name = "s",
            Host = "127.0.0.1",
            Port = target.Port,
            HealthCheck = new HealthCheckConfig { Interval = 1000, UnhealthyThreshold = 1, HealthyThreshold = 1, ExpectedStatuses = [200] },
        });
        status = 404;
        await TickAsync();
        await Eventually.HoldsAsync(() => !balancer.Endpoints[0].IsHealthy);

        status = 200;
        await TickAsync();
        await Eventually.HoldsAsync(() => balancer.Endpoints[0].IsHealthy);
    }
}
