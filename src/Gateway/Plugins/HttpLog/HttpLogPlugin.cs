using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.HttpLog;

/// <summary>Sends an entry per exchange to an HTTP server.</summary>
internal sealed class HttpLogPlugin : LogPlugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<HttpLogPlugin, HttpLogConfig>((config, setup) => new(config, setup))
    {
        Name = "http-log",
        Summary = "Sends a JSON entry per request to an HTTP server.",
    };

    private readonly BatchQueue queue;

    public HttpLogPlugin(HttpLogConfig config, PluginSetup setup)
        : base(new CustomFields(config.CustomFieldsByLua, "http-log", setup.Log), setup.Time)
    {
        // The same middleware with the same settings keeps its queue over a change of the configuration.
        var key = (setup.Middleware.Id, System.Text.Json.JsonSerializer.Serialize(config));
        queue = setup.Shared.Get(key, setup.Snapshot.Lease, () => Open(config, setup));
    }

    protected override void Write(Exchange exchange, ReadOnlySpan<byte> entry) => queue.Add(entry);

    private static BatchQueue Open(HttpLogConfig config, PluginSetup setup)
    {
        var settings = config.Queue.Settings(config.QueueSize, config.FlushTimeout);
        var sender = new HttpLogSender(config);
        return new BatchQueue(
            "http-log", settings, (batch, cancel) => sender.SendAsync(batch, settings.MaxBatchSize > 1, cancel), setup.Time, setup.Log)
        {
            Target = sender,
        };
    }
}
