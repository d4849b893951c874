using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>The tokens that count in one snapshot: those of its file, and those given out since.</summary>
internal sealed class Tokens
{
    private readonly TokenStore store;
    private readonly Dictionary<string, IssuedToken> declaredByAccess = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IssuedToken> declaredByRefresh = new(StringComparer.Ordinal);

    public Tokens(GatewayDocument document, TokenStore store, double now)
    {
        this.store = store;
        foreach (var token in document.OAuth2Tokens)
        {
            var issued = new IssuedToken(
                token.Id, token.Credential!.Id, token.Service?.Id, token.AccessToken ?? IssuedToken.NewText(), token.RefreshToken,
                token.AuthenticatedUserid, token.Scope, token.CreatedAt ?? now, token.ExpiresIn, double.MaxValue);
            declaredByAccess[issued.Access] = issued;
            if (issued.Refresh is { } refresh) declaredByRefresh[refresh] = issued;
        }
    }

    public IssuedToken? FindByAccess(string access, double now) => store.FindByAccess(access, now) ?? Valid(declaredByAccess.GetValueOrDefault(access));

    public IssuedToken? FindByRefresh(string refresh, double now) => store.FindByRefresh(refresh, now) ?? Valid(declaredByRefresh.GetValueOrDefault(refresh));

    public void Add(IssuedToken token, double now) => store.Add(token, now);

    /// <summary>Puts a token in the place of another, which no longer counts.</summary>
    /// <returns>False when somebody else did so just now: a refresh token is good once.</returns>
    public bool Replace(IssuedToken old, IssuedToken token, double now)
    {
        var isDeclared = declaredByAccess.TryGetValue(old.Access, out var declared) && ReferenceEquals(declared, old);
        if (isDeclared ? !store.Revoke(old) : !store.TakeRefresh(old)) return false;
        store.Add(token, now);
        return true;
    }

    public string AddCode(AuthorizationCode code, double now) => store.AddCode(code, now);

    public AuthorizationCode? FindCode(string code, double now) => store.FindCode(code, now);

    public bool TakeCode(string code) => store.TakeCode(code);

    private IssuedToken? Valid(IssuedToken? declared) => declared is not null && !store.IsRevoked(declared.Id) ? declared : null;
}
