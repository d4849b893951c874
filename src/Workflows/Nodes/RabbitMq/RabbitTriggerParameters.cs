using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.RabbitMq;

/// <summary>Which messages begin runs.</summary>
[CamelCase]
internal sealed record RabbitTriggerParameters
{
    /// <summary>The queue.</summary>
    [Required, Length(1, 255)]
    public string Queue { get; init; } = "";

    /// <summary>More about it.</summary>
    public RabbitTriggerOptions Options { get; init; } = new();
}

/// <summary>More about messages that begin runs.</summary>
[CamelCase]
internal sealed record RabbitTriggerOptions
{
    /// <summary>
    /// When a message goes from its queue: when its run is stored (<c>immediately</c>; with durability none, when it is taken), when the run ends, when it
    /// ends well, or when a later node of the run says so.
    /// </summary>
    [OneOf("immediately", "executionFinishes", "executionFinishesSuccessfully", "laterMessageNode")]
    public string Acknowledge { get; init; } = "immediately";

    /// <summary>How many messages are dealt with at a time; -1 for as many as may be, which are 200.</summary>
    [Between(-1, 200)]
    public double ParallelMessages { get; init; } = -1;

    /// <summary>How often a message is tried whose run fails, where <c>acknowledge</c> waits for that; after that it goes to the dead letter queue.</summary>
    [Between(1, 1000)]
    public double MaxAttempts { get; init; } = 5;

    /// <summary>Seconds until the second attempt; each further one waits twice as long, up to a minute.</summary>
    [Between(0, 60)]
    public double RetryDelay { get; init; } = 1;

    /// <summary>Where messages go that no attempt could deal with, or that cannot be read: a queue, made where it is not there. <c>QUEUE.dead</c> unless given.</summary>
    [Length(1, 255)]
    public string? DeadLetterQueue { get; init; }

    /// <summary>Whether the message becomes the file <c>data</c> of the item.</summary>
    public bool ContentIsBinary { get; init; }

    /// <summary>Whether the message is JSON.</summary>
    [Field("jsonParseBody")]
    public bool JsonParseBody { get; init; }

    /// <summary>Whether the item is the message's content only.</summary>
    public bool OnlyContent { get; init; }

    /// <summary>Whether the queue is made where it is not there; otherwise it has to be.</summary>
    public bool AssertQueue { get; init; } = true;

    /// <summary>Whether a queue that is made survives a restart of the server.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Whether a queue that is made goes with its last consumer.</summary>
    public bool AutoDelete { get; init; }

    /// <summary>Whether a queue that is made belongs to this connection only.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Arguments with which the queue is made: <c>x-queue-type</c> <c>quorum</c>.</summary>
    public RabbitArguments Arguments { get; init; } = new();

    /// <summary>Exchanges that the queue is bound to.</summary>
    public RabbitBindings Binding { get; init; } = new();
}

/// <summary>Exchanges that a queue is bound to.</summary>
[CamelCase]
internal sealed record RabbitBindings
{
    /// <summary>The bindings.</summary>
    public IReadOnlyList<RabbitBinding> Bindings { get; init; } = [];
}

/// <summary>An exchange that a queue is bound to.</summary>
[CamelCase]
internal sealed record RabbitBinding
{
    /// <summary>The exchange; it has to be there.</summary>
    [Required, Length(1, 255)]
    public string Exchange { get; init; } = "";

    /// <summary>Which of its messages the queue gets.</summary>
    [AllowEmpty, Length(0, 255)]
    public string RoutingKey { get; init; } = "";
}
