using System.Collections.Concurrent;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>How often identity providers were asked, for what, and how that ended.</summary>
internal sealed class ProviderCalls : IMetricsSource
{
    private const string Name = "gateway_identity_provider_calls_total";

    private readonly ConcurrentDictionary<(string Server, string Purpose, string Outcome), long> counts = new();

    public static ProviderCalls For(PluginSetup setup) => setup.Shared.Get(nameof(ProviderCalls), setup.Snapshot.Lease, static () => new ProviderCalls());

    /// <param name="server">Host and port.</param>
    /// <param name="purpose">One of a few words.</param>
    /// <param name="outcome">One of a few words.</param>
    public void Count(string server, string purpose, string outcome) => counts.AddOrUpdate((server, purpose, outcome), 1, static (_, n) => n + 1);

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        text.Family(Name, "counter", "Calls to identity providers, by what for and by how they ended: ok, refused (a 4xx), failed (no usable answer).");
        foreach (var ((server, purpose, outcome), count) in counts)
            text.Sample(Name, count, ("server", server), ("purpose", purpose), ("outcome", outcome));
    }
}
