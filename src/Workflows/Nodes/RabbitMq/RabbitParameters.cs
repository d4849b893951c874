using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.RabbitMq;

/// <summary>Which message goes where.</summary>
[CamelCase]
internal sealed record RabbitParameters
{
    /// <summary>Send a message, or take the one that began the run from its queue (the trigger's <c>options.acknowledge: laterMessageNode</c>).</summary>
    [OneOf("sendMessage", "deleteMessage")]
    public string Operation { get; init; } = "sendMessage";

    /// <summary>Whether a message goes to a queue or to an exchange.</summary>
    [OneOf("queue", "exchange")]
    public string Mode { get; init; } = "queue";

    /// <summary>The queue.</summary>
    public Parameter<string> Queue { get; init; } = "";

    /// <summary>The exchange.</summary>
    public Parameter<string> Exchange { get; init; } = "";

    /// <summary>The exchange's type, with which it is made where it is not there.</summary>
    [OneOf("direct", "topic", "headers", "fanout")]
    public string ExchangeType { get; init; } = "fanout";

    /// <summary>The routing key for the exchange.</summary>
    public Parameter<string> RoutingKey { get; init; } = "";

    /// <summary>Whether the message is the item as JSON; otherwise it is <c>message</c>.</summary>
    public bool SendInputData { get; init; } = true;

    /// <summary>The message.</summary>
    public Parameter<string> Message { get; init; } = "";

    /// <summary>For editors.</summary>
    public string DeleteMessage { get; init; } = "";

    /// <summary>More about it.</summary>
    public RabbitOptions Options { get; init; } = new();
}

/// <summary>More about messages and where they go.</summary>
[CamelCase]
internal sealed record RabbitOptions
{
    /// <summary>Whether the queue is made where it is not there; otherwise it has to be.</summary>
    public bool AssertQueue { get; init; } = true;

    /// <summary>Whether the exchange is made where it is not there; otherwise it has to be.</summary>
    public bool AssertExchange { get; init; } = true;

    /// <summary>Whether what is made survives a restart of the server.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Whether what is made goes with its last user.</summary>
    public bool AutoDelete { get; init; }

    /// <summary>Whether a queue that is made belongs to this connection only.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Where an exchange that is made sends what it has no queue for.</summary>
    public string AlternateExchange { get; init; } = "";

    /// <summary>Arguments with which queues and exchanges are made: <c>x-queue-type</c> <c>quorum</c>.</summary>
    public RabbitArguments Arguments { get; init; } = new();

    /// <summary>Headers of the messages.</summary>
    public RabbitHeaders Headers { get; init; } = new();
}

/// <summary>A list of arguments.</summary>
[CamelCase]
internal sealed record RabbitArguments
{
    /// <summary>The arguments.</summary>
    public IReadOnlyList<RabbitPair> Argument { get; init; } = [];
}

/// <summary>A list of headers.</summary>
[CamelCase]
internal sealed record RabbitHeaders
{
    /// <summary>The headers.</summary>
    public IReadOnlyList<RabbitPair> Header { get; init; } = [];
}

/// <summary>A name and a value.</summary>
[CamelCase]
internal sealed record RabbitPair
{
    /// <summary>The name.</summary>
    public Parameter<string> Key { get; init; } = "";

    /// <summary>The value; whole numbers and true and false are sent as such in arguments.</summary>
    public Parameter<string> Value { get; init; } = "";
}
