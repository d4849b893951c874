using Sluice.Foundation.Redis;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>
/// How the entries of a store are kept within a number of bytes by a Redis server: each step is one script. Beside the entries, which the server lets go of by
/// itself when their time is over, there are four keys per store: what is known <c>about</c> each entry (its size, then its URL and tags, a line each), the
/// <c>ring</c> in which they wait to make room, when they <c>expire</c>, and how many <c>bytes</c> they take.
/// </summary>
/// <remarks>
/// KEYS: those four, in this order. ARGV[1]: what the names of the entries begin with. Ids that are asked for are 24 characters, so that the numbers of
/// what is kept do not depend on how long URLs are.
/// </remarks>
internal static class RedisScripts
{
    private const string Head = """
        local about, ring, expire, bytes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
        local prefix = ARGV[1]
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local turn = time[1] * 1000000 + time[2]
        local function last()
          turn = turn + 1
          return string.format('%.0f', turn)
        end
        local function drop(id)
          local known = redis.call('HGET', about, id)
          if known then
            redis.call('HDEL', about, id)
            redis.call('ZREM', ring, id)
            redis.call('ZREM', expire, id)
            redis.call('DECRBY', bytes, string.match(known, '^%d+') or 0)
          end
          return redis.call('UNLINK', prefix .. id)
        end

        """;

    /// <summary>
    /// Stores entries, lets go of some whose time is over, and makes room: the oldest goes first, but one that was read since it last came by waits once more.
    /// ARGV[2]: the most bytes. Then for each: id, milliseconds, size, the lines about it, and its bytes; without bytes, one that is there is kept for as long.
    /// The answer: the bytes taken, and the number of entries.
    /// </summary>
    public static readonly RedisScript Put = new(Head + """
        local most = tonumber(ARGV[2])
        for i = 3, #ARGV, 5 do
          local id, left, size, lines, data = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3], ARGV[i + 4]
          if data == '' then
            local has = redis.call('PTTL', prefix .. id)
            if has >= 0 and has < left then
              redis.call('PEXPIRE', prefix .. id, left)
              redis.call('ZADD', expire, now + left, id)
            end
          else
            drop(id)
            redis.call('SET', prefix .. id, data, 'PX', left)
            redis.call('HSET', about, id, ARGV[i + 2] .. '\n' .. lines)
            redis.call('ZADD', ring, last(), id)
            redis.call('ZADD', expire, now + left, id)
            redis.call('INCRBY', bytes, size)
          end
        end
        for _, id in ipairs(redis.call('ZRANGEBYSCORE', expire, '-inf', now, 'LIMIT', 0, 20)) do
          drop(id)
          redis.call('ZREM', expire, id)
        end
        local taken, chances = tonumber(redis.call('GET', bytes) or 0), 32
        while taken > most do
          local oldest = redis.call('ZPOPMIN', ring)
          local id, since = oldest[1], oldest[2]
          if not id then
            redis.call('DEL', bytes)
            return {0, 0}
          end
          local idle = chances > 0 and redis.pcall('OBJECT', 'IDLETIME', prefix .. id)
          if type(idle) == 'number' and now - idle * 1000 > since / 1000 + 2000 then
            chances = chances - 1
            redis.call('ZADD', ring, last(), id)
          else
            drop(id)
          end
          taken = tonumber(redis.call('GET', bytes) or 0)
        end
        return {taken, redis.call('ZCARD', ring)}
        """);

    /// <summary>Takes entries out. ARGV[2...]: their ids. The answer: how many there were.</summary>
    public static readonly RedisScript Remove = new(Head + """
        local removed = 0
        for i = 2, #ARGV do removed = removed + drop(ARGV[i]) end
        return removed
        """);

    /// <summary>
    /// Looks at some entries and takes out those that are meant. ARGV[2]: where to go on, 0 to begin. ARGV[3]: <c>all</c>, <c>prefix</c> or <c>tag</c>; ARGV[4]:
    /// which. The answer: where to go on, 0 at the end, and how many were taken out.
    /// </summary>
    public static readonly RedisScript Purge = new(Head + """
        local kind, wanted = ARGV[3], ARGV[4]
        local function meant(known)
          if kind == 'all' then return true end
          local url = (string.find(known, '\n', 1, true) or #known) + 1
          if kind == 'prefix' then return string.sub(known, url, url + #wanted - 1) == wanted end
          local tags = string.find(known, '\n', url, true)
          return tags and string.find(known, '\n' .. wanted .. '\n', tags, true)
        end
        local found = redis.call('HSCAN', about, ARGV[2], 'COUNT', 500)
        local removed = 0
        for i = 1, #found[2], 2 do
          if meant(found[2][i + 1]) then removed = removed + drop(found[2][i]) end
        end
        return {found[1], removed}
        """);
}
