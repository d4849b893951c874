using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Plugins.TrafficSplit;

/// <summary>A destination with its weight, found when the snapshot is built.</summary>
internal sealed class SplitTarget
{
    private readonly ServiceModel? service;
    private readonly ModelsLike? byService;
    private readonly ulong identity;

    /// <param name="number">Its place among all destinations of the middleware, for counting.</param>
    /// <exception cref="InvalidOperationException">What it refers to has gone.</exception>
    public SplitTarget(SplitDestination config, int number, PluginSetup setup)
    {
        var (services, middleware) = (setup.Services!, setup.Middleware.Id);
        Number = number;
        Weight = config.Weight;
        if (config.Service is { } reference)
        {
            service = services.Find(reference.Id) ?? throw Missing("service", reference.Id);
            Name = service.Label;
        }
        else if (config.Upstream is { } named)
        {
            Name = setup.Snapshot.Document.Upstreams.FirstOrDefault(u => u.Id == named.Id)?.Name ?? throw Missing("upstream", named.Id);
            byService = new ModelsLike(like => services.MakeLike(like, ServiceModels.Combine(middleware, named.Id), Name));
        }
        else
        {
            Name = "(own)";
        }

        var hash = new StableHash();
        hash.Add(Name);
        identity = hash.Value;
    }

    public int Number { get; }

    public string Name { get; }

    public int Weight { get; }

    /// <summary>The model that requests of <paramref name="exchange"/>'s route are sent to; null for the route's own.</summary>
    public ServiceModel? For(Exchange exchange) => service ?? byService?.Of(exchange);

    /// <summary>
    /// What a caller draws for this destination in weighted rendezvous hashing (Schindelhauer and Schomaker 2005): the destination with the highest
    /// draw gets the caller, so that a change of weights moves no more callers than it must.
    /// </summary>
    public double Draw(ulong caller)
    {
        var hash = new StableHash();
        hash.Add(caller);
        hash.Add(identity);

        // 53 random bits, never 0 or 1.
        var uniform = ((hash.Value >> 11) + 0.5) / (1UL << 53);
        return -Weight / Math.Log(uniform);
    }

    private static InvalidOperationException Missing(string kind, Guid id) => new($"it refers to {kind} {id}, which does not exist");
}
