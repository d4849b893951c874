using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Slack;

/// <summary>Sends messages to Slack and reads channels, messages and people.</summary>
internal sealed class SlackNode(SlackParameters parameters, NodeSetup setup) : ConnectorNode<SlackParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<SlackParameters> Api = new("Slack", "https://slack.com/api", "slack", "oauth2")
    {
        ["message"] = new("post")
        {
            ["post"] = static (p, call) => Message(p, (p.OtherOptions.Ephemeral is null ? call.Post($"/chat.postMessage") : call.Post($"/chat.postEphemeral")).Body("channel", p.Select is "user" ? call.Need(p.User, "user") : call.Need(p.ChannelId, "channelId"))),
            ["update"] = static (p, call) => Content(p, call.Post($"/chat.update").Body("channel", call.Need(p.ChannelId, "channelId")).Body("ts", call.Need(p.Ts, "ts"))).BodyAll(p.UpdateFields),
            ["delete"] = static (p, call) => call.Post($"/chat.delete").Body("channel", call.Need(p.ChannelId, "channelId")).Body("ts", call.Need(p.Ts, "timestamp")),
            ["getPermalink"] = static (p, call) => call.Get($"/chat.getPermalink").Query("channel", call.Need(p.ChannelId, "channelId")).Query("message_ts", call.Need(p.Ts, "timestamp")),
            ["search"] = static (p, call) => call.Get($"/search.messages").Query("query", call.Need(p.Query, "query")).QueryAll(p.Options).Items("messages.matches").Pages(p, Pagings.Number("messages.matches", "page", "count"), "count", 100),
        },
        ["channel"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/conversations.create").Body("name", call.Need(p.ChannelId, "channelId")).Body("is_private", p.ChannelVisibility is "private").Items("channel"),
            ["get"] = static (p, call) => call.Get($"/conversations.info").Query("channel", call.Need(p.ChannelId, "channelId")).Items("channel"),
            ["getAll"] = static (p, call) => Filtered(p, call.Get($"/conversations.list")).Items("channels").Pages(p, Cursor, "limit", 200),
            ["history"] = static (p, call) => Filtered(p, call.Get($"/conversations.history").Query("channel", call.Need(p.ChannelId, "channelId"))).Items("messages").Pages(p, Cursor, "limit", 200),
            ["replies"] = static (p, call) => Filtered(p, call.Get($"/conversations.replies").Query("channel", call.Need(p.ChannelId, "channelId")).Query("ts", call.Need(p.Ts, "ts"))).Items("messages").Pages(p, Cursor, "limit", 200),
            ["member"] = static (p, call) => call.Get($"/conversations.members").Query("channel", call.Need(p.ChannelId, "channelId")).Items("members", static m => new JsObject { ["member"] = m }).Pages(p, Cursor, "limit", 200),
            ["invite"] = static (p, call) => call.Post($"/conversations.invite").Body("channel", call.Need(p.ChannelId, "channelId")).Body("users", string.Join(',', call.List(p.UserIds).Select(ParameterValues.ToText))).Items("channel"),
            ["join"] = static (p, call) => call.Post($"/conversations.join").Body("channel", call.Need(p.ChannelId, "channelId")).Items("channel"),
            ["leave"] = static (p, call) => call.Post($"/conversations.leave").Body("channel", call.Need(p.ChannelId, "channelId")),
            ["archive"] = static (p, call) => call.Post($"/conversations.archive").Body("channel", call.Need(p.ChannelId, "channelId")),
            ["unarchive"] = static (p, call) => call.Post($"/conversations.unarchive").Body("channel", call.Need(p.ChannelId, "channelId")),
            ["rename"] = static (p, call) => call.Post($"/conversations.rename").Body("channel", call.Need(p.ChannelId, "channelId")).Body("name", call.Need(p.Name, "name")).Items("channel"),
            ["setTopic"] = static (p, call) => call.Post($"/conversations.setTopic").Body("channel", call.Need(p.ChannelId, "channelId")).Body("topic", call.Need(p.Topic, "topic")).Items("channel"),
        },
        ["reaction"] = new("add")
        {
            ["add"] = static (p, call) => call.Post($"/reactions.add").Body("channel", call.Need(p.ChannelId, "channelId")).Body("timestamp", call.Need(p.Ts, "timestamp")).Body("name", call.Need(p.Name, "name")),
            ["remove"] = static (p, call) => call.Post($"/reactions.remove").Body("channel", call.Need(p.ChannelId, "channelId")).Body("timestamp", call.Need(p.Ts, "timestamp")).Body("name", call.Need(p.Name, "name")),
            ["get"] = static (p, call) => call.Get($"/reactions.get").Query("channel", call.Need(p.ChannelId, "channelId")).Query("timestamp", call.Need(p.Ts, "timestamp")),
        },
        ["user"] = new("info")
        {
            ["info"] = static (p, call) => call.Get($"/users.info").Query("user", call.Need(p.User, "user")).Items("user"),
            ["getAll"] = static (p, call) => call.Get($"/users.list").Items("members").Pages(p, Cursor, "limit", 200),
            ["getPresence"] = static (p, call) => call.Get($"/users.getPresence").Query("user", call.Need(p.User, "user")),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SlackNode, SlackParameters>((p, s) => new(p, s))
    {
        Type = "slack",
        Summary = "Sends messages to Slack and reads channels, messages and people.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.slack", 1, 2.5)],
        Difference = "no line about its origin is added to messages",
        Differs = static (p, version) => version >= 2 && p.Text("resource") is null or "message" && p.Text("operation") is null or "post" or "sendAndWait",
        Lacks = "files, stars, user groups and waiting for an answer",
        Connector = Api.Facts,
    };

    private static Paging Cursor => Pagings.Mark("response_metadata.next_cursor", "cursor");

    private static JsValue Timed(JsObject sent, JsValue at)
    {
        sent.Set("message_timestamp", at);
        return sent;
    }

    private static void Message(SlackParameters p, ApiRequest call)
    {
        var options = p.OtherOptions;
        // n8n's name for it, which workflows reply to messages with.
        call.Each(static answer => answer.AsObject is { } sent && sent["ts"] is { IsUndefined: false } at ? Timed(sent.Clone(), at) : answer);
        Content(p, call)
            .Body("link_names", options.LinkNames).Body("mrkdwn", options.Mrkdwn).Body("unfurl_links", options.UnfurlLinks).Body("unfurl_media", options.UnfurlMedia).Body("username", options.Username);
        if (call.Value(options.ThreadTs) is var thread && thread.AsObject?["replyValues"].AsObject is { } reply) call.BodyAll(reply);
        else call.Body("thread_ts", thread);
        var look = call.Object(options.BotProfile)["imageValues"].AsObject ?? new JsObject();
        call.Body("icon_emoji", look["icon_emoji"]).Body("icon_url", look["icon_url"]);
        if (call.Value(options.Ephemeral) is { IsUndefined: false } alone) call.Body("user", alone.AsObject?["ephemeralValues"].AsObject?["user"] is { } user ? user.AsObject?["value"] ?? user : alone);
    }

    private static ApiRequest Content(SlackParameters p, ApiRequest call)
    {
        if (p.MessageType is "text") return call.Body("text", call.Need(p.Text, "text"));
        call.Body("text", p.Text);
        if (p.MessageType is "attachment") return call.Body("attachments", call.Json(p.Attachments, "attachments"));
        var blocks = call.Json(p.BlocksUi, "blocksUi");
        return call.Body("blocks", blocks.AsObject?["blocks"] ?? blocks);
    }

    private static ApiRequest Filtered(SlackParameters p, ApiRequest call)
    {
        foreach (var (name, value) in call.Object(p.Filters))
            call.Query(Foundation.Schema.Naming.SnakeCase(name), value.AsArray is { } list ? string.Join(',', list.Select(ParameterValues.ToText)) : value);
        return call;
    }
}
