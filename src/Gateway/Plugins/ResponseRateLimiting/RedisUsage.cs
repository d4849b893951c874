using Sluice.Foundation.Redis;
using Sluice.Gateway.Plugins.RateLimiting;

namespace Sluice.Gateway.Plugins.ResponseRateLimiting;

/// <summary>Usage that all nodes share, kept in Redis under Kong's own keys: read with one command before a request, added to after its response.</summary>
/// <param name="scope">The first part of the keys: <c>response-ratelimit:ROUTE:SERVICE:</c>.</param>
internal sealed class RedisUsage(RedisClient redis, string scope, UsageLimit[] limits)
{
    private readonly RedisRequestCounters counters = new(redis);

    /// <summary>What the caller has used, by limit and window; null when the server is away.</summary>
    public async ValueTask<uint[][]?> ReadAsync(string caller, long now)
    {
        RedisArgument[] command = ["MGET", .. limits.SelectMany(l => l.Windows.Select(w => (RedisArgument)Key(l, w, caller, now)))];
        var reply = await redis.ExecuteAsync(command).ConfigureAwait(false);
        if (reply.Kind != RedisReplyKind.List || reply.Items.Count != command.Length - 1) return null;
        var next = 0;
        return [.. limits.Select(l => l.Windows.Select(_ => uint.TryParse(reply.Items[next++].Text, out var used) ? used : 0).ToArray())];
    }

    /// <summary>Adds what a response has used. Nobody waits for it: should the server be away, the node's own counts have it.</summary>
    public void Add(UsageLimit limit, string caller, long now, uint amount)
    {
        foreach (var window in limit.Windows) _ = counters.AddAsync(Key(limit, window, caller, now), amount, window.SecondsKept).AsTask();
    }

    private string Key(UsageLimit limit, Window window, string caller, long now) => window.RedisKey(scope, caller, now, limit.Name + ":");
}
