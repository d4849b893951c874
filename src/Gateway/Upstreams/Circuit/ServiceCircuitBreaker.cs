using Microsoft.Extensions.Logging;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Circuit;

/// <summary>
/// The circuit breaker of a service. While closed, a request costs one read to enter and one addition to report; only a change of state takes a
/// lock. Every change begins a new period, and reports of requests that entered in an earlier one are ignored.
/// </summary>
internal sealed partial class ServiceCircuitBreaker : CircuitBreaker
{
    private readonly string service;
    private readonly TimeProvider time;
    private readonly HealthEvents events;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private volatile Period period;

    public ServiceCircuitBreaker(string service, CircuitBreakerConfig config, TimeProvider time, HealthEvents events, ILogger log)
    {
        this.service = service;
        Config = config;
        this.time = time;
        this.events = events;
        this.log = log;
        period = new Period(0, CircuitState.Closed, time.GetTimestamp());
    }

    public override CircuitBreakerConfig Config { get; }

    public override CircuitState State =>
        period is { State: CircuitState.Open } open && IsOver(open) ? CircuitState.HalfOpen : period.State;

    public override bool TryEnter(out CircuitPass pass)
    {
        var now = period;
        if (now.State == CircuitState.Open && IsOver(now)) now = Change(now, CircuitState.HalfOpen, "");
        pass = new CircuitPass(now.Number);
        return now.State switch
        {
            CircuitState.Closed => true,
            CircuitState.Open => false,
            _ => now.TryTakePlace(Config.MaxRequests) || TryTakePlaceOfNext(ref pass, now),
        };
    }

    public override void Report(CircuitPass pass, bool success)
    {
        var now = period;
        if (now.Number != pass.Period) return;
        if (now.State == CircuitState.HalfOpen)
        {
            if (!success) Change(now, CircuitState.Open, "a trial request failed");
            else if (now.Count(failed: false).Requests >= Config.MaxRequests) Change(now, CircuitState.Closed, "");
            return;
        }

        if (time.GetElapsedTime(now.Began).TotalMilliseconds >= Config.Interval) now = StartAgain(now);
        var (requests, failures) = now.Count(!success);
        if (!success && requests >= Config.MinRequests && failures >= requests * Config.ErrorThreshold)
            Change(now, CircuitState.Open, $"{failures} of {requests} requests failed");
    }

    public override void Cancel(CircuitPass pass)
    {
        var now = period;
        if (now.Number == pass.Period && now.State == CircuitState.HalfOpen) now.GiveBackPlace();
    }

    /// <summary>Trial requests that stay for long (streams do) hold the circuit half-open; others get their chance when as much time has passed again.</summary>
    private bool TryTakePlaceOfNext(ref CircuitPass pass, Period full)
    {
        if (!IsOver(full)) return false;
        var next = Change(full, CircuitState.HalfOpen, "the trial requests have not ended");
        pass = new CircuitPass(next.Number);
        return next.State switch
        {
            CircuitState.Closed => true,
            CircuitState.Open => false,
            _ => next.TryTakePlace(Config.MaxRequests),
        };
    }

    private bool IsOver(Period passing) => time.GetElapsedTime(passing.Began).TotalMilliseconds >= Config.Timeout;

    /// <summary>Ends <paramref name="from"/>, unless somebody else has, and returns the period that holds now.</summary>
    private Period Change(Period from, CircuitState to, string reason)
    {
        lock (gate)
        {
            if (period != from) return period;
            period = new Period(from.Number + 1, to, time.GetTimestamp());
        }

        var state = to switch
        {
            CircuitState.Open => "open",
            CircuitState.HalfOpen => "half-open",
            _ => "closed",
        };
        events.Add(new HealthEvent(time.GetUtcNow(), HealthEventKind.Circuit, service, null, state, reason));
        if (to == CircuitState.Open) LogOpen(log, service, reason);
        else LogChange(log, service, state);
        return period;
    }

    /// <summary>A new interval of the closed state: the counts start again, passes stay good.</summary>
    private Period StartAgain(Period from)
    {
        lock (gate)
        {
            if (period == from) period = new Period(from.Number, CircuitState.Closed, time.GetTimestamp());
            return period;
        }
    }

    [LoggerMessage(20, LogLevel.Error, "The circuit breaker of service {Service} opens: {Reason}")]
    private static partial void LogOpen(ILogger log, string service, string reason);

    [LoggerMessage(21, LogLevel.Warning, "The circuit breaker of service {Service} is {State}")]
    private static partial void LogChange(ILogger log, string service, string state);

    /// <summary>The time in one state, or one interval of the closed state, with its counts.</summary>
    private sealed class Period(int number, CircuitState state, long began)
    {
        // Requests in the upper half, failures in the lower, so that both are counted by one addition.
        private long counts;
        private int places;

        public int Number { get; } = number;

        public CircuitState State { get; } = state;

        public long Began { get; } = began;

        public (int Requests, int Failures) Count(bool failed)
        {
            var sum = Interlocked.Add(ref counts, (1L << 32) + (failed ? 1 : 0));
            return ((int)(sum >> 32), (int)sum);
        }

        public bool TryTakePlace(int most)
        {
            if (Interlocked.Increment(ref places) <= most) return true;
            Interlocked.Decrement(ref places);
            return false;
        }

        public void GiveBackPlace() => Interlocked.Decrement(ref places);
    }
}
