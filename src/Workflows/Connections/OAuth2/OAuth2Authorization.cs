using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Connections.OAuth2;

/// <summary>
/// How a person lets a connection act for them (RFC 6749, 4.1, with PKCE, RFC 7636): they open the address that <see cref="BeginAsync"/> gives, agree, and are
/// sent back with a code, of which <see cref="FinishAsync"/> makes tokens. What has to be known in between travels, encrypted, in <c>state</c>: any node can finish.
/// </summary>
public sealed class OAuth2Authorization(StoredConnections connections, OutgoingHttp http, TimeProvider time)
{
    /// <summary>How long a person has.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string About = "oauth2 state";

    /// <summary>The address to open.</summary>
    /// <param name="redirectUri">Where the server sends the person back to; registered there.</param>
    /// <param name="browser">What only the browser of whoever begins it knows, so that nobody else can be led to finish it with an account of theirs.</param>
    /// <returns>The address, or why there is none.</returns>
    public async Task<(string? Url, string? Problem)> BeginAsync(string idOrName, string tenant, string redirectUri, string browser, CancellationToken cancel)
    {
        if (await connections.FindAsync(idOrName, tenant, cancel) is not { } connection) return (null, $"there is no connection '{idOrName}'");
        if (connection.Fields is not OAuth2Connection { Grant: "authorization_code", AuthorizationUrl: { } address } fields)
            return (null, $"the connection '{connection.Name}' is none of the kind oauth2 with the grant authorization_code and an authorization_url");
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var state = new State(connection.Id, tenant, verifier, redirectUri, Hash(browser), (time.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds());
        var query = new StringBuilder(address).Append(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')
            .Append("response_type=code&client_id=").Append(Uri.EscapeDataString(fields.ClientId))
            .Append("&redirect_uri=").Append(Uri.EscapeDataString(redirectUri))
            .Append("&state=").Append(Base64Url.EncodeToString(connections.Cipher.Encrypt(JsonSerializer.SerializeToUtf8Bytes(state), "", About)))
            .Append("&code_challenge_method=S256&code_challenge=").Append(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))));
        if (fields.Scope.Length > 0) query.Append("&scope=").Append(Uri.EscapeDataString(fields.Scope));
        if (fields.Audience is { } audience) query.Append("&audience=").Append(Uri.EscapeDataString(audience));
        return (query.ToString(), null);
    }

    /// <summary>Makes tokens of the code that a person was sent back with.</summary>
    /// <param name="browser">Everything that this browser could have been told when it began; one of it has to be what was.</param>
    /// <returns>The connection's name, or why it was not done.</returns>
    public async Task<(string? Name, string? Problem)> FinishAsync(string state, string code, bool guarded, IEnumerable<string> browser, CancellationToken cancel)
    {
        if (Open(state) is not { } begun) return (null, "this was not begun here, or too long ago: begin again");
        if (!browser.Any(b => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(b)), Encoding.ASCII.GetBytes(begun.Browser))))
            return (null, "this was begun in another browser, or its cookie is gone: begin again in the one in which you agree");
        if (await connections.FindAsync(begun.Connection, begun.Tenant, cancel) is not { Fields: OAuth2Connection fields } connection) return (null, "the connection is not there any more");
        try
        {
            var request = new TokenRequest("authorization_code") { ["code"] = code, ["redirect_uri"] = begun.RedirectUri, ["code_verifier"] = begun.Verifier };
            var grant = await new OAuth2Client(http, new HttpRoute(guarded || begun.Tenant.Length > 0), time).AskAsync(connection.Name, fields, request, cancel);
            if (grant.RefreshToken is null) return (null, "the server gave no refresh token; most give one only for a scope such as offline_access");
            await connections.UpdateAsync(connection, OAuth2Connection.Refreshed(grant.RefreshToken, time.GetUtcNow()), cancel);
            return (connection.Name, null);
        }
        catch (NodeException refused)
        {
            return (null, refused.Message);
        }
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private State? Open(string text)
    {
        if (text.Length is 0 or > 8192 || !Base64Url.IsValid(text)) return null;
        if (connections.Cipher.Decrypt(Base64Url.DecodeFromChars(text), "", About).Text is not { } json) return null;
        return JsonSerializer.Deserialize<State>(json) is { } state && state.EndsAt > time.GetUtcNow().ToUnixTimeMilliseconds() ? state : null;
    }

    private sealed record State(string Connection, string Tenant, string Verifier, string RedirectUri, string Browser, long EndsAt);
}
