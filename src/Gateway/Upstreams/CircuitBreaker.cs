using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Upstreams;

public enum CircuitState { Closed, Open, HalfOpen }

/// <summary>Stops asking a service that keeps failing. Shared state; safe from any thread.</summary>
public abstract class CircuitBreaker
{
    public abstract CircuitBreakerConfig Config { get; }

    public abstract CircuitState State { get; }

    /// <summary>Whether a request may pass now; when true, exactly one call of <see cref="Report"/> must follow.</summary>
    public abstract bool TryEnter();

    /// <summary>How the request that entered ended: whether the service did its part.</summary>
    public abstract void Report(bool success);
}
