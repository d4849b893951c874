using System.Globalization;
using Sluice.Foundation.Redis;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Counters;

/// <summary>
/// Counts of all nodes that use the same Redis server, or of this node alone without one. While the server is away this node's own counts
/// decide, which have been kept up to date meanwhile.
/// </summary>
/// <remarks>
/// With the server there, no more than the limit passes, however many nodes ask: a check is one step of the server. While it is away each node lets
/// at most the limit pass by itself, what it let pass before included, so that N nodes let at most N times the limit pass in a window.
/// Not for event loops: await it and come back with <c>Loop.SwitchTo()</c>. A check never takes longer than the server's timeout.
/// </remarks>
internal sealed class SharedCounters : IMetricsSource
{
    private readonly RedisClient? redis;
    private readonly LocalCounters local;
    private readonly int quotaCount;
    private long countedHere;

    /// <param name="redis">Null to count in this process only.</param>
    /// <param name="quotaCount">How many quotas each check is about.</param>
    public SharedCounters(RedisClient? redis, TimeProvider time, int quotaCount = 1)
    {
        this.redis = redis;
        this.quotaCount = quotaCount;
        local = new LocalCounters(time, quotaCount);
    }

    /// <summary>Whether the counts are kept in this process, so that <see cref="CountHere"/> is all.</summary>
    public bool IsLocal => redis is null;

    /// <summary>Counts in this process only, without waiting or allocating.</summary>
    public bool CountHere(LimitAlgorithm algorithm, Caller caller, ReadOnlySpan<Quota> quotas, double cost, Span<QuotaUse> uses, bool countRefused = false) =>
        local.Count(algorithm, caller, quotas, cost, uses, countRefused);

    /// <summary>Counts <paramref name="cost"/> under all quotas, or under none when one of them does not allow it.</summary>
    /// <param name="key">Whose usage; the same for the same quotas on all nodes.</param>
    /// <param name="countRefused">Counts what is not allowed, too, so that only waiting helps.</param>
    public async ValueTask<CountResult> CountAsync(
        LimitAlgorithm algorithm, string key, ReadOnlyMemory<Quota> quotas, double cost = 1, bool countRefused = false)
    {
        if (redis is null) return CountLocally(algorithm, key, quotas.Span, cost, countRefused) with { Shared = true };
        var keys = new RedisArgument[quotas.Length];
        var arguments = new RedisArgument[2 + (2 * quotas.Length)];
        arguments[^1] = countRefused ? 1 : 0;
        arguments[0] = cost;
        for (var i = 0; i < quotas.Length; i++)
        {
            var window = (long)quotas.Span[i].Window.TotalMilliseconds;
            keys[i] = string.Create(CultureInfo.InvariantCulture, $"sluice:{key}:{window}");
            arguments[(2 * i) + 1] = quotas.Span[i].Limit;
            arguments[(2 * i) + 2] = window;
        }

        var reply = await redis.EvaluateAsync(CounterScripts.For(algorithm), keys, arguments).ConfigureAwait(false);
        if (Read(reply, quotas.Length) is not { } result)
        {
            Interlocked.Increment(ref countedHere);
            return CountLocally(algorithm, key, quotas.Span, cost, countRefused);
        }

        if (result.Allowed || countRefused) CountLocally(algorithm, key, quotas.Span, cost, countRefused);
        return result;
    }

    private CountResult CountLocally(LimitAlgorithm algorithm, string key, ReadOnlySpan<Quota> quotas, double cost, bool countRefused)
    {
        var uses = new QuotaUse[quotaCount];
        return new CountResult(local.Count(algorithm, Caller.From(key), quotas, cost, uses, countRefused), false, uses);
    }

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime) =>
        CountedHere(text, Interlocked.Read(ref countedHere));

    /// <summary>Adds to the metric of checks for which the shared counts were away.</summary>
    internal static void CountedHere(PrometheusText text, long count) =>
        text.Family("gateway_rate_limit_local_total", "counter", "Requests held against this node's own counts because the shared ones were away.")
            .Part("gateway_rate_limit_local_total", count);

    private static CountResult? Read(RedisReply reply, int quotas)
    {
        if (reply.Kind != RedisReplyKind.List || reply.Items.Count != 1 + (2 * quotas)) return null;
        var uses = new QuotaUse[quotas];
        for (var i = 0; i < quotas; i++)
        {
            if (!double.TryParse(reply.Items[1 + (2 * i)].Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var used)) return null;
            uses[i] = new QuotaUse(used, TimeSpan.FromMilliseconds(reply.Items[2 + (2 * i)].Integer));
        }

        return new CountResult(reply.Items[0].Integer == 1, true, uses);
    }
}
