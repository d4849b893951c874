using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>A place that says which endpoints there are. Runs on the thread pool.</summary>
internal abstract class DiscoverySource : IDisposable
{
    /// <summary>Which kind and what it watches, without secrets: <c>consul orders at http://127.0.0.1:8500</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Tells all endpoints that there are now, and again after each change. Ends only by failing: with what the source does when it is away or
    /// answers nonsense (see <see cref="DiscoveryFeed.IsFailure"/>), or when cancelled.
    /// </summary>
    public abstract Task WatchAsync(Action<IReadOnlyList<PoolTarget>> found, CancellationToken stop);

    public virtual void Dispose()
    {
    }
}

/// <summary>A source answers, but not with what it should. The message is for people.</summary>
internal sealed class DiscoveryException(string message) : Exception(message);
