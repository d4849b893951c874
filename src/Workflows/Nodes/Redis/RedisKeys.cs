using Sluice.Foundation.Redis;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Redis;

/// <summary>The keys of a server, for one item.</summary>
internal sealed class RedisKeys(RedisClient client, RedisConnection fields, int index, CancellationToken cancel)
{
    /// <summary>Keys that one search gives at most: they are held in memory.</summary>
    private const int MostKeys = 100_000;

    /// <summary>Parts of one value: what Lua's unpack can take.</summary>
    private const int MostParts = 7000;

    private static readonly RedisScript Increment = new("local n = redis.call('INCR', KEYS[1]) redis.call('EXPIRE', KEYS[1], ARGV[1]) return n");

    /// <summary>First argument the command, second the seconds or 0, third whether what was there goes first, then the parts.</summary>
    private static readonly RedisScript Write = new(
        """
        if ARGV[3] == '1' then redis.call('DEL', KEYS[1]) end
        if #ARGV > 3 then redis.call(ARGV[1], KEYS[1], unpack(ARGV, 4)) end
        if ARGV[2] ~= '0' then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
        return 1
        """);

    /// <summary>One command.</summary>
    /// <exception cref="NodeException">The server does not answer, or refuses.</exception>
    public async Task<RedisReply> AskAsync(params RedisArgument[] command) => Check(await client.ExecuteAsync(command).AsTask().WaitAsync(cancel));

    public async Task<JsValue> GetAsync(string key, string type)
    {
        if (type == "automatic") type = (await AskAsync("TYPE", key)).Text ?? "none";
        return type switch
        {
            "string" => (await AskAsync("GET", key)).Text,
            "hash" => Pairs(await AskAsync("HGETALL", key)),
            "list" => List(await AskAsync("LRANGE", key, 0, -1)),
            "set" or "sets" => List(await AskAsync("SMEMBERS", key)),
            "zset" => List(await AskAsync("ZRANGE", key, 0, -1)),
            "none" => JsValue.Null,
            _ => throw Refuse($"the key '{key}' holds a {type}, which this node does not read"),
        };
    }

    public async Task SetAsync(string key, JsValue value, string type, bool isJson, long? seconds)
    {
        if (type == "automatic") type = value switch { { AsArray: not null } => "list", { AsObject: not null } => "hash", _ => "string" };
        if (type == "string")
        {
            var text = ParameterValues.ToText(value);
            await (seconds is { } after ? AskAsync("SET", key, text, "EX", after) : AskAsync("SET", key, text));
            return;
        }

        var parts = type == "hash" ? HashParts(value, isJson) : ListParts(value);
        if (parts.Count > MostParts) throw Refuse($"the value has more than {MostParts} parts");
        var command = type switch { "hash" => "HSET", "list" => "RPUSH", _ => "SADD" };
        Check(await client.EvaluateAsync(Write, [key], [command, seconds ?? 0, type == "hash" ? 0 : 1, .. parts.Select(p => (RedisArgument)p)]).AsTask().WaitAsync(cancel));
    }

    public async Task<double> IncrementAsync(string key, long? seconds) =>
        (seconds is { } after ? Check(await client.EvaluateAsync(Increment, [key], [after]).AsTask().WaitAsync(cancel)) : await AskAsync("INCR", key)).Integer;

    /// <summary>The keys of a pattern, in steps between which the server serves others.</summary>
    public async Task<IReadOnlyCollection<string>> FindAsync(string pattern)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var cursor = "0";
        do
        {
            var reply = await AskAsync("SCAN", cursor, "MATCH", pattern, "COUNT", 1000);
            foreach (var key in reply.Items[1].Items) found.Add(key.Text!);
            if (found.Count > MostKeys) throw Refuse($"more than {MostKeys} keys fit the pattern");
            cursor = reply.Items[0].Text!;
        }
        while (cursor != "0");
        return found;
    }

    private List<string> HashParts(JsValue value, bool isJson)
    {
        if (!isJson && value.AsString is { } words) return [.. words.Split(' ')];
        var map = JsonParameter.Parse(value, "value").AsObject ?? throw Refuse("value: a hash is an object");
        return [.. map.SelectMany(f => new[] { f.Key, ParameterValues.ToText(f.Value) })];
    }

    private List<string> ListParts(JsValue value) => value switch
    {
        { AsArray: { } list } => [.. list.Select(ParameterValues.ToText)],
        { AsString: ['[', ..] text } => [.. (JsonParameter.Parse(text, "value").AsArray ?? throw Refuse("value: a list")).Select(ParameterValues.ToText)],
        _ => [ParameterValues.ToText(value)],
    };

    private static JsValue Pairs(RedisReply reply)
    {
        if (reply.Items.Count == 0) return JsValue.Null;
        var map = new JsObject(reply.Items.Count / 2);
        for (var i = 0; i + 1 < reply.Items.Count; i += 2) map.Set(reply.Items[i].Text!, reply.Items[i + 1].Text);
        return map;
    }

    private static JsValue List(RedisReply reply) => new JsArray([.. reply.Items.Select(i => (JsValue)i.Text)]);

    private RedisReply Check(RedisReply reply) => reply switch
    {
        { IsUnavailable: true } => throw new NodeException($"the Redis server {fields.Host}:{fields.Port} does not answer: {reply.Error}") { ItemIndex = index },
        { IsError: true } => throw new NodeException(reply.Error!) { ItemIndex = index, Code = reply.Error!.Split(' ')[0], Retryable = reply.Error.StartsWith("LOADING", StringComparison.Ordinal) || reply.Error.StartsWith("TRYAGAIN", StringComparison.Ordinal) },
        _ => reply,
    };

    private NodeException Refuse(string message) => new(message) { ItemIndex = index, Retryable = false };
}
