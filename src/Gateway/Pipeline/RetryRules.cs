using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// A plugin's rules for further tries, in place of the service's <c>retries</c> and <c>retry</c>. One serves many exchanges at once. It is not asked
/// where another try is out of the question: the client has gone, the response has begun, or part of the request's body is gone.
/// </summary>
internal abstract class RetryRules
{
    /// <summary>How long each try may take until the head of its answer; <see cref="TimeSpan.Zero"/> for as long as the service's timeouts say.</summary>
    public abstract TimeSpan TryTimeout { get; }

    /// <summary>Whether a try that failed is followed by another one. True is kept to: <see cref="WaitAsync"/> and the try follow.</summary>
    public abstract bool Allows(Exchange exchange, in TryResult failed);

    /// <summary>Whether an answer is put aside for another try; otherwise it is passed on.</summary>
    /// <param name="exchange">Whose answer it is.</param>
    /// <param name="answer">With its status.</param>
    /// <param name="retryAfter">Its Retry-After, if it has one.</param>
    public abstract bool Declines(Exchange exchange, in TryResult answer, string? retryAfter);

    /// <summary>The time between two tries.</summary>
    /// <returns>False when the client went away meanwhile.</returns>
    public abstract ValueTask<bool> WaitAsync(Exchange exchange);
}
