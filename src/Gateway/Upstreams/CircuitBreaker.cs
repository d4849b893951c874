using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Upstreams;

/// <summary>Closed: requests pass and failures are counted. Open: refused at once. HalfOpen: a few pass, to see whether the service is back.</summary>
public enum CircuitState { Closed, Open, HalfOpen }

/// <summary>Stops asking a service that keeps failing. Shared state; safe from any thread.</summary>
public abstract class CircuitBreaker
{
    public abstract CircuitBreakerConfig Config { get; }

    /// <summary>The state now: an open breaker whose time is over shows as half-open before the first request comes.</summary>
    public abstract CircuitState State { get; }

    /// <summary>
    /// Whether a request may pass now; when true, exactly one call of <see cref="Report"/> with the same pass must follow. When false, answer
    /// with <see cref="Circuit.CircuitErrors.Open"/>.
    /// </summary>
    /// <param name="pass">Says in which closed or half-open period the request entered, so that a late report does not count in another one.</param>
    public abstract bool TryEnter(out CircuitPass pass);

    /// <summary>How the request that entered ended: whether the service did its part.</summary>
    public abstract void Report(CircuitPass pass, bool success);

    /// <summary>Gives the pass back without a verdict, as when the client went away before the service answered.</summary>
    public abstract void Cancel(CircuitPass pass);
}

/// <summary>The right to one request through a <see cref="CircuitBreaker"/>.</summary>
public readonly struct CircuitPass
{
    internal CircuitPass(int period) => Period = period;

    internal int Period { get; }
}
