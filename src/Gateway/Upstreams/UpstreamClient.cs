using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams;

/// <summary>
/// Sends an exchange to one endpoint of a service and brings the answer back. One per service and snapshot; its connection pools are shared
/// resources. The plain HTTP/1.1 client runs on the exchange's loop; TLS, HTTP/2 and gRPC upstreams go through the framework's handler.
/// </summary>
public abstract class UpstreamClient
{
    /// <summary>
    /// One try. The head of the answer is put into the exchange's response, the response stages run, and the body streams through.
    /// </summary>
    /// <returns>How it ended; <see cref="TryResult.Failure"/> is set when nothing has been sent to the client yet.</returns>
    public abstract ValueTask<TryResult> TryAsync(Exchange exchange, Endpoint endpoint);

    /// <summary>The same as one of several tries at once. Clients that cannot be cut off run it alone.</summary>
    internal virtual ValueTask<TryResult> TryAsync(Exchange exchange, Endpoint endpoint, RacingTry? race) => TryAsync(exchange, endpoint);

    /// <summary>Tries can run beside each other and be cut off.</summary>
    internal virtual bool CanRace => false;
}

/// <summary>The end of one try.</summary>
public readonly struct TryResult
{
    public TryOutcome Outcome { get; init; }

    /// <summary>The answer's status; 0 when there was none.</summary>
    public int Status { get; init; }

    /// <summary>What to tell the client if this was the last try; null when the response has been sent (or broke off half-way).</summary>
    public GatewayError? Failure { get; init; }

    /// <summary>Nothing of the request can have been processed by the endpoint, so that any method may be sent to another.</summary>
    public bool SafeForAnyMethod { get; init; }

    /// <summary>The answer was put aside because there will be another try: that has been decided and is not asked again.</summary>
    internal bool IsDeclined { get; init; }

    /// <summary>Part of the request's body is gone, so that it cannot be sent again.</summary>
    public bool BodyConsumed { get; init; }
}
