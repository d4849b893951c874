using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Replaying;

/// <summary>The last requests, every so many of them, in a ring of a fixed size; in memory only.</summary>
/// <param name="size">How many are kept.</param>
/// <param name="every">1 keeps each request, 100 one of a hundred.</param>
internal sealed class RecentRequests(int size, int every)
{
    private readonly RecordedRequest?[] _ring = new RecordedRequest?[size];
    private int _asked;
    private int _next;

    /// <summary>Whether the next request is one of those that are kept.</summary>
    public bool Takes() => every == 1 || (uint)Interlocked.Increment(ref _asked) % (uint)every == 1;

    public void Add(RecordedRequest request, Exchange exchange)
    {
        request.End(exchange);
        _ring[(uint)Interlocked.Increment(ref _next) % (uint)size] = request;
    }

    /// <summary>Those that are there now, in no order.</summary>
    public IReadOnlyList<RecordedRequest> ToList() => [.. _ring.OfType<RecordedRequest>()];
}
