using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Validating;

/// <summary>How many messages did not keep to what was asked of them, by plugin, for <c>/metrics</c>.</summary>
internal sealed class ValidationFailures : IMetricsSource
{
    private static readonly string[] Plugins = ["request-validator", "oas-validation", "json-threat-protection", "xml-threat-protection"];

    private readonly StripedCounters counts = new(Plugins.Length * 2);

    public static ValidationFailures For(PluginSetup setup) => setup.Shared.Get("validation-failures", setup.Snapshot.Lease, static () => new ValidationFailures());

    /// <summary>Counts one; <paramref name="refused"/> says whether it was refused or only noted.</summary>
    public void Count(Exchange exchange, string plugin, bool refused) =>
        counts.Add(exchange.LoopIndex, (Array.IndexOf(Plugins, plugin) * 2) + (refused ? 0 : 1), 1);

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        text.Family("gateway_validation_failures_total", "counter", "Messages that failed a validation: refused, or only noted.");
        for (var i = 0; i < Plugins.Length; i++)
        {
            text.Sample("gateway_validation_failures_total", counts.Sum(i * 2), ("plugin", Plugins[i]), ("outcome", "refused"));
            text.Sample("gateway_validation_failures_total", counts.Sum((i * 2) + 1), ("plugin", Plugins[i]), ("outcome", "noted"));
        }
    }
}
