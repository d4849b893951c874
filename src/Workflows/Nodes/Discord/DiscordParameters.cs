using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Discord;

/// <summary>What is done at Discord.</summary>
[CamelCase]
internal sealed record DiscordParameters : ConnectorParameters
{
    /// <summary>The address of a webhook, where no connection has it.</summary>
    public Parameter<string> WebhookUri { get; init; } = "";

    /// <summary>The text of a message, as version 1 calls it.</summary>
    public Parameter<string> Text { get; init; } = "";

    /// <summary>The text of a message.</summary>
    public Parameter<string> Content { get; init; } = "";

    /// <summary>Whether a message goes to a channel or a person.</summary>
    [OneOf("channel", "user")]
    public string SendTo { get; init; } = "channel";

    /// <summary>The channel.</summary>
    public Parameter<string> ChannelId { get; init; } = "";

    /// <summary>The person.</summary>
    public Parameter<string> UserId { get; init; } = "";

    /// <summary>The server.</summary>
    public Parameter<string> GuildId { get; init; } = "";

    /// <summary>The message.</summary>
    public Parameter<string> MessageId { get; init; } = "";

    /// <summary>A reaction.</summary>
    public Parameter<string> Emoji { get; init; } = "";

    /// <summary>The name of a channel.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>Embeds: a list, or <c>{"values": [...]}</c> whose entries are embeds or <c>{"inputMethod": "json", "json": ...}</c>.</summary>
    public Parameter<JsValue>? Embeds { get; init; }

    /// <summary>More about it: fields of the API; <c>message_reference</c> is the id of the message that is answered.</summary>
    public Parameter<JsValue>? Options { get; init; }
}
