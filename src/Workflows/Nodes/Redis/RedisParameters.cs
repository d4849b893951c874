using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Redis;

/// <summary>What is done with a key, a list or a channel.</summary>
[CamelCase]
internal sealed record RedisParameters
{
    /// <summary>What is done.</summary>
    [OneOf("delete", "get", "incr", "info", "keys", "pop", "publish", "push", "set")]
    public string Operation { get; init; } = "info";

    /// <summary>The key, for <c>delete</c>, <c>get</c>, <c>incr</c> and <c>set</c>.</summary>
    public Parameter<string> Key { get; init; } = "";

    /// <summary>The field that <c>get</c> and <c>pop</c> write to: a path unless <c>options.dotNotation</c> is false.</summary>
    public Parameter<string> PropertyName { get; init; } = "propertyName";

    /// <summary>What the key holds; asked of the server, or seen from the value, when automatic.</summary>
    [OneOf("automatic", "hash", "list", "sets", "string")]
    public string KeyType { get; init; } = "automatic";

    /// <summary>What <c>set</c> writes: text, or for hashes, lists and sets an object or list or its JSON.</summary>
    public Parameter<JsValue> Value { get; init; } = new(default);

    /// <summary>Whether the value of a hash is an object (or its JSON); otherwise text of names and values with spaces between them.</summary>
    [Field("valueIsJSON")]
    public bool ValueIsJson { get; init; } = true;

    /// <summary>Whether the key goes by itself after <c>ttl</c> seconds.</summary>
    public bool Expire { get; init; }

    /// <summary>Seconds until it does.</summary>
    public Parameter<double> Ttl { get; init; } = 60;

    /// <summary>Which keys <c>keys</c> gives, as Redis writes patterns: <c>order:*</c>.</summary>
    public Parameter<string> KeyPattern { get; init; } = "";

    /// <summary>Whether it gives their values, too.</summary>
    public bool GetValues { get; init; } = true;

    /// <summary>The list, for <c>push</c> and <c>pop</c>.</summary>
    public Parameter<string> List { get; init; } = "";

    /// <summary>Whether its end is meant and not its beginning.</summary>
    public bool Tail { get; init; }

    /// <summary>The channel, for <c>publish</c>.</summary>
    public Parameter<string> Channel { get; init; } = "";

    /// <summary>What is pushed or published.</summary>
    public Parameter<string> MessageData { get; init; } = "";

    /// <summary>More about it.</summary>
    public RedisOptions Options { get; init; } = new();
}

/// <summary>More about reading.</summary>
[CamelCase]
internal sealed record RedisOptions
{
    /// <summary>Whether <c>propertyName</c> is a path.</summary>
    public bool DotNotation { get; init; } = true;
}
