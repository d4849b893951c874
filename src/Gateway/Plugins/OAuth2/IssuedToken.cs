using System.Security.Cryptography;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>An access token, maybe with the refresh token that it came with.</summary>
/// <param name="Id">Its identity, which it keeps when it is refreshed in place.</param>
/// <param name="Client">The id of the client's credential.</param>
/// <param name="Service">The only service that it is good for; null for a global one.</param>
/// <param name="Access">What callers show.</param>
/// <param name="Refresh">What clients get the next token for; null for one that cannot be refreshed.</param>
/// <param name="User">Who allowed it, if anybody did.</param>
/// <param name="Scope">What it allows, if that was asked for.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="ExpiresIn">Seconds for which the access token is good; 0 for ever.</param>
/// <param name="Forgotten">Seconds since 1970 from which it is gone altogether.</param>
internal sealed record IssuedToken(
    Guid Id, Guid Client, Guid? Service, string Access, string? Refresh, string? User, string? Scope, double Created, double ExpiresIn, double Forgotten)
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A new text that nobody can guess.</summary>
    public static string NewText() => RandomNumberGenerator.GetString(Letters, 32);

    public bool IsExpired(double now) => ExpiresIn > 0 && now - Created > ExpiresIn;
}

/// <summary>What a client has been promised a token for; good once.</summary>
/// <param name="Client">The id of the client's credential.</param>
/// <param name="Service">The only service where it can be exchanged; null for a global one.</param>
/// <param name="Middleware">The id of the middleware that gave it.</param>
/// <param name="User">Who allowed it.</param>
/// <param name="Scope">What it allows, if that was asked for.</param>
/// <param name="Challenge">The proof key's challenge (RFC 7636), if there was one.</param>
/// <param name="Ends">Seconds since 1970 from which it is no longer good.</param>
internal sealed record AuthorizationCode(Guid Client, Guid? Service, Guid Middleware, string User, string? Scope, string? Challenge, double Ends);
