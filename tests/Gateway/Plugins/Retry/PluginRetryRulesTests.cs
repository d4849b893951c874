using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Retry;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Plugins.Retry;

public class PluginRetryRulesTests
{
    private static readonly TryResult Refused = new() { Outcome = TryOutcome.ConnectFailed, Failure = UpstreamErrors.ConnectFailed, SafeForAnyMethod = true };
    private static readonly TryResult Broken = new() { Outcome = TryOutcome.Broken, Failure = UpstreamErrors.InvalidResponse };
    private static readonly TryResult Silent = new() { Outcome = TryOutcome.TimedOut, Failure = UpstreamErrors.Timeout };

    private readonly ManualTime time = new();
    private readonly RetryCounts counts = new("m");

    [Theory]
    [InlineData("GET", true, true)]
    [InlineData("DELETE", true, true)]
    [InlineData("POST", true, false)]
    [InlineData("PATCH", true, false)]
    public void What_the_upstream_may_have_seen_is_repeated_for_idempotent_methods_only(string method, bool refused, bool broken)
    {
        Rules(new()).Allows(Exchange(method), Refused).ShouldBe(refused);
        Rules(new()).Allows(Exchange(method), Broken).ShouldBe(broken);
        Rules(new()).Allows(Exchange(method), Silent).ShouldBe(broken);
        Rules(new()).Declines(Exchange(method), Answer(503), retryAfter: null).ShouldBe(broken);
    }

    [Fact]
    public void Methods_failures_and_statuses_are_configured()
    {
        Rules(new() { Methods = ["POST"] }).Allows(Exchange("POST"), Broken).ShouldBeTrue();
        Rules(new() { Methods = ["POST"] }).Allows(Exchange("GET"), Broken).ShouldBeFalse();
        Rules(new() { OnErrors = ["connect"] }).Allows(Exchange(), Broken).ShouldBeFalse();
        Rules(new() { OnErrors = ["broken"] }).Allows(Exchange(), Refused).ShouldBeFalse();
        Rules(new() { OnErrors = ["connect"] }).Allows(Exchange(), Silent with { SafeForAnyMethod = true }).ShouldBeTrue();
        Rules(new() { OnStatuses = [429] }).Declines(Exchange(), Answer(429), null).ShouldBeTrue();
        Rules(new() { OnStatuses = [429] }).Declines(Exchange(), Answer(503), null).ShouldBeFalse();
    }

    [Fact]
    public void Attempts_count_the_first_try()
    {
        Rules(new() { Attempts = 2 }).Allows(Exchange(tries: 1), Refused).ShouldBeTrue();
        Rules(new() { Attempts = 2 }).Allows(Exchange(tries: 2), Refused).ShouldBeFalse();
        counts.Of(RetryDecision.Retried).ShouldBe(1);
        counts.Of(RetryDecision.NoAttempts).ShouldBe(1);
    }

    [Fact]
    public void The_budget_has_the_last_word()
    {
        var rules = Rules(new() { Budget = new() { Ratio = 0, Min = 1 } });
        rules.Allows(Exchange(), Refused).ShouldBeTrue();
        rules.Allows(Exchange(), Refused).ShouldBeFalse();
        counts.Of(RetryDecision.NoBudget).ShouldBe(1);
    }

    [Theory]
    [InlineData(1, 0.0, 100)]
    [InlineData(2, 0.0, 200)]
    [InlineData(3, 0.0, 400)]
    [InlineData(4, 0.0, 500)]
    [InlineData(3, 0.5, 300)]
    [InlineData(3, 1.0, 200)]
    public void Pauses_double_and_chance_shortens_them(int tries, double chance, int milliseconds)
    {
        var exchange = Exchange(tries: tries);
        Rules(new() { Attempts = 10, Backoff = new() { Base = 100, Max = 500, Jitter = 0.5 } }, chance).Allows(exchange, Refused).ShouldBeTrue();
        exchange.RetryDelay.TotalMilliseconds.ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData("2", true, 2000)]
    [InlineData("6", false, 0)]
    [InlineData("Fri, 20 Nov 2026 05:25:25 GMT", true, 3000)]
    [InlineData("Fri, 20 Nov 2026 05:30:00 GMT", false, 0)]
    [InlineData("Fri, 20 Nov 2020 05:30:00 GMT", true, 25)]
    [InlineData("soon", true, 25)]
    [InlineData("-1", true, 25)]
    public void Retry_After_is_waited_for_or_not_at_all(string retryAfter, bool retries, int milliseconds)
    {
        var exchange = Exchange();
        Rules(new(), chance: 0).Declines(exchange, Answer(503), retryAfter).ShouldBe(retries);
        if (retries) exchange.RetryDelay.TotalMilliseconds.ShouldBe(milliseconds);
        var other = Exchange();
        Rules(new() { HonorRetryAfter = false }, chance: 0).Declines(other, Answer(503), retryAfter).ShouldBeTrue();
        other.RetryDelay.TotalMilliseconds.ShouldBe(25);
    }

    [Fact]
    public void No_try_begins_after_the_total_timeout()
    {
        var exchange = Exchange();
        exchange.Timings.UpstreamStarted = System.Diagnostics.Stopwatch.GetTimestamp() - System.Diagnostics.Stopwatch.Frequency;
        Rules(new() { TotalTimeout = 900 }).Allows(exchange, Refused).ShouldBeFalse();
        Rules(new() { TotalTimeout = 900_000 }).Allows(exchange, Refused).ShouldBeTrue();
    }

    [Fact]
    public async Task The_pause_is_kept_unless_the_client_goes()
    {
        var exchange = Exchange();
        var rules = Rules(new(), chance: 0);
        rules.Allows(exchange, Refused);
        var waiting = rules.WaitAsync(exchange).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(24));
        waiting.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromMilliseconds(1));
        (await waiting.WaitAsync(Eventually.Patience)).ShouldBeTrue();

        using var client = new CancellationTokenSource();
        exchange.Http.RequestAborted = client.Token;
        waiting = rules.WaitAsync(exchange).AsTask();
        await client.CancelAsync();
        (await waiting.WaitAsync(Eventually.Patience)).ShouldBeFalse();
    }

    private static TryResult Answer(int status) => new() { Outcome = TryOutcome.Answered, Status = status, Failure = UpstreamErrors.InvalidResponse };

    private static Exchange Exchange(string method = "GET", int tries = 1)
    {
        var exchange = new Exchange(new DefaultHttpContext(), loop: null);
        exchange.Upstream.Method = method;
        exchange.Timings.Tries = tries;
        return exchange;
    }

    private PluginRetryRules Rules(RetryPluginConfig config, double chance = 0.5) =>
        new(config, new RetryBudget(config.Budget.Ratio, config.Budget.Min, TimeSpan.FromSeconds(config.Budget.Window), time), counts, time, new ScriptedRandom(chance));
}
