using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.Prometheus;

/// <summary>Counts exchanges under Kong's metric names; <c>/metrics</c> shows them beside the gateway's own.</summary>
internal sealed class PrometheusPlugin(PrometheusConfig config, PluginSetup setup) : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<PrometheusPlugin, PrometheusConfig>((config, setup) => new(config, setup))
    {
        Name = "prometheus",
        Summary = "Counts requests under Kong's metric names.",
    };

    private readonly KongMetrics metrics = setup.Shared.Get("prometheus", setup.Snapshot.Lease, () => new KongMetrics()).Using(config);

    public override void Record(Exchange exchange)
    {
        var consumer = config.PerConsumer ? exchange.Consumer?.Label ?? "" : "";
        metrics.For(exchange.Service?.Label ?? "", exchange.Route?.Label ?? "", consumer).Record(exchange, config);
        if (config.AiMetrics && LlmUsage.Of(exchange) is { } used) metrics.Models.Record(used, consumer, exchange.LoopIndex);
    }
}
