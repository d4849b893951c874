namespace Sluice.Gateway.Pipeline;

/// <summary>Answers the requests of a route that has no service: what stands where a request would be forwarded. One serves many requests at once.</summary>
public abstract class RouteHandler
{
    /// <summary>
    /// Answers a request that has passed the stages before the upstream. Starts on the exchange's loop and ends there: what burns CPU or waits leaves the
    /// loop and comes back. Ends early when <c>Exchange.Http.RequestAborted</c> does.
    /// </summary>
    public abstract ValueTask<Answer> AnswerAsync(Exchange exchange);
}
