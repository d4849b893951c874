namespace Sluice.Tests.Servers;

/// <summary>
/// A real OpenID provider: npm's oidc-provider. Its clients are <c>gateway</c> and <c>robot</c> (their secrets end in <c>-secret</c>), its only user is
/// <c>ann</c>, whom it takes everybody for.
/// </summary>
/// <param name="redirectUri">Where it sends browsers back to.</param>
public sealed class OpenIdProviderServer(string redirectUri) : NodeServer("oidc-provider", redirectUri)
{
    public string Issuer => $"http://127.0.0.1:{Port}";
}
