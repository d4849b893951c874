using System.Globalization;
using System.Text;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.Statsd;

namespace Sluice.Gateway.Plugins.Datadog;

/// <summary>Sends metrics of each exchange to a Datadog agent.</summary>
internal sealed class DatadogPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<DatadogPlugin, DatadogConfig>((config, setup) => new(config, setup))
    {
        Name = "datadog",
        Summary = "Sends metrics of each request to a Datadog agent.",
    };

    private readonly DatadogConfig config;
    private readonly BatchQueue queue;

    public DatadogPlugin(DatadogConfig config, PluginSetup setup)
    {
        this.config = config;
        var settings = config.Queue.Settings(config.QueueSize, config.FlushTimeout);
        queue = setup.Shared.Get(("datadog", config.Host, config.Port, settings), setup.Snapshot.Lease, () =>
        {
            var sender = new StatsdSender(0, new DatagramSender(config.Host, config.Port, setup.Time), null);
            return new BatchQueue("datadog", settings, sender.SendAsync, setup.Time, setup.Log) { Target = sender };
        });
    }

    public override void Record(Exchange exchange)
    {
        var lines = new StringBuilder(512);
        var latencies = Latencies.Of(exchange);
        foreach (var metric in config.Metrics)
        {
            var (name, value) = metric.Name switch
            {
                "request_count" => ("request.count", 1),
                "request_size" => ("request.size", LogEntry.RequestSize(exchange)),
                "response_size" => ("response.size", exchange.Timings.ResponseBytes),
                "latency" => ("latency", latencies.Request),
                "kong_latency" => ("kong_latency", latencies.Kong),
                _ => ("upstream_latency", latencies.Proxy),
            };
            StatsdLine.Append(
                lines, config.Prefix, name, value.ToString(CultureInfo.InvariantCulture), StatsdLine.TypeOf(metric.StatType), StatsdLine.RateOf(metric.SampleRate));
            AppendTags(lines, metric, exchange);
        }

        if (lines.Length > 0) queue.Add(Encoding.UTF8.GetBytes(lines.ToString()));
    }

    private void AppendTags(StringBuilder lines, DatadogMetricConfig metric, Exchange exchange)
    {
        var service = exchange.Service?.Config is { } some ? (some.Name ?? some.Host).Replace('.', '_') : "";
        lines.Append("|#").Append(config.ServiceNameTag).Append(':').Append(service)
            .Append(',').Append(config.StatusTag).Append(':').Append(exchange.Response.StatusCode);
        var consumer = exchange.Consumer is null ? null : metric.ConsumerIdentifier switch
        {
            "consumer_id" => exchange.Consumer.IdText.Replace('-', '_'),
            "custom_id" => exchange.Consumer.Config.CustomId,
            "username" => exchange.Consumer.Config.Username,
            _ => null,
        };
        if (consumer is not null) lines.Append(',').Append(config.ConsumerTag).Append(':').Append(consumer);
        foreach (var tag in metric.Tags ?? []) lines.Append(',').Append(tag);
    }
}
