using System.Collections.Concurrent;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Snapshot;

/// <summary>What a plugin makes of each service whose requests it sees, made with the first of them.</summary>
internal sealed class ModelsLike(Func<ServiceConfig, ServiceModel> make)
{
    // Of routes without a service.
    private static readonly ServiceConfig NoService = new();

    private readonly ConcurrentDictionary<ServiceConfig, ServiceModel> made = new(ReferenceEqualityComparer.Instance);

    /// <summary>What is like the service of a request.</summary>
    public ServiceModel Of(Exchange exchange) => made.GetOrAdd(exchange.Service?.Config ?? NoService, make);
}
