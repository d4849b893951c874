using Microsoft.Extensions.Logging;
using Sluice.Foundation.Redis;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Redis;

/// <summary>
/// The connection to one Redis server that all plugins of all snapshots share; it is opened with the first command. What sends so much that others would
/// wait behind it has one of its own.
/// </summary>
internal sealed partial class SharedRedis : IMetricsSource, IDisposable
{
    private readonly ILogger log;
    private readonly string? owner;

    private SharedRedis(RedisSettings settings, string? owner, TimeProvider time, ILogger log)
    {
        this.log = log;
        this.owner = owner;
        Client = new RedisClient(settings, time);
        Client.Changed += OnChanged;
    }

    public RedisClient Client { get; }

    /// <summary>The server without secrets, and whose connection it is: <c>redis.internal:6379/0 (http-cache)</c>.</summary>
    public string Name => owner is null ? Client.Settings.ToString() : $"{Client.Settings} ({owner})";

    /// <param name="owner">The plugin whose own connection it is; null for the shared one.</param>
    public static SharedRedis For(RedisConfig config, SharedResources shared, SnapshotLease lease, TimeProvider time, ILogger log, string? owner = null)
    {
        var settings = config.ToSettings();
        return shared.Get((settings, owner), lease, () => new SharedRedis(settings, owner, time, log));
    }

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        var server = ("server", Name);
        text.Family("gateway_redis_up", "gauge", "1 while the Redis server answers, 0 while it is away or was not needed yet.").Sample("gateway_redis_up", Client.IsUp ? 1 : 0, server);
        text.Family("gateway_redis_commands_total", "counter", "Commands for a Redis server.").Sample("gateway_redis_commands_total", Client.Commands, server);
        text.Family("gateway_redis_failures_total", "counter", "Commands that found no Redis server or got no answer in time.")
            .Sample("gateway_redis_failures_total", Client.Failures, server);
    }

    public void Dispose() => Client.Dispose();

    private void OnChanged(string? problem)
    {
        if (problem is null) LogBack(log, Name);
        else LogAway(log, Name, problem);
    }

    [LoggerMessage(1, LogLevel.Error, "Redis at {Server} is away: {Problem}; what needs it does without until it is back")]
    private static partial void LogAway(ILogger log, string server, string problem);

    [LoggerMessage(2, LogLevel.Information, "Redis at {Server} is back")]
    private static partial void LogBack(ILogger log, string server);
}
