using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary><c>POST /oauth2/token</c>: a client gets a token for what it has (RFC 6749, 3.2).</summary>
internal sealed class TokenEndpoint(TokenIssuer issuer, OAuth2Clients clients, Guid middleware)
{
    private readonly OAuth2Config config = issuer.Config;

    public Answer Answer(OAuth2Parameters parameters, string? authorization, Guid? service, string? insecure)
    {
        var state = parameters.Text("state");
        if (insecure is not null) return OAuth2Response.Error("access_denied", insecure).With("state", state).ToAnswer();
        var response = Respond(parameters, authorization, service, out var refusedByField).With("state", state);
        return refusedByField ? response.ToAnswer(StatusCodes.Status401Unauthorized, "Basic realm=\"OAuth2.0\"") : response.ToAnswer();
    }

    private OAuth2Response Respond(OAuth2Parameters parameters, string? authorization, Guid? service, out bool refusedByField)
    {
        var grant = parameters.Text("grant_type");
        var isKnown = grant is "authorization_code" or "refresh_token"
            || (grant is "client_credentials" && config.EnableClientCredentials)
            || (grant is "password" && config.EnablePasswordGrant);
        var error = isKnown ? null : OAuth2Response.Error("unsupported_grant_type", "Invalid grant_type");
        var (id, secret, fromField) = Credentials(parameters, authorization);
        var client = clients.Find(id ?? "");

        var notClient = false;
        if (grant is not "client_credentials")
        {
            if (client?.RedirectUris is not { } uris) notClient = true;
            else if (RedirectUris.Choose(parameters, uris) is null) error = OAuth2Response.Error("invalid_request", RedirectUris.Mismatch);
        }

        if (client is { IsPublic: false } && !client.Accepts(secret)) notClient = true;
        else if (client is { IsPublic: true } && !string.IsNullOrWhiteSpace(secret))
            error = OAuth2Response.Error("invalid_request", "client_secret is disallowed for public clients");

        refusedByField = notClient && fromField;
        if (notClient) return InvalidClient();
        if (error is not null) return error;
        return client is null ? InvalidClient() : grant switch
        {
            "authorization_code" => Exchange(parameters, client, service),
            "client_credentials" => ForClient(parameters, client, service),
            "password" => ForUser(parameters, client, service),
            _ => Refresh(parameters, client, service),
        };
    }

    private OAuth2Response Exchange(OAuth2Parameters parameters, IndexedClient client, Guid? service)
    {
        var invalid = OAuth2Response.Error("invalid_request", "Invalid code");
        if (parameters.Text("code") is not { } text || issuer.Tokens.FindCode(text, issuer.Now) is not { } code) return invalid;
        if (!config.GlobalCredentials && code.Service != issuer.ScopeOf(service)) return invalid;
        if (code.Client != client.Config.Id) return invalid;
        if ((code.Challenge is not null || ProofKey.IsRequired(config.Pkce, client)) && ProofKey.Verify(parameters, code.Challenge) is { } refusal) return refusal;
        if (config.GlobalCredentials && code.Middleware != middleware) return invalid;
        return issuer.Tokens.TakeCode(text) ? issuer.Issue(client, service, code.User, code.Scope, refreshable: true) : invalid;
    }

    private OAuth2Response ForClient(OAuth2Parameters parameters, IndexedClient client, Guid? service)
    {
        // Without a user there is nothing that the key would have to vouch for.
        if (parameters.Has("authenticated_userid") && !ProvisionKey.IsShown(config, parameters)) return ProvisionKey.Refusal();
        return issuer.ReadScope(parameters, out var scope) ?? issuer.Issue(client, service, parameters.Text("authenticated_userid"), scope, refreshable: false);
    }

    private OAuth2Response ForUser(OAuth2Parameters parameters, IndexedClient client, Guid? service)
    {
        if (!ProvisionKey.IsShown(config, parameters)) return ProvisionKey.Refusal();
        if (parameters.Text("authenticated_userid") is not { } user || string.IsNullOrWhiteSpace(user))
            return OAuth2Response.Error("invalid_authenticated_userid", "Missing authenticated_userid parameter");
        return issuer.ReadScope(parameters, out var scope) ?? issuer.Issue(client, service, user, scope, refreshable: true);
    }

    private OAuth2Response Refresh(OAuth2Parameters parameters, IndexedClient client, Guid? service)
    {
        var invalid = OAuth2Response.Error("invalid_request", "Invalid refresh_token");
        if (parameters.Text("refresh_token") is not { } text || issuer.Tokens.FindByRefresh(text, issuer.Now) is not { } token) return invalid;
        if (!config.GlobalCredentials && token.Service != issuer.ScopeOf(service)) return invalid;
        return token.Client == client.Config.Id ? issuer.Refresh(client, service, token) ?? invalid : InvalidClient();
    }

    private static OAuth2Response InvalidClient() => OAuth2Response.Error("invalid_client", "Invalid client authentication");

    /// <summary>The client's id and secret: parameters, or else the field, or else the id alone.</summary>
    private static (string? Id, string? Secret, bool FromField) Credentials(OAuth2Parameters parameters, string? authorization)
    {
        if (parameters.Has("client_id") && parameters.Has("client_secret")) return (parameters.Text("client_id"), parameters.Text("client_secret"), false);
        if (authorization is null) return (parameters.Text("client_id"), null, false);
        if (BasicCredentials.Read(authorization) is not { } shown) return (null, null, true);

        // Kong cuts at every colon, so that a secret ends with the next one.
        var secret = Encoding.UTF8.GetString(shown.Password);
        var colon = secret.IndexOf(':', StringComparison.Ordinal);
        return (shown.Username, colon < 0 ? secret : secret[..colon], true);
    }
}
