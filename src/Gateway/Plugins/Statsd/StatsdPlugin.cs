using System.Globalization;
using System.Text;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.Statsd;

/// <summary>Sends metrics of each exchange to StatsD.</summary>
internal sealed class StatsdPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<StatsdPlugin, StatsdConfig>((config, setup) => new(config, setup))
    {
        Name = "statsd",
        Summary = "Sends metrics of each request to a StatsD server.",
    };

    private static readonly string Node = Environment.MachineName.Replace('.', '_');

    private readonly StatsdConfig config;
    private readonly string prefix;
    private readonly Metric[] metrics;
    private readonly (int From, int To)[]? statuses;
    private readonly BatchQueue queue;
    private readonly MemoryUsage memory;

    public StatsdPlugin(StatsdConfig config, PluginSetup setup)
    {
        this.config = config;
        prefix = config.HostnameInPrefix && config.TagStyle is null ? $"{config.Prefix}.node.{Node}" : config.Prefix;
        metrics = [.. config.Metrics.Select(m => new Metric(m, config))];
        statuses = config.AllowStatusCodes is null ? null : [.. config.AllowStatusCodes.Select(Range).OfType<(int, int)>()];
        memory = setup.Shared.Get("statsd", setup.Snapshot.Lease, () => new MemoryUsage(setup.Time));
        var settings = config.Queue.Settings(config.QueueSize, config.FlushTimeout);
        var key = ("statsd", config.Host, config.Port, config.UseTcp, config.UdpPacketSize, settings);
        queue = setup.Shared.Get(key, setup.Snapshot.Lease, () =>
        {
            var sender = Sender(config, setup.Time);
            return new BatchQueue("statsd", settings, sender.SendAsync, setup.Time, setup.Log) { Target = sender };
        });
    }

    public override void Record(Exchange exchange)
    {
        if (!IsAllowed(exchange.Response.StatusCode)) return;
        var lines = new StringBuilder(512);
        var latencies = Latencies.Of(exchange);
        foreach (var metric in metrics) Write(lines, metric, exchange, latencies);
        if (lines.Length > 0) queue.Add(Encoding.UTF8.GetBytes(lines.ToString()));
    }

    private void Write(StringBuilder lines, Metric metric, Exchange exchange, in Latencies latencies)
    {
        switch (metric.Name)
        {
            case "request_count":
                Value(lines, metric, exchange, "request.count", 1);
                break;
            case "request_size":
                Value(lines, metric, exchange, "request.size", LogEntry.RequestSize(exchange));
                break;
            case "response_size":
                Value(lines, metric, exchange, "response.size", exchange.Timings.ResponseBytes);
                break;
            case "latency":
                Value(lines, metric, exchange, "latency", latencies.Request);
                break;
            case "kong_latency":
                Value(lines, metric, exchange, "kong_latency", latencies.Kong);
                break;
            case "upstream_latency":
                if (latencies.Proxy >= 0) Value(lines, metric, exchange, "upstream_latency", latencies.Proxy);
                break;
            case "shdict_usage":
                if (memory.IsDue()) WriteMemory(lines, metric);
                break;
            default:
                // As in Kong, what names a user, a status or a workspace is left to the tags where there are some.
                if (config.TagStyle is null) Named(lines, metric, exchange);
                break;
        }
    }

    private void Value(StringBuilder lines, Metric metric, Exchange exchange, string name, long value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        if (config.TagStyle is { } style) StatsdLine.Append(lines, prefix, name, text, metric.Type, metric.Rate, style, Tags(metric, exchange));
        else StatsdLine.Append(lines, prefix, $"{metric.Scope(exchange)}.{name}", text, metric.Type, metric.Rate);
    }

    private void Named(StringBuilder lines, Metric metric, Exchange exchange)
    {
        var status = exchange.Response.StatusCode;
        var consumer = metric.Consumer(exchange);
        var name = metric.Name switch
        {
            "status_count" => $"{metric.Scope(exchange)}.status.{status}",
            "status_count_per_workspace" => $"{metric.Scope(exchange)}.workspace.{metric.Workspace}.status.{status}",
            _ when consumer is null => null,
            "unique_users" => $"{metric.Scope(exchange)}.user.uniques",
            "request_per_user" => $"{metric.Scope(exchange)}.user.{consumer}.request.count",
            "status_count_per_user" => $"{metric.Scope(exchange)}.user.{consumer}.status.{status}",
            _ when exchange.Route is null => null,
            _ => $"route.{exchange.Route.Config.Id}.user.{consumer}.status.{status}",
        };
        if (name is null) return;
        if (metric.Name == "unique_users") StatsdLine.Append(lines, prefix, name, consumer!, "s", "");
        else StatsdLine.Append(lines, prefix, name, "1", "c", metric.Rate);
    }

    private void WriteMemory(StringBuilder lines, Metric metric)
    {
        var (capacity, free) = MemoryUsage.Read();
        foreach (var store in MemoryUsage.Stores)
        {
            (string, string)[] tags = [("node", Node), ("shdict", store)];
            var name = config.TagStyle is not null ? "shdict" : config.HostnameInPrefix ? $"shdict.{store}" : $"node.{Node}.shdict.{store}";
            StatsdLine.Append(lines, prefix, $"{name}.free_space", free, "g", metric.Rate, config.TagStyle, tags);
            StatsdLine.Append(lines, prefix, $"{name}.capacity", capacity, "g", metric.Rate, config.TagStyle, tags);
        }
    }

    /// <summary>Null without a service: then the line has none.</summary>
    private static List<(string, string)>? Tags(Metric metric, Exchange exchange)
    {
        if (metric.Service(exchange) is not { } service) return null;
        var tags = new List<(string, string)>(6) { ("service", service) };
        if (exchange.Route is { } route) tags.Add(("route", route.Label));
        tags.Add(("workspace", metric.Workspace));
        if (metric.Consumer(exchange) is { } consumer) tags.Add(("consumer", consumer));
        tags.Add(("node", Node));
        tags.Add(("status", exchange.Response.StatusCode.ToString(CultureInfo.InvariantCulture)));
        return tags;
    }

    private bool IsAllowed(int status)
    {
        if (statuses is null) return true;
        foreach (var (from, to) in statuses)
            if (status >= from && status <= to) return true;
        return false;
    }

    /// <summary>Kong reads three digits on each side; a range with fewer matches nothing.</summary>
    private static (int, int)? Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash >= 3 && text.Length >= dash + 4
            ? (int.Parse(text.AsSpan(dash - 3, 3), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(dash + 1, 3), CultureInfo.InvariantCulture))
            : null;
    }

    private static StatsdSender Sender(StatsdConfig config, TimeProvider time) => config.UseTcp
        ? new StatsdSender(0, null, new StreamSender(new() { Host = config.Host, Port = config.Port, Timeout = TimeSpan.FromSeconds(1) }, time))
        : new StatsdSender((int)config.UdpPacketSize, new DatagramSender(config.Host, config.Port, time), null);

    /// <summary>One metric with what its names are made of.</summary>
    private sealed class Metric(StatsdMetricConfig metric, StatsdConfig config)
    {
        private readonly string serviceBy = metric.ServiceIdentifier ?? config.ServiceIdentifierDefault;
        private readonly string consumerBy = metric.ConsumerIdentifier ?? config.ConsumerIdentifierDefault;

        public string Name => metric.Name;

        public string Type { get; } = StatsdLine.TypeOf(metric.StatType);

        public string Rate { get; } = StatsdLine.RateOf(metric.SampleRate);

        public string Workspace { get; } =
            (metric.WorkspaceIdentifier ?? config.WorkspaceIdentifierDefault) == "workspace_id" ? EntityJson.Workspace : "default";

        public string Scope(Exchange exchange) =>
            exchange.Service is null ? "global.unmatched" : $"service.{Service(exchange)?.Replace('.', '_') ?? "unnamed"}";

        public string? Service(Exchange exchange) => exchange.Service?.Config is not { } service ? null : serviceBy switch
        {
            "service_id" => service.Id.ToString(),
            "service_name" => service.Name,
            "service_host" => service.Host,
            _ => service.Name ?? service.Host,
        };

        public string? Consumer(Exchange exchange) => exchange.Consumer is not { } consumer ? null : consumerBy switch
        {
            "consumer_id" => consumer.IdText,
            "username" => consumer.Config.Username,
            _ => consumer.Config.CustomId,
        };
    }
}
