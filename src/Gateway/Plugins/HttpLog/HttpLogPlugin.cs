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

    protected override void Write(ReadOnlySpan<byte> entry) => queue.Add(entry);

    private static BatchQueue Open(HttpLogConfig config, PluginSetup setup)
    {
        var settings = Settings(config);
        var sender = new HttpLogSender(config);
        return new BatchQueue(
            "http-log", settings, (batch, cancel) => sender.SendAsync(batch, settings.MaxBatchSize > 1, cancel), setup.Time, setup.Log)
        {
            Target = sender,
        };
    }

    private static BatchQueueSettings Settings(HttpLogConfig config) => new()
    {
        MaxBatchSize = config.QueueSize is > 1 ? config.QueueSize.Value : config.Queue.MaxBatchSize,
        MaxCoalescingDelay = Seconds(config.FlushTimeout ?? config.Queue.MaxCoalescingDelay),
        MaxEntries = config.Queue.MaxEntries,
        MaxBytes = config.Queue.MaxBytes ?? new BatchQueueSettings().MaxBytes,
        MaxRetryTime = Seconds(config.Queue.MaxRetryTime),
        InitialRetryDelay = Seconds(config.Queue.InitialRetryDelay),
        MaxRetryDelay = Seconds(config.Queue.MaxRetryDelay),
    };

    /// <summary>Timers take no more than some weeks, and Kong's schema sets no bounds to these.</summary>
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, -1, 1_000_000));
}
