using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Connections.OAuth2;

/// <summary>The access tokens in use: each is asked for once, by whoever needs it first, and again shortly before it ends.</summary>
public sealed class OAuth2Tokens
{
    private const int MostTokens = 10_000;

    /// <summary>A token that ends sooner may be too old when it arrives.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>A token for a connection.</summary>
    /// <exception cref="NodeException">The server gives none.</exception>
    internal async ValueTask<string> TokenAsync(Connection connection, OAuth2Connection fields, NodeContext context)
    {
        var token = await CurrentAsync(connection, fields, context);
        context.Run.Hide(token);
        return token;
    }

    /// <summary>A server did not take the token: the next one who needs it asks for another.</summary>
    internal void Forget(Connection connection, OAuth2Connection fields)
    {
        if (_entries.TryGetValue(KeyOf(connection, fields), out var entry)) entry.Token = null;
    }

    private async ValueTask<string> CurrentAsync(Connection connection, OAuth2Connection fields, NodeContext context)
    {
        if (_entries.Count > MostTokens) _entries.Clear();
        var entry = _entries.GetOrAdd(KeyOf(connection, fields), static _ => new Entry());
        var now = context.Time.GetUtcNow();
        if (entry.Token is { } known && known.EndsAt - Leeway > now) return known.Value;
        await entry.Asking.WaitAsync(context.Cancellation);
        try
        {
            if (entry.Token is { } meanwhile && meanwhile.EndsAt - Leeway > now) return meanwhile.Value;
            var client = new OAuth2Client(context.Services.Http, new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant)), context.Time);
            var refresh = entry.RefreshToken ?? fields.RefreshToken;
            if (fields.Grant == "authorization_code" && refresh is null)
                throw new NodeException($"nobody has authorised the connection '{connection.Name}' yet: POST /api/v1/connections/{connection.Name}/authorize tells the address to open") { Retryable = false };
            var grant = await client.AskAsync(connection.Name, fields, fields.Grant == "authorization_code" ? new("refresh_token") { ["refresh_token"] = refresh! } : new("client_credentials"), context.Cancellation);
            if (grant.RefreshToken is { } next && next != refresh)
            {
                context.Run.Hide(next);
                entry.RefreshToken = next;
                // The old one may be of no use any more: whoever starts later needs this one.
                if (context.Services.Connections is { } store) await store.UpdateAsync(connection, OAuth2Connection.Refreshed(next), CancellationToken.None);
            }

            entry.Token = new(grant.AccessToken, grant.EndsAt);
            return grant.AccessToken;
        }
        finally
        {
            entry.Asking.Release();
        }
    }

    // What somebody changes about a connection makes it another one; the refresh token changes by itself.
    private static string KeyOf(Connection connection, OAuth2Connection f) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', connection.Tenant, connection.Id, f.Grant, f.TokenUrl, f.ClientId, f.ClientSecret, f.Scope, f.Audience, f.Authentication, f.AuthorisedAt))));

    private sealed class Entry
    {
        public SemaphoreSlim Asking { get; } = new(1);

        public volatile Token? Token;

        public volatile string? RefreshToken;
    }

    private sealed record Token(string Value, DateTimeOffset EndsAt);
}
