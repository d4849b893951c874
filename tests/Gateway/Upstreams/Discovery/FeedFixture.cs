using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Upstreams.Discovery;

namespace Sluice.Gateway.Tests.Upstreams.Discovery;

/// <summary>A feed with what it has told last.</summary>
internal sealed class FeedFixture : IDisposable
{
    private readonly DiscoveryFeed feed;
    private volatile string last = "";

    public FeedFixture(DiscoverySource source)
    {
        feed = new DiscoveryFeed(source, TimeProvider.System, NullLogger.Instance);
        feed.Add(found => last = string.Join(' ', found.Select(t => $"{t.Address.Host}:{t.Address.Port}*{t.Weight}")));
    }

    public DiscoveryStatus Status => feed.Status;

    /// <summary>Waits until these endpoints are told: <c>10.0.0.1:80*100 ...</c>.</summary>
    public Task TellsAsync(string endpoints) => Eventually.HoldsAsync(() => last == endpoints && feed.Status.LastAnswer is not null, $"'{endpoints}' told; now '{last}', {feed.Status}");

    public Task IsUpAsync(bool up) => Eventually.HoldsAsync(() => feed.Status.IsUp == up, $"up: {up}; {feed.Status}");

    public void Dispose() => feed.Dispose();
}
