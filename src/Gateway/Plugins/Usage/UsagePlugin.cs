using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Usage;

/// <summary>What is counted.</summary>
internal sealed record UsageConfig
{
    /// <summary>Whether calls that were refused (a limit, a missing permission) are counted, too; as failed ones.</summary>
    public bool CountRefused { get; init; } = true;
}

/// <summary>Counts what each consumer calls.</summary>
internal sealed partial class UsagePlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<UsagePlugin, UsageConfig>((config, setup) => new(config, setup))
    {
        Name = "usage",
        Summary = "Counts the calls of each consumer in the gateway's database, by route and hour.",
    };

    private readonly UsageConfig config;
    private readonly UsageMeter? meter;
    private readonly ILogger log;

    public UsagePlugin(UsageConfig config, PluginSetup setup)
    {
        this.config = config;
        log = setup.Log;
        meter = setup.Snapshot.Settings.Usage;
        if (meter is null) LogNoStore();
        else meter.Start();
    }

    public override void Record(Exchange exchange)
    {
        if (meter is null || exchange.Consumer is not { } consumer || exchange.Route is not { } route) return;
        var refused = exchange.Error is not null;
        if (refused && !config.CountRefused) return;
        meter.Count(consumer, route, refused || exchange.Response.StatusCode >= 500, exchange.Timings.ResponseBytes);
    }

    [LoggerMessage(1, LogLevel.Warning, "the gateway has no database of its own (--data), so that usage is not counted")]
    private partial void LogNoStore();
}
