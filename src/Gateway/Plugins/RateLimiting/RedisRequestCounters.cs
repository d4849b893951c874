using Sluice.Foundation.Redis;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>
/// Counts that all nodes share, kept in Redis under Kong's own keys. One round trip for a request however many windows it is held against, and no
/// two nodes see the same count.
/// </summary>
internal sealed class RedisRequestCounters(RedisClient redis)
{
    /// <summary>ARGV: the limit and the seconds to live of each key. The answer: the counts before this request, then which limit was reached, 0 for none.</summary>
    private static readonly RedisScript CountScript = new("""
        local answer, full = {}, 0
        for i, key in ipairs(KEYS) do
          answer[i] = tonumber(redis.call('GET', key) or 0)
          if answer[i] >= tonumber(ARGV[2 * i - 1]) then full = i end
        end
        if full == 0 then
          for i, key in ipairs(KEYS) do
            if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[2 * i]) end
          end
        end
        answer[#KEYS + 1] = full
        return answer
        """);

    private static readonly RedisScript AddScript = new("""
        local count = redis.call('INCRBY', KEYS[1], ARGV[1])
        if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
        return count
        """);

    /// <summary>The same as <see cref="RequestCounters.TryCount"/>; null when the server is away.</summary>
    /// <param name="scope">The first part of the keys: <c>ratelimit:ROUTE:SERVICE:</c>.</param>
    /// <param name="counts">Receives the counts before this request.</param>
    public async ValueTask<int?> TryCountAsync(string scope, string caller, Window[] windows, double[] limits, long now, uint[] counts)
    {
        var keys = new RedisArgument[windows.Length];
        var arguments = new RedisArgument[2 * windows.Length];
        for (var i = 0; i < windows.Length; i++)
        {
            keys[i] = windows[i].RedisKey(scope, caller, now);
            arguments[2 * i] = limits[i];
            arguments[(2 * i) + 1] = windows[i].SecondsKept;
        }

        var reply = await redis.EvaluateAsync(CountScript, keys, arguments).ConfigureAwait(false);
        if (reply.Kind != RedisReplyKind.List || reply.Items.Count != windows.Length + 1) return null;
        for (var i = 0; i < counts.Length; i++) counts[i] = (uint)Math.Clamp(reply.Items[i].Integer, 0, uint.MaxValue);
        return (int)reply.Items[^1].Integer - 1;
    }

    /// <summary>Adds to one count and gives what it is then, with the other nodes' requests; null when the server is away.</summary>
    public async ValueTask<long?> AddAsync(string key, long requests, long secondsKept)
    {
        var reply = await redis.EvaluateAsync(AddScript, [key], [requests, secondsKept]).ConfigureAwait(false);
        return reply.Kind == RedisReplyKind.Integer ? reply.Integer : null;
    }
}
