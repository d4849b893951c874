using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Circuit;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Tests.Upstreams.Circuit;

public sealed class ServiceCircuitBreakerTests
{
    private readonly ManualTime time = new();
    private readonly HealthEvents events = new();
    private readonly ServiceCircuitBreaker breaker;

    public ServiceCircuitBreakerTests()
    {
        var config = new CircuitBreakerConfig { MaxRequests = 2, Interval = 10_000, Timeout = 5_000, ErrorThreshold = 0.5, MinRequests = 4 };
        breaker = new ServiceCircuitBreaker("s", config, time, events, NullLogger.Instance);
    }

    private void Send(int successes, int failures)
    {
        for (var i = 0; i < successes + failures; i++)
        {
            breaker.TryEnter(out var pass).ShouldBeTrue();
            breaker.Report(pass, success: i < successes);
        }
    }

    private CircuitPass Enter()
    {
        breaker.TryEnter(out var pass).ShouldBeTrue();
        return pass;
    }

    private void Open()
    {
        Send(2, 2);
        breaker.State.ShouldBe(CircuitState.Open);
    }

    [Theory]
    [InlineData(2, 2, CircuitState.Open)]
    [InlineData(0, 4, CircuitState.Open)]
    [InlineData(3, 2, CircuitState.Closed)]
    [InlineData(0, 3, CircuitState.Closed)]
    [InlineData(100, 0, CircuitState.Closed)]
    public void It_opens_when_enough_requests_have_failed(int successes, int failures, CircuitState state)
    {
        Send(successes, failures);

        breaker.State.ShouldBe(state);
    }

    [Fact]
    public void Open_refuses_until_its_time_is_over()
    {
        Open();

        breaker.TryEnter(out _).ShouldBeFalse();
        time.Advance(TimeSpan.FromMilliseconds(4_999));
        breaker.TryEnter(out _).ShouldBeFalse();
        time.Advance(TimeSpan.FromMilliseconds(1));
        breaker.State.ShouldBe(CircuitState.HalfOpen);
        breaker.TryEnter(out _).ShouldBeTrue();
    }

    [Fact]
    public void Trial_requests_that_do_not_end_do_not_keep_it_half_open()
    {
        Open();
        time.Advance(TimeSpan.FromSeconds(5));
        var (stuck, _) = (Enter(), Enter());
        breaker.TryEnter(out _).ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(5));
        var (third, fourth) = (Enter(), Enter());
        breaker.TryEnter(out _).ShouldBeFalse();
        breaker.Report(stuck, success: false);
        breaker.Report(third, success: true);
        breaker.Report(fourth, success: true);

        breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    public void Half_open_lets_a_few_pass_and_closes_when_all_succeed()
    {
        Open();
        time.Advance(TimeSpan.FromSeconds(5));

        var (first, second) = (Enter(), Enter());
        breaker.TryEnter(out _).ShouldBeFalse();
        breaker.Report(first, success: true);
        breaker.State.ShouldBe(CircuitState.HalfOpen);
        breaker.Report(second, success: true);

        breaker.State.ShouldBe(CircuitState.Closed);
        events.Recent.Select(e => e.State).ShouldBe(["open", "half-open", "closed"]);
        events.Recent[0].Reason.ShouldBe("2 of 4 requests failed");
    }

    [Fact]
    public void One_failure_while_half_open_opens_it_again()
    {
        Open();
        time.Advance(TimeSpan.FromSeconds(5));

        breaker.Report(Enter(), success: false);

        breaker.TryEnter(out _).ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(5));
        breaker.TryEnter(out _).ShouldBeTrue();
    }

    [Fact]
    public void A_place_given_back_can_be_taken_again()
    {
        Open();
        time.Advance(TimeSpan.FromSeconds(5));
        var (first, _) = (Enter(), Enter());

        breaker.Cancel(first);

        breaker.TryEnter(out _).ShouldBeTrue();
        breaker.TryEnter(out _).ShouldBeFalse();
    }

    [Fact]
    public void Late_reports_of_another_period_do_not_count()
    {
        var (late, later) = (Enter(), Enter());
        Open();
        time.Advance(TimeSpan.FromSeconds(5));
        var trial = Enter();

        breaker.Report(late, success: false);
        breaker.State.ShouldBe(CircuitState.HalfOpen);
        breaker.Report(later, success: true);
        breaker.Report(trial, success: true);
        breaker.State.ShouldBe(CircuitState.HalfOpen, "only one of two trials has succeeded");
    }

    [Fact]
    public void The_counts_of_the_closed_state_start_again_after_the_interval()
    {
        Send(0, 3);
        time.Advance(TimeSpan.FromSeconds(10));

        Send(0, 3);

        breaker.State.ShouldBe(CircuitState.Closed);
    }

    [Fact]
    public async Task Many_threads_open_it_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
                if (breaker.TryEnter(out var pass)) breaker.Report(pass, success: false);
        })));

        events.Recent.Count.ShouldBe(1);
        breaker.State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public async Task Half_open_never_lets_more_pass_than_its_limit()
    {
        Open();
        time.Advance(TimeSpan.FromSeconds(5));

        var passed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 1000).Count(_ => breaker.TryEnter(out var _)))));

        passed.Sum().ShouldBe(2);
    }
}
