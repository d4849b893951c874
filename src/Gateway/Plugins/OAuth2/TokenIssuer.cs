using System.Buffers;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>Gives out tokens as one middleware is told to.</summary>
internal sealed class TokenIssuer(OAuth2Config config, Tokens tokens, TimeProvider time)
{
    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t\r\n\f\v");

    public OAuth2Config Config { get; } = config;

    public Tokens Tokens { get; } = tokens;

    /// <summary>Seconds since 1970.</summary>
    public double Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>The only service that a token given at <paramref name="service"/> is good for; null where tokens are global.</summary>
    public Guid? ScopeOf(Guid? service) => Config.GlobalCredentials ? null : service ?? Guid.Empty;

    /// <summary>A new token for <paramref name="client"/>.</summary>
    public OAuth2Response Issue(IndexedClient client, Guid? service, string? user, string? scope, bool refreshable)
    {
        var token = New(client, service, user, scope, refreshable && Config.TokenExpiration > 0 ? IssuedToken.NewText() : null);
        Tokens.Add(token, Now);
        return Describe(token);
    }

    /// <summary>A new token in the place of <paramref name="old"/>; null when somebody else got it just now.</summary>
    public OAuth2Response? Refresh(IndexedClient client, Guid? service, IssuedToken old)
    {
        var refresh = Config.ReuseRefreshToken ? old.Refresh : Config.TokenExpiration > 0 ? IssuedToken.NewText() : null;
        var token = New(client, service, old.User, old.Scope, refresh);
        if (Config.ReuseRefreshToken) token = token with { Id = old.Id, Service = old.Service };
        return Tokens.Replace(old, token, Now) ? Describe(token) : null;
    }

    /// <summary>What a client asks for, if it may.</summary>
    /// <param name="parameters">The request's.</param>
    /// <param name="scope">With one blank between; null for nothing in particular.</param>
    /// <returns>The refusal, or null.</returns>
    public OAuth2Response? ReadScope(OAuth2Parameters parameters, out string? scope)
    {
        scope = null;
        if (Config.Scopes is { } allowed && parameters.Has("scope"))
        {
            if (parameters.Text("scope") is not { } text) return OAuth2Response.Error("invalid_scope", "scope must be a string");
            var asked = new List<string>();
            foreach (var range in text.AsSpan().SplitAny(Blanks))
            {
                var word = text[range];
                if (word.Length == 0) continue;
                if (!allowed.Contains(word, StringComparer.Ordinal)) return OAuth2Response.Error("invalid_scope", $"\"{word}\" is an invalid scope");
                asked.Add(word);
            }

            if (asked.Count > 0) scope = string.Join(' ', asked);
        }
        else if (!parameters.Has("scope") && Config.MandatoryScope)
        {
            return OAuth2Response.Error("invalid_scope", "You must specify a scope");
        }

        return null;
    }

    private IssuedToken New(IndexedClient client, Guid? service, string? user, string? scope, string? refresh)
    {
        var now = Now;
        var forgotten = Config.TokenExpiration <= 0 || (Config.RefreshTokenTtl <= 0 && refresh is not null) ? double.MaxValue
            : now + (refresh is null ? Config.TokenExpiration + 1 : Math.Max(Config.RefreshTokenTtl, 0));
        return new IssuedToken(
            Guid.NewGuid(), client.Config.Id, ScopeOf(service), IssuedToken.NewText(), refresh, user, scope, Math.Floor(now), Config.TokenExpiration, forgotten);
    }

    private static OAuth2Response Describe(IssuedToken token) => new OAuth2Response()
        .With("access_token", token.Access)
        .With("token_type", "bearer")
        .With("expires_in", token.ExpiresIn > 0 ? token.ExpiresIn : null)
        .With("refresh_token", token.Refresh);
}
