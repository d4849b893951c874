using System.Collections.Frozen;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Connections;

/// <summary>Every kind of connection. A new one is a record under Kinds/ and one line here.</summary>
public static class ConnectionKinds
{
    public static IReadOnlyList<ConnectionKind> All { get; } =
    [
        new("airtable", "A personal access token of Airtable.", typeof(ServiceConnection)) { Aliases = ["airtableTokenApi", "airtableApi"] },
        new("aws", "An access key of AWS, or of a service that signs like it (Signature Version 4).", typeof(AwsConnection)),
        new("basic-auth", "A user and a password (RFC 7617).", typeof(BasicAuthConnection)) { Aliases = ["httpBasicAuth"] },
        new("bearer", "A token in the Authorization field (RFC 6750).", typeof(BearerConnection)) { Aliases = ["httpBearerAuth"] },
        new("cat-api", "A key of The Cat API.", typeof(ServiceConnection)) { Token = TokenPlace.Header("x-api-key") },
        new("custom", "Any header fields and query arguments.", typeof(CustomConnection)) { Aliases = ["httpCustomAuth"] },
        new("discord", "The token of a Discord bot.", typeof(ServiceConnection)) { Aliases = ["discordBotApi"], Token = TokenPlace.Header("Authorization", "Bot ") },
        new("discord-webhook", "A webhook of a Discord channel.", typeof(WebhookAddressConnection)) { Aliases = ["discordWebhookApi"] },
        new("github", "An access token of GitHub.", typeof(ServiceConnection)) { Aliases = ["githubApi"] },
        new("gitlab", "An access token of GitLab.", typeof(ServiceConnection)) { Aliases = ["gitlabApi"], Token = TokenPlace.Header("PRIVATE-TOKEN") },
        new("header", "A key in a header field.", typeof(HeaderConnection)) { Aliases = ["api-key", "httpHeaderAuth"] },
        new("hubspot", "The token of a private app of HubSpot.", typeof(ServiceConnection)) { Aliases = ["hubspotAppToken"] },
        new("jwt", "A key that JSON Web Tokens are signed and checked with.", typeof(JwtConnection)) { Aliases = ["jwtAuth"] },
        new("news-api", "A key of NewsAPI.", typeof(ServiceConnection)) { Token = TokenPlace.Header("X-Api-Key") },
        new("notion", "The secret of a Notion integration.", typeof(ServiceConnection)) { Aliases = ["notionApi"] },
        new("oauth2", "Tokens of an OAuth 2.0 server, for itself (client credentials) or for a person (authorization code), refreshed in time.", typeof(OAuth2Connection))
        {
            Aliases =
            [
                "oAuth2Api", "airtableOAuth2Api", "discordOAuth2Api", "githubOAuth2Api", "gitlabOAuth2Api", "googleSheetsOAuth2Api", "hubspotOAuth2Api", "notionOAuth2Api", "salesforceOAuth2Api",
                "slackOAuth2Api",
            ],
        },
        new("openai", "A key of OpenAI, or of a service with the same API.", typeof(ServiceConnection)) { Aliases = ["openAiApi"] },
        new("openweather", "A key of OpenWeather.", typeof(ServiceConnection)) { Aliases = ["openWeatherMapApi"], Token = TokenPlace.Query("appid") },
        new("postgres", "A PostgreSQL database.", typeof(PostgresConnection)),
        new("query", "A key in a query argument.", typeof(QueryConnection)) { Aliases = ["httpQueryAuth"] },
        new("rabbitmq", "A RabbitMQ server.", typeof(RabbitConnection)),
        new("redis", "A Redis server.", typeof(RedisConnection)),
        new("s3", "An object store that speaks S3's protocol: Amazon's, or one of another make.", typeof(S3Connection)),
        new("slack", "The token of a Slack app.", typeof(ServiceConnection)) { Aliases = ["slackApi"] },
        new("smtp", "A server that takes mail.", typeof(SmtpConnection)),
        new("sqlite", "An SQLite database, a file of this machine.", typeof(SqliteFileConnection)) { IsLocal = true },
        new("stripe", "A secret key of Stripe.", typeof(ServiceConnection)) { Aliases = ["stripeApi"] },
        new("telegram", "The token of a Telegram bot.", typeof(ServiceConnection)) { Aliases = ["telegramApi"], Token = TokenPlace.Path("bot") },
        new("twilio", "An account of Twilio: its SID and its token.", typeof(ServiceConnection)) { Aliases = ["twilioApi"], Token = TokenPlace.Password },
    ];

    private static readonly FrozenDictionary<string, ConnectionKind> ByName =
        All.SelectMany(k => k.Aliases.Append(k.Name).Select(n => KeyValuePair.Create(n, k))).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The kind of that name, ours or n8n's; null when there is none.</summary>
    public static ConnectionKind? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>What to make for something that is called so: its kind, or for services that no kind is for the one that is likely.</summary>
    public static string Suggest(string name) => Find(name)?.Name ?? (name.EndsWith("OAuth2Api", StringComparison.Ordinal) ? "oauth2" : "custom");

    /// <summary>For a message about a name that is none.</summary>
    public static string DidYouMean(string name) => Naming.DidYouMean(name, All.Select(k => k.Name));
}
