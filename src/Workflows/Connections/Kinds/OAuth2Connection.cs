using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>Tokens of an OAuth 2.0 server (RFC 6749).</summary>
public sealed record OAuth2Connection : ConnectionFields, IChecked
{
    /// <summary>Whether the tokens are the client's own, or those of a person who has agreed once (with PKCE, RFC 7636).</summary>
    [OneOf("client_credentials", "authorization_code")]
    public string Grant { get; init; } = "client_credentials";

    /// <summary>Where tokens are had.</summary>
    [Required, Length(1, 2000)]
    public string TokenUrl { get; init; } = "";

    /// <summary>Where a person agrees; for <c>authorization_code</c>.</summary>
    [Length(1, 2000)]
    public string? AuthorizationUrl { get; init; }

    /// <summary>Who the client is.</summary>
    [Required, Length(1, 1000)]
    public string ClientId { get; init; } = "";

    /// <summary>How it proves that.</summary>
    [Secret, AllowEmpty, Length(0, 16384)]
    public string ClientSecret { get; init; } = "";

    /// <summary>What the tokens shall be good for, separated by spaces.</summary>
    [AllowEmpty, Length(0, 4000)]
    public string Scope { get; init; } = "";

    /// <summary>Whom the tokens are for, where the server asks (<c>audience</c>).</summary>
    [Length(1, 2000)]
    public string? Audience { get; init; }

    /// <summary>Whether the client's secret goes into the Authorization field or the body.</summary>
    [OneOf("header", "body")]
    public string Authentication { get; init; } = "header";

    /// <summary>The token that new ones are had with; given by the server when a person has agreed, and kept here.</summary>
    [Secret, Length(1, 65536)]
    public string? RefreshToken { get; init; }

    /// <summary>When a person agreed, in milliseconds since 1970; set with the refresh token.</summary>
    [Between(0, 1e15)]
    public long? AuthorisedAt { get; init; }

    /// <summary>The address of the API that the tokens are for, where a connector's usual one is not it: an instance of Salesforce, a GitLab of one's own.</summary>
    [Length(1, 2000)]
    public string? BaseUrl { get; init; }

    internal override string? ApiAddress => BaseUrl;

    public void Check(Action<string, string> report)
    {
        CheckUrl(TokenUrl, "token_url");
        if (BaseUrl is not null) CheckUrl(BaseUrl, "base_url");
        if (AuthorizationUrl is not null) CheckUrl(AuthorizationUrl, "authorization_url");
        else if (Grant == "authorization_code" && RefreshToken is null) report("authorization_url", "required for the grant authorization_code, unless there is a refresh_token");

        void CheckUrl(string url, string field)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) report(field, "expected an address that begins with https:// or http://");
        }
    }

    /// <summary>The fields that change with a new refresh token.</summary>
    /// <param name="agreed">When a person agreed; null when the server replaced the token by itself.</param>
    internal static MapNode Refreshed(string token, DateTimeOffset? agreed = null)
    {
        var changes = new MapNode(default, [new MapEntry("refresh_token", default, new ScalarNode(default, ScalarKind.String, token))]);
        return agreed is { } at ? changes.With("authorised_at", new ScalarNode(default, ScalarKind.Number, $"{at.ToUnixTimeMilliseconds()}", at.ToUnixTimeMilliseconds())) : changes;
    }

    internal override async ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        call.AddSecret("Authorization", "Bearer " + await context.Services.OAuth2.TokenAsync(connection, this, context));
        call.Reauthorise = async () =>
        {
            context.Services.OAuth2.Forget(connection, this);
            call.AddSecret("Authorization", "Bearer " + await context.Services.OAuth2.TokenAsync(connection, this, context));
        };
    }
}
