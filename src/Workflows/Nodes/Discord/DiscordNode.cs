using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Discord;

/// <summary>Sends messages to Discord, by a bot or a webhook.</summary>
internal sealed class DiscordNode(DiscordParameters parameters, NodeSetup setup) : ConnectorNode<DiscordParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<DiscordParameters> Api = new("Discord", "https://discord.com/api/v10", "discord", "discord-webhook", "oauth2")
    {
        ConnectionIsOptional = true,
        ["message"] = new("send")
        {
            ["send"] = static (p, call) => Send(p, call),
            ["sendLegacy"] = static (p, call) => Webhook(p, call),
            ["get"] = static (p, call) => call.Get($"/channels/{p.ChannelId:channelId}/messages/{p.MessageId:messageId}"),
            ["getAll"] = static (p, call) => call.Get($"/channels/{p.ChannelId:channelId}/messages").Pages(p, Pagings.None, "limit", 100),
            ["deleteMessage"] = static (p, call) => call.Delete($"/channels/{p.ChannelId:channelId}/messages/{p.MessageId:messageId}"),
            ["react"] = static (p, call) => call.Put($"/channels/{p.ChannelId:channelId}/messages/{p.MessageId:messageId}/reactions/{p.Emoji:emoji}/@me"),
        },
        ["channel"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/guilds/{p.GuildId:guildId}/channels").Body("name", call.Need(p.Name, "name")).BodyAll(p.Options),
            ["get"] = static (p, call) => call.Get($"/channels/{p.ChannelId:channelId}"),
            ["getAll"] = static (p, call) => call.Get($"/guilds/{p.GuildId:guildId}/channels").Pages(p, Pagings.None, null, 1000),
            ["update"] = static (p, call) => call.Patch($"/channels/{p.ChannelId:channelId}").Body("name", p.Name).BodyAll(p.Options),
            ["deleteChannel"] = static (p, call) => call.Delete($"/channels/{p.ChannelId:channelId}"),
        },
        ["member"] = new("getAll")
        {
            ["getAll"] = static (p, call) => call.Get($"/guilds/{p.GuildId:guildId}/members").Pages(p, Pagings.None, "limit", 1000),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<DiscordNode, DiscordParameters>((p, s) => new(p, s))
    {
        Type = "discord",
        Summary = "Sends messages to Discord, by a bot or a webhook.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.discord", 1, 2)],
        Lacks = "files, roles and waiting for an answer",
        Connector = Api.Facts,
    };

    private static void Send(DiscordParameters p, ApiRequest call)
    {
        if (p.Authentication is "webhook" || call.IsGiven(p.WebhookUri))
        {
            Webhook(p, call);
        }
        else if (p.SendTo is "user")
        {
            // A message to a person goes into the channel that the two have, which is made if need be.
            call.Post($"/users/@me/channels").Body("recipient_id", call.Need(p.UserId, "userId"))
                .Then((channel, next) => Content(p, next.Post($"/channels/{ParameterValues.ToText(channel.AsObject?["id"] ?? default):id}/messages")));
        }
        else
        {
            Content(p, call.Post($"/channels/{p.ChannelId:channelId}/messages"));
        }
    }

    // The connection's address is that of the webhook itself.
    private static void Webhook(DiscordParameters p, ApiRequest call) =>
        Content(p, call.IsGiven(p.WebhookUri) ? call.PostTo(p.WebhookUri, "webhookUri") : call.Post($"")).Query("wait", "true");

    private static ApiRequest Content(DiscordParameters p, ApiRequest call)
    {
        var content = call.Text(p.Content) is { Length: > 0 } text ? text : call.Text(p.Text);
        call.Body("content", content);
        var embeds = call.Json(p.Embeds, "embeds");
        var list = embeds.AsArray ?? embeds.AsObject?["values"].AsArray;
        if (list is { Count: > 0 }) call.Body("embeds", new JsArray([.. list.Select(e => e.AsObject?["inputMethod"].AsString is "json" ? JsonParameter.Parse(e.AsObject["json"], "embeds") : e)]));
        foreach (var (name, value) in call.Object(p.Options))
        {
            if (name is "wait") continue;
            call.Body(name, name switch
            {
                "message_reference" when value.IsString => new JsObject { ["message_id"] = value },
                "flags" when value.AsArray is { } flags => flags.Sum(f => f.AsString switch { "SUPPRESS_EMBEDS" => 1 << 2, "SUPPRESS_NOTIFICATIONS" => 1 << 12, _ => 0 }),
                _ => value,
            });
        }

        return call;
    }
}
