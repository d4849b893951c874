using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Telegram;

/// <summary>Sends messages, pictures and files with a Telegram bot.</summary>
internal sealed class TelegramNode(TelegramParameters parameters, NodeSetup setup) : ConnectorNode<TelegramParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<TelegramParameters> Api = new("Telegram", "https://api.telegram.org", "telegram")
    {
        ["message"] = new("sendMessage")
        {
            ["sendMessage"] = static (p, call) => Reply(p, Usual(p, To(p, call.Post($"/sendMessage")).Body("text", call.Need(p.Text, "text")))),
            ["editMessageText"] = static (p, call) => Reply(p, Edited(p, call.Post($"/editMessageText")).Body("text", call.Need(p.Text, "text"))),
            ["deleteMessage"] = static (p, call) => To(p, call.Post($"/deleteMessage")).Body("message_id", call.Need(p.MessageId, "messageId")),
            ["pinChatMessage"] = static (p, call) => More(p, To(p, call.Post($"/pinChatMessage")).Body("message_id", call.Need(p.MessageId, "messageId"))),
            ["unpinChatMessage"] = static (p, call) => To(p, call.Post($"/unpinChatMessage")).Body("message_id", call.Need(p.MessageId, "messageId")),
            ["sendPhoto"] = static (p, call) => File(p, call.Post($"/sendPhoto"), "photo"),
            ["sendDocument"] = static (p, call) => File(p, call.Post($"/sendDocument"), "document"),
            ["sendVideo"] = static (p, call) => File(p, call.Post($"/sendVideo"), "video"),
            ["sendAudio"] = static (p, call) => File(p, call.Post($"/sendAudio"), "audio"),
            ["sendAnimation"] = static (p, call) => File(p, call.Post($"/sendAnimation"), "animation"),
            ["sendSticker"] = static (p, call) => File(p, call.Post($"/sendSticker"), "sticker"),
            ["sendMediaGroup"] = static (p, call) => More(p, To(p, call.Post($"/sendMediaGroup")).Body("media", call.Value(p.Media) is var media && media.AsObject is { } map ? map["media"] : media)),
            ["sendLocation"] = static (p, call) => Reply(p, To(p, call.Post($"/sendLocation")).Body("latitude", p.Latitude).Body("longitude", p.Longitude)),
            ["sendChatAction"] = static (p, call) => To(p, call.Post($"/sendChatAction")).Body("action", call.Need(p.Action, "action")),
        },
        ["chat"] = new("get")
        {
            ["get"] = static (p, call) => To(p, call.Post($"/getChat")),
            ["administrators"] = static (p, call) => To(p, call.Post($"/getChatAdministrators")),
            ["member"] = static (p, call) => To(p, call.Post($"/getChatMember")).Body("user_id", call.Need(p.UserId, "userId")),
            ["leave"] = static (p, call) => To(p, call.Post($"/leaveChat")),
            ["setTitle"] = static (p, call) => To(p, call.Post($"/setChatTitle")).Body("title", call.Need(p.Title, "title")),
            ["setDescription"] = static (p, call) => To(p, call.Post($"/setChatDescription")).Body("description", p.Description),
        },
        ["callback"] = new("answerQuery")
        {
            ["answerQuery"] = static (p, call) => More(p, call.Post($"/answerCallbackQuery").Body("callback_query_id", call.Need(p.QueryId, "queryId"))),
        },
        ["file"] = new("get")
        {
            ["get"] = static (p, call) => call.Post($"/getFile").Body("file_id", call.Need(p.FileId, "fileId")),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<TelegramNode, TelegramParameters>((p, s) => new(p, s))
    {
        Type = "telegram",
        Summary = "Sends messages, pictures and files with a Telegram bot.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.telegram", 1, 1.2)],
        Lacks = "files of items (addresses and ids of files are sent)",
        Difference = "no line about its origin is added to messages",
        Connector = Api.Facts,
    };

    private static ApiRequest To(TelegramParameters p, ApiRequest call) => call.Body("chat_id", call.Need(p.ChatId, "chatId"));

    private static ApiRequest Edited(TelegramParameters p, ApiRequest call) => p.MessageType is "inlineMessage"
        ? call.Body("inline_message_id", call.Need(p.InlineMessageId, "inlineMessageId"))
        : To(p, call).Body("message_id", call.Need(p.MessageId, "messageId"));

    private static void File(TelegramParameters p, ApiRequest call, string field)
    {
        if (p.BinaryData) call.Refuse("binaryData", "files of items are not sent; give an address or the id of a file");
        else Reply(p, To(p, call).Body(field, call.Need(p.File, "file")));
    }

    /// <summary>What a message has where the node does not say otherwise: it is Markdown, and links show no pages.</summary>
    private static ApiRequest Usual(TelegramParameters p, ApiRequest call)
    {
        var given = call.Object(p.AdditionalFields);
        if (given["parse_mode"].IsUndefined) call.Body("parse_mode", (JsValue)"Markdown");
        return given["disable_web_page_preview"].IsUndefined ? call.Body("disable_web_page_preview", (JsValue)true) : call;
    }

    private static void More(TelegramParameters p, ApiRequest call)
    {
        foreach (var (name, value) in call.Object(p.AdditionalFields))
            if (name is not ("appendAttribution" or "fileName")) call.Body(name, value);
    }

    private static void Reply(TelegramParameters p, ApiRequest call)
    {
        More(p, call);
        switch (p.ReplyMarkup)
        {
            case "inlineKeyboard":
                var rows = call.Object(p.InlineKeyboard)["rows"].AsArray ?? [];
                call.Body("reply_markup", new JsObject { ["inline_keyboard"] = new JsArray([.. rows.Select(r => (JsValue)new JsArray([.. (r.AsObject?["row"].AsObject?["buttons"].AsArray ?? []).Select(Button)]))]) });
                break;
            case "forceReply":
                call.Body("reply_markup", new JsObject { ["force_reply"] = true });
                break;
            case "replyKeyboardRemove":
                call.Body("reply_markup", new JsObject { ["remove_keyboard"] = true });
                break;
        }
    }

    private static JsValue Button(JsValue given)
    {
        var button = new JsObject { ["text"] = given.AsObject?["text"] ?? default };
        foreach (var (name, value) in given.AsObject?["additionalFields"].AsObject ?? new JsObject())
            if (value.AsString is not "" and not null || value.IsReference) button.Set(name, value);
        return button;
    }
}
