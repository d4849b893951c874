using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Slack;

/// <summary>What is done at Slack.</summary>
[CamelCase]
internal sealed record SlackParameters : ConnectorParameters
{
    /// <summary>Whether a message goes to a channel or a person.</summary>
    [OneOf("channel", "user")]
    public string Select { get; init; } = "channel";

    /// <summary>The channel: its id, or its name with <c>#</c> for messages.</summary>
    [Alias("channel")]
    public Parameter<string> ChannelId { get; init; } = "";

    /// <summary>The person: an id, or a name with <c>@</c>.</summary>
    public Parameter<string> User { get; init; } = "";

    /// <summary>What a message is made of.</summary>
    [OneOf("text", "block", "attachment")]
    public string MessageType { get; init; } = "text";

    /// <summary>The text; with blocks or attachments, what notifications show.</summary>
    public Parameter<string> Text { get; init; } = "";

    /// <summary>The blocks, as JSON: a list, or an object with <c>blocks</c>.</summary>
    public Parameter<JsValue>? BlocksUi { get; init; }

    /// <summary>Attachments in the older form.</summary>
    public Parameter<JsValue>? Attachments { get; init; }

    /// <summary>The time stamp that names a message.</summary>
    [Alias("timestamp")]
    public Parameter<string> Ts { get; init; } = "";

    /// <summary>More about an updated message: fields of the API.</summary>
    public Parameter<JsValue>? UpdateFields { get; init; }

    /// <summary>What is searched for.</summary>
    public Parameter<string> Query { get; init; } = "";

    /// <summary>The name of a reaction, or the new one of a channel.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>The people who are invited.</summary>
    public Parameter<JsValue>? UserIds { get; init; }

    /// <summary>The new topic of a channel.</summary>
    public Parameter<string> Topic { get; init; } = "";

    /// <summary>More about a message.</summary>
    public SlackMessageOptions OtherOptions { get; init; } = new();

    /// <summary>Of lists, which are wanted: fields of the API (<c>types</c>, <c>oldest</c>, <c>latest</c>, <c>excludeArchived</c>).</summary>
    public Parameter<JsValue>? Filters { get; init; }

    /// <summary>More about a search: <c>sort</c>.</summary>
    public Parameter<JsValue>? Options { get; init; }

    /// <summary>Who sees a new channel.</summary>
    [OneOf("public", "private")]
    public string ChannelVisibility { get; init; } = "public";
}

/// <summary>More about a message.</summary>
[CamelCase]
internal sealed record SlackMessageOptions
{
    /// <summary>The message that this one answers: its time stamp, or <c>{"replyValues": {"thread_ts": "...", "reply_broadcast": true}}</c>.</summary>
    [Field("thread_ts")]
    public Parameter<JsValue>? ThreadTs { get; init; }

    /// <summary>How the bot looks: <c>{"imageValues": {"icon_emoji": ":tada:"}}</c>.</summary>
    public Parameter<JsValue>? BotProfile { get; init; }

    /// <summary>The person who alone sees it: <c>{"ephemeralValues": {"user": "U1"}}</c>.</summary>
    public Parameter<JsValue>? Ephemeral { get; init; }

    /// <summary>Whether names become links.</summary>
    [Field("link_names")]
    public Parameter<bool>? LinkNames { get; init; }

    /// <summary>Whether marks for bold and the like count.</summary>
    public Parameter<bool>? Mrkdwn { get; init; }

    /// <summary>Whether links are shown with what is behind them.</summary>
    [Field("unfurl_links")]
    public Parameter<bool>? UnfurlLinks { get; init; }

    /// <summary>Whether pictures and videos are shown.</summary>
    [Field("unfurl_media")]
    public Parameter<bool>? UnfurlMedia { get; init; }

    /// <summary>The name that the bot shows.</summary>
    public Parameter<string>? Username { get; init; }

    /// <summary>For n8n.</summary>
    [NoEffect("messages end where they end")]
    public bool IncludeLinkToWorkflow { get; init; }
}
