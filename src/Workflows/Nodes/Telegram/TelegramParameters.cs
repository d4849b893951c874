using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Telegram;

/// <summary>What is done at Telegram.</summary>
[CamelCase]
internal sealed record TelegramParameters : ConnectorParameters
{
    /// <summary>The chat: its id, or a channel name with <c>@</c>.</summary>
    public Parameter<string> ChatId { get; init; } = "";

    /// <summary>The text of a message.</summary>
    public Parameter<string> Text { get; init; } = "";

    /// <summary>The message.</summary>
    public Parameter<string> MessageId { get; init; } = "";

    /// <summary>What is sent: the id of a file at Telegram, or an address that Telegram fetches it from.</summary>
    public Parameter<string> File { get; init; } = "";

    /// <summary>What a group of media is made of: a list, or <c>{"media": [...]}</c>.</summary>
    public Parameter<JsValue>? Media { get; init; }

    /// <summary>What the bot seems to do.</summary>
    public Parameter<string> Action { get; init; } = "typing";

    /// <summary>Where a place is.</summary>
    public Parameter<double>? Latitude { get; init; }

    /// <summary>Where a place is.</summary>
    public Parameter<double>? Longitude { get; init; }

    /// <summary>The person.</summary>
    public Parameter<string> UserId { get; init; } = "";

    /// <summary>The query that is answered.</summary>
    public Parameter<string> QueryId { get; init; } = "";

    /// <summary>The file that is asked about.</summary>
    public Parameter<string> FileId { get; init; } = "";

    /// <summary>The new title of a chat.</summary>
    public Parameter<string> Title { get; init; } = "";

    /// <summary>The new description of a chat.</summary>
    public Parameter<string> Description { get; init; } = "";

    /// <summary>Whether a message of a chat or of an inline query is edited.</summary>
    [OneOf("message", "inlineMessage")]
    public string MessageType { get; init; } = "message";

    /// <summary>The message of an inline query.</summary>
    public Parameter<string> InlineMessageId { get; init; } = "";

    /// <summary>What stands under a message.</summary>
    [OneOf("none", "inlineKeyboard", "forceReply", "replyKeyboardRemove")]
    public string ReplyMarkup { get; init; } = "none";

    /// <summary>The buttons: <c>{"rows": [{"row": {"buttons": [{"text": "Yes", "additionalFields": {"callback_data": "y"}}]}}]}</c>.</summary>
    public Parameter<JsValue>? InlineKeyboard { get; init; }

    /// <summary>Whether a file of the item is sent; not supported.</summary>
    public bool BinaryData { get; init; }

    /// <summary>Whether a file is fetched, or only asked about.</summary>
    [NoEffect("the answer says where it is; an http-request node fetches it")]
    public bool Download { get; init; } = true;

    /// <summary>More about it: fields of the API (<c>parse_mode</c>, <c>disable_notification</c>, <c>reply_to_message_id</c>, <c>caption</c>).</summary>
    public Parameter<JsValue>? AdditionalFields { get; init; }
}
