using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A key that JSON Web Tokens are signed and checked with.</summary>
public sealed record JwtConnection : ServerFields
{
    /// <summary>A secret that both sides know, or a pair of keys.</summary>
    [OneOf("passphrase", "pemKey")]
    public string KeyType { get; init; } = "passphrase";

    /// <summary>The algorithm (RFC 7518) that is used unless a node says another.</summary>
    [OneOf("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")]
    public string Algorithm { get; init; } = "HS256";

    /// <summary>The secret, for the HS algorithms.</summary>
    [Secret, AllowEmpty]
    public string Secret { get; init; } = "";

    /// <summary>The private key as PEM, for signing.</summary>
    [Secret, AllowEmpty]
    public string PrivateKey { get; init; } = "";

    /// <summary>The public key as PEM, for checking.</summary>
    [AllowEmpty]
    public string PublicKey { get; init; } = "";
}
