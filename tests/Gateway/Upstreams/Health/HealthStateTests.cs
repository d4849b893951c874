using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Tests.Upstreams.Health;

public sealed class HealthStateTests
{
    private readonly HealthState state = new();

    [Fact]
    public void Failures_in_a_row_make_it_unhealthy()
    {
        state.Report(HealthSignal.HttpFailure, 3).ShouldBeNull();
        state.Status.ShouldBe(HealthStatus.MostlyHealthy);
        state.Report(HealthSignal.HttpFailure, 3).ShouldBeNull();
        state.IsHealthy.ShouldBeTrue();
        state.Report(HealthSignal.HttpFailure, 3).ShouldBe(false);
        state.Status.ShouldBe(HealthStatus.Unhealthy);
        state.Report(HealthSignal.HttpFailure, 3).ShouldBeNull("it is unhealthy already");
    }

    [Fact]
    public void A_success_forgets_the_failures()
    {
        state.Report(HealthSignal.HttpFailure, 2);
        state.Report(HealthSignal.Success, 1);
        state.Status.ShouldBe(HealthStatus.Healthy);
        state.Report(HealthSignal.HttpFailure, 2);

        state.IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public void Successes_that_are_switched_off_forget_nothing()
    {
        state.Report(HealthSignal.HttpFailure, 2);
        state.Report(HealthSignal.Success, 0);
        state.Report(HealthSignal.HttpFailure, 2).ShouldBe(false);
    }

    [Fact]
    public void Each_kind_of_failure_is_counted_by_itself()
    {
        state.Report(HealthSignal.HttpFailure, 2);
        state.Report(HealthSignal.TcpFailure, 2);
        state.Report(HealthSignal.Timeout, 2);
        state.IsHealthy.ShouldBeTrue();

        state.Report(HealthSignal.TcpFailure, 2).ShouldBe(false);
    }

    [Fact]
    public void Successes_in_a_row_bring_it_back()
    {
        state.Set(healthy: false);
        state.Report(HealthSignal.Success, 2).ShouldBeNull();
        state.Status.ShouldBe(HealthStatus.MostlyUnhealthy);
        state.Report(HealthSignal.TcpFailure, 1).ShouldBeNull();
        state.Status.ShouldBe(HealthStatus.Unhealthy);
        state.Report(HealthSignal.Success, 2).ShouldBeNull();
        state.Report(HealthSignal.Success, 2).ShouldBe(true);
        state.Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public void A_limit_of_zero_ignores_reports()
    {
        for (var i = 0; i < 300; i++) state.Report(HealthSignal.HttpFailure, 0).ShouldBeNull();
        state.Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Of_many_threads_exactly_one_sees_the_change()
    {
        var changes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            Enumerable.Range(0, 1000).Count(_ => state.Report(HealthSignal.TcpFailure, 100) is not null))));

        changes.Sum().ShouldBe(1);
    }
}
