using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>
/// <c>POST /oauth2/authorize</c>: an application that has authenticated a user, and shows the provision key for it, asks on behalf of a client; the answer
/// says where to send the user (RFC 6749, 4.1.1 and 4.2.1).
/// </summary>
internal sealed class AuthorizationEndpoint(TokenIssuer issuer, OAuth2Clients clients, Guid middleware)
{
    /// <summary>Seconds for which a code is good.</summary>
    private const double CodeLifetime = 300;

    private readonly OAuth2Config config = issuer.Config;

    public Answer Answer(OAuth2Parameters parameters, Guid? service, string? insecure)
    {
        var state = parameters.Text("state");
        if (insecure is not null) return OAuth2Response.Error("access_denied", insecure).With("state", state).ToAnswer();
        if (!ProvisionKey.IsShown(config, parameters)) return ProvisionKey.Refusal().With("state", state).ToAnswer();
        if (string.IsNullOrWhiteSpace(parameters.Text("authenticated_userid")))
            return OAuth2Response.Error("invalid_authenticated_userid", "Missing authenticated_userid parameter").With("state", state).ToAnswer();

        var client = clients.Find(parameters.Text("client_id") ?? "");
        var response = Respond(parameters, client, service, out var redirect).With("state", state);
        return redirect is null ? response.ToAnswer() : response.ToRedirect(redirect);
    }

    private OAuth2Response Respond(OAuth2Parameters parameters, IndexedClient? client, Guid? service, out string? redirect)
    {
        redirect = null;
        OAuth2Response? error = null;
        var type = parameters.Text("response_type");
        if (!(type is "code" && config.EnableAuthorizationCode) && !(type is "token" && config.EnableImplicitGrant))
            error = OAuth2Response.Error("unsupported_response_type", "Invalid response_type");
        error = issuer.ReadScope(parameters, out var scope) ?? error;

        if (client?.RedirectUris is not { } uris)
        {
            error = OAuth2Response.Error("invalid_client", "Invalid client authentication");
        }
        else
        {
            redirect = RedirectUris.Choose(parameters, uris);
            if (redirect is null) error = OAuth2Response.Error("invalid_request", RedirectUris.Mismatch);
            redirect ??= uris.Count > 0 ? uris[0] : null;
        }

        var challenge = ProofKey.Challenge(parameters, out var problem);
        if (problem is not null) error = OAuth2Response.Error("invalid_request", problem);
        else if (client is not null && challenge is null && ProofKey.IsRequired(config.Pkce, client))
            error = OAuth2Response.Error("invalid_request", $"code_challenge is required for {client.Type} clients");
        if (error is not null) return error;

        var user = parameters.Text("authenticated_userid")!;
        if (type is "code")
        {
            var now = issuer.Now;
            var code = new AuthorizationCode(client!.Config.Id, issuer.ScopeOf(service), middleware, user, scope, challenge, now + CodeLifetime);
            return new OAuth2Response().With("code", issuer.Tokens.AddCode(code, now));
        }

        return issuer.Issue(client!, service, user, scope, refreshable: false).ForFragment();
    }
}
