using System.Text.Json;
using Sluice.Foundation.Redis;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Redis;

/// <summary>Reads and writes keys, lists and channels of a Redis server.</summary>
internal sealed class RedisNode : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RedisNode, RedisParameters>((p, s) => new(p, s))
    {
        Type = "redis",
        Summary = "Reads and writes a Redis server: keys, lists, channels.",
        Category = NodeCategory.Store,
        Aliases = [new("n8n-nodes-base.redis", 1, 1)],
        Difference = "set replaces lists and sets as a whole; keys with an expiry are written in one step; get gives the members of sorted sets, too",
    };

    private readonly RedisParameters _parameters;
    private readonly ConnectionReference? _connection;

    public RedisNode(RedisParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _connection = ConnectionReference.Of(setup, "redis", "operation");
        switch (parameters.Operation)
        {
            case "delete" or "get" or "incr" or "set":
                Require(parameters.Key, "key");
                break;
            case "keys":
                Require(parameters.KeyPattern, "keyPattern");
                break;
            case "push" or "pop":
                Require(parameters.List, "list");
                break;
            case "publish":
                Require(parameters.Channel, "channel");
                break;
        }

        void Require(Parameter<string> parameter, string name)
        {
            if (parameter is { IsLiteral: true, Literal: "" }) setup.Report(name, $"required for the operation {parameters.Operation}");
        }
    }

    /// <summary>Counting, pushing, popping and publishing twice is not the same as once.</summary>
    public override bool Idempotent => _parameters.Operation is not ("incr" or "push" or "pop" or "publish");

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        // What the server tells of itself does not depend on the items.
        if (_parameters.Operation == "info" && index > 0) return;
        var fields = await _connection!.FieldsAsync<RedisConnection>(context);
        var client = await context.Services.Redis.FindAsync(fields, context.Services.GuardsAddresses(context.Run.Request.Tenant), context.Time, context.Cancellation);
        var keys = new RedisKeys(client, fields, index, context.Cancellation);
        output.Add(_parameters.Operation switch
        {
            "get" => Made(context, index, await keys.GetAsync(_parameters.Key.Get(context, index), _parameters.KeyType)),
            "pop" => Made(context, index, Parsed(await keys.AskAsync(_parameters.Tail ? "RPOP" : "LPOP", _parameters.List.Get(context, index)))),
            "incr" => Paired(await IncrementAsync(keys, context, index), index),
            "keys" => Paired(await FindAsync(keys, _parameters.KeyPattern.Get(context, index)), index),
            "info" => Paired(RedisInfo.Read((await keys.AskAsync("INFO")).Text ?? ""), index),
            _ => await ChangeAsync(keys, context, index),
        });
    }

    private async Task<Item> ChangeAsync(RedisKeys keys, NodeContext context, int index)
    {
        switch (_parameters.Operation)
        {
            case "delete":
                await keys.AskAsync("DEL", _parameters.Key.Get(context, index));
                break;
            case "set":
                await keys.SetAsync(_parameters.Key.Get(context, index), _parameters.Value.Get(context, index), _parameters.KeyType, _parameters.ValueIsJson, Seconds(context, index));
                break;
            case "push":
                await keys.AskAsync(_parameters.Tail ? "RPUSH" : "LPUSH", _parameters.List.Get(context, index), _parameters.MessageData.Get(context, index));
                break;
            default:
                await keys.AskAsync("PUBLISH", _parameters.Channel.Get(context, index), _parameters.MessageData.Get(context, index));
                break;
        }

        return context.Same(index);
    }

    private async Task<JsObject> IncrementAsync(RedisKeys keys, NodeContext context, int index)
    {
        var key = _parameters.Key.Get(context, index);
        return new JsObject(1) { [key] = await keys.IncrementAsync(key, Seconds(context, index)) };
    }

    private async Task<JsObject> FindAsync(RedisKeys keys, string pattern)
    {
        var found = await keys.FindAsync(pattern);
        if (!_parameters.GetValues) return new JsObject(1) { ["keys"] = new JsArray([.. found.Select(k => (JsValue)k)]) };
        var values = new JsObject(found.Count);
        foreach (var key in found) values.Set(key, await keys.GetAsync(key, "automatic"));
        return values;
    }

    private long? Seconds(NodeContext context, int index)
    {
        if (!_parameters.Expire) return null;
        var seconds = _parameters.Ttl.Get(context, index);
        return seconds is >= 1 and <= 1e10 ? (long)seconds : throw new NodeException("ttl is at least one second") { ItemIndex = index, Retryable = false };
    }

    private Item Made(NodeContext context, int index, JsValue value)
    {
        var json = new JsObject(1);
        var name = _parameters.PropertyName.Get(context, index);
        if (_parameters.Options.DotNotation) ItemPaths.Set(json, name, value);
        else json.Set(name, value);
        return Paired(json, index);
    }

    private static Item Paired(JsObject json, int index) => new(json) { PairedItems = Positions.Of(index) };

    private static JsValue Parsed(RedisReply reply)
    {
        if (reply.Text is not { } text) return JsValue.Null;
        try
        {
            return JsJson.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
