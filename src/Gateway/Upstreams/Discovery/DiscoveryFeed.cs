using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Discovery;

/// <summary>
/// Watches one source for all pools that want its endpoints, across reloads. When the source fails its last endpoints stay and it is tried again,
/// with pauses that grow from a tenth of a second to ten, shortened at random.
/// </summary>
internal sealed partial class DiscoveryFeed : IMetricsSource, IDisposable
{
    private const int MostEndpoints = 10_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Requests that come before the first answer wait this long for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Action<IReadOnlyList<PoolTarget>>> listeners = [];
    private readonly Lock gate = new();
    private readonly DiscoverySource source;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ITimer patience;
    private IReadOnlyList<PoolTarget>? last;
    private DateTimeOffset lastAnswer;
    private volatile string? problem;
    private long changes;
    private long failures;

    public DiscoveryFeed(DiscoverySource source, TimeProvider time, ILogger log)
    {
        this.source = source;
        this.time = time;
        this.log = log;
        patience = time.CreateTimer(static f => ((TaskCompletionSource)f!).TrySetResult(), first, Patience, Timeout.InfiniteTimeSpan);
        _ = Task.Run(RunAsync);
    }

    /// <summary>Completes with the first answer, the first failure, or when it has taken too long. Never fails.</summary>
    public Task FirstAnswer => first.Task;

    public DiscoveryStatus Status
    {
        get
        {
            lock (gate)
                return new DiscoveryStatus
                {
                    Source = source.Name,
                    IsUp = last is not null && problem is null,
                    LastAnswer = last is null ? null : lastAnswer,
                    Problem = problem,
                    Endpoints = last?.Count ?? 0,
                };
        }
    }

    /// <summary>What a source does when it is away or answers nonsense, as against a mistake of ours.</summary>
    public static bool IsFailure(Exception e) =>
        e is DiscoveryException or HttpRequestException or IOException or OperationCanceledException or JsonException or AuthenticationException
            or CryptographicException or UnauthorizedAccessException or KeyNotFoundException or InvalidOperationException or System.Net.Sockets.SocketException or FormatException;

    /// <summary>Has <paramref name="listener"/> told the endpoints that are known, and from now on each change. One call at a time.</summary>
    public void Add(Action<IReadOnlyList<PoolTarget>> listener)
    {
        lock (gate)
        {
            listeners.Add(listener);
            if (last is not null) listener(last);
        }
    }

    public void Remove(Action<IReadOnlyList<PoolTarget>> listener)
    {
        lock (gate) listeners.Remove(listener);
    }

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        var status = Status;
        var label = ("source", status.Source);
        text.Family("gateway_discovery_up", "gauge", "1 while a source of endpoints answers, 0 while it is away and its last endpoints are used.")
            .Sample("gateway_discovery_up", status.IsUp ? 1 : 0, label);
        text.Family("gateway_discovery_endpoints", "gauge", "Endpoints that a source told last.").Sample("gateway_discovery_endpoints", status.Endpoints, label);
        text.Family("gateway_discovery_changes_total", "counter", "Changes of a source's endpoints.")
            .Sample("gateway_discovery_changes_total", Interlocked.Read(ref changes), label);
        text.Family("gateway_discovery_failures_total", "counter", "Times that a source was away or answered nonsense.")
            .Sample("gateway_discovery_failures_total", Interlocked.Read(ref failures), label);
    }

    public void Dispose()
    {
        stopping.Cancel();
        patience.Dispose();
        first.TrySetResult();
    }

    private async Task RunAsync()
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            var begun = time.GetTimestamp();
            try
            {
                await source.WatchAsync(Found, stopping.Token).ConfigureAwait(false);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                if (!IsFailure(e)) LogUnexpected(log, e, source.Name);
                Failed(e is OperationCanceledException ? "no answer in time" : e.Message);
            }

            // A source that served for a while and then failed begins with short pauses again.
            if (time.GetElapsedTime(begun) > LongestPause) pause = FirstPause;
            try
            {
                await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        source.Dispose();
    }

    private void Found(IReadOnlyList<PoolTarget> endpoints)
    {
        endpoints = [.. endpoints.DistinctBy(e => e.Address).Take(MostEndpoints)];
        lock (gate)
        {
            if (stopping.IsCancellationRequested) return;
            if (problem is not null) LogBack(log, source.Name);
            problem = null;
            lastAnswer = time.GetUtcNow();
            if (last is null || !last.SequenceEqual(endpoints))
            {
                last = endpoints;
                Interlocked.Increment(ref changes);
                LogChanged(log, source.Name, endpoints.Count);
                foreach (var listener in listeners) listener(endpoints);
            }
        }

        first.TrySetResult();
    }

    private void Failed(string why)
    {
        Interlocked.Increment(ref failures);
        lock (gate)
        {
            if (problem is null) LogAway(log, source.Name, why, last?.Count ?? 0);
            problem = why;
        }

        first.TrySetResult();
    }

    [LoggerMessage(1, LogLevel.Information, "{Source} told its endpoints; number of them now: {Count}")]
    private static partial void LogChanged(ILogger log, string source, int count);

    [LoggerMessage(2, LogLevel.Warning, "{Source} is away: {Problem}; its last endpoints ({Count}) stay in use")]
    private static partial void LogAway(ILogger log, string source, string problem, int count);

    [LoggerMessage(3, LogLevel.Information, "{Source} is back")]
    private static partial void LogBack(ILogger log, string source);

    [LoggerMessage(4, LogLevel.Error, "watching {Source} failed inside the gateway")]
    private static partial void LogUnexpected(ILogger log, Exception e, string source);
}
