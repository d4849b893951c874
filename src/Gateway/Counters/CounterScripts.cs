using Sluice.Foundation.Redis;

namespace Sluice.Gateway.Counters;

/// <summary>
/// The algorithms as scripts, which Redis runs as one step: one round trip, and no two nodes see the same count. The server's clock decides,
/// so that the nodes' own need not agree. KEYS: one per quota. ARGV: the cost, then limit and window (ms) of each, then 1 to count what is refused, too.
/// The answer: 1 or 0 for allowed, then what was used and the milliseconds to the reset of each.
/// </summary>
internal static class CounterScripts
{
    private const string Head = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local cost = tonumber(ARGV[1])
        local states, allowed = {}, 1

        """;

    private const string Tail = """

        local answer = {allowed}
        for i, key in ipairs(KEYS) do
          local limit, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
          local state = look(key, limit, window)
          states[i] = state
          if state.used + cost > limit + 1e-9 then allowed = 0 end
          answer[2 * i] = string.format('%.6f', state.used)
          answer[2 * i + 1] = math.ceil(state.reset)
        end
        answer[1] = allowed
        if allowed == 1 or ARGV[2 * #KEYS + 2] == '1' then
          for i, key in ipairs(KEYS) do take(key, states[i], tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])) end
        end
        return answer
        """;

    private const string FixedWindow = """
        local function look(key, limit, window)
          local number = math.floor(now / window)
          local kept = redis.call('HMGET', key, 'n', 'c')
          return {number = number, used = tonumber(kept[1] or -1) == number and tonumber(kept[2]) or 0, reset = (number + 1) * window - now}
        end
        local function take(key, state, limit, window)
          redis.call('HSET', key, 'n', state.number, 'c', state.used + cost)
          redis.call('PEXPIRE', key, window)
        end
        """;

    private const string SlidingWindow = """
        local function look(key, limit, window)
          local number = math.floor(now / window)
          local kept = redis.call('HMGET', key, 'n', 'c', 'p')
          local last = tonumber(kept[1] or -2)
          local current = last == number and tonumber(kept[2]) or 0
          local previous = last == number and tonumber(kept[3]) or last == number - 1 and tonumber(kept[2]) or 0
          local left = (number + 1) * window - now
          return {number = number, current = current, previous = previous, used = current + previous * left / window, reset = left}
        end
        local function take(key, state, limit, window)
          redis.call('HSET', key, 'n', state.number, 'c', state.current + cost, 'p', state.previous)
          redis.call('PEXPIRE', key, 2 * window)
        end
        """;

    private const string TokenBucket = """
        local function look(key, limit, window)
          local kept = redis.call('HMGET', key, 'u', 't')
          local used = math.max(0, tonumber(kept[1] or 0) - (now - tonumber(kept[2] or now)) * limit / window)
          return {used = used, reset = math.max(0, used + cost - limit) * window / limit}
        end
        local function take(key, state, limit, window)
          redis.call('HSET', key, 'u', string.format('%.9f', state.used + cost), 't', now)
          redis.call('PEXPIRE', key, window)
        end
        """;

    private static readonly RedisScript[] Scripts = [new(Head + FixedWindow + Tail), new(Head + SlidingWindow + Tail), new(Head + TokenBucket + Tail)];

    public static RedisScript For(LimitAlgorithm algorithm) => Scripts[(int)algorithm];
}
