using System.Collections.Frozen;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Connections;

/// <summary>Every kind of connection. A new one is a record under Kinds/ and one line here.</summary>
public static class ConnectionKinds
{
    public static IReadOnlyList<ConnectionKind> All { get; } =
    [
        new("aws", "An access key of AWS, or of a service that signs like it (Signature Version 4).", typeof(AwsConnection)),
        new("basic-auth", "A user and a password (RFC 7617).", typeof(BasicAuthConnection)) { Aliases = ["httpBasicAuth"] },
        new("bearer", "A token in the Authorization field (RFC 6750).", typeof(BearerConnection)) { Aliases = ["httpBearerAuth"] },
        new("custom", "Any header fields and query arguments.", typeof(CustomConnection)) { Aliases = ["httpCustomAuth"] },
        new("header", "A key in a header field.", typeof(HeaderConnection)) { Aliases = ["api-key", "httpHeaderAuth"] },
        new("jwt", "A key that JSON Web Tokens are signed and checked with.", typeof(JwtConnection)) { Aliases = ["jwtAuth"] },
        new("oauth2", "Tokens of an OAuth 2.0 server, for itself (client credentials) or for a person (authorization code), refreshed in time.", typeof(OAuth2Connection)) { Aliases = ["oAuth2Api"] },
        new("postgres", "A PostgreSQL database.", typeof(PostgresConnection)),
        new("query", "A key in a query argument.", typeof(QueryConnection)) { Aliases = ["httpQueryAuth"] },
        new("rabbitmq", "A RabbitMQ server.", typeof(RabbitConnection)),
        new("redis", "A Redis server.", typeof(RedisConnection)),
        new("sqlite", "An SQLite database, a file of this machine.", typeof(SqliteFileConnection)) { IsLocal = true },
    ];

    private static readonly FrozenDictionary<string, ConnectionKind> ByName =
        All.SelectMany(k => k.Aliases.Append(k.Name).Select(n => KeyValuePair.Create(n, k))).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The kind of that name, ours or n8n's; null when there is none.</summary>
    public static ConnectionKind? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>For a message about a name that is none.</summary>
    public static string DidYouMean(string name) => Naming.DidYouMean(name, All.Select(k => k.Name));
}
