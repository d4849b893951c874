using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration;

/// <summary>Who calls: a person, a program, a partner. Kong's <c>consumer</c>.</summary>
public sealed record ConsumerConfig : Entity, IChecked
{
    /// <summary>Unique; one of this and <see cref="CustomId"/> is required.</summary>
    public string? Username { get; init; }

    /// <summary>Unique; the consumer's id in the system that knows it.</summary>
    public string? CustomId { get; init; }

    /// <summary>The groups that the consumer is in.</summary>
    [Ignored]
    public IReadOnlyList<Reference> Groups { get; init; } = [];

    public void Check(Action<string, string> report)
    {
        if (Username is null && CustomId is null)
            report("", "at least one of these fields must be non-empty: 'custom_id', 'username'");
    }
}

/// <summary>Consumers that plugins treat alike.</summary>
public sealed record ConsumerGroupConfig : Entity
{
    [Required]
    public string Name { get; init; } = "";
}

/// <summary>What a consumer shows to prove who it is.</summary>
public abstract record CredentialConfig : Entity
{
    [Required]
    public Reference? Consumer { get; init; }
}

/// <summary>A key for key-auth; <c>keyauth_credentials</c>.</summary>
public sealed record KeyAuthCredential : CredentialConfig
{
    /// <summary>Unique. Made up at random when absent.</summary>
    [Secret]
    public string Key { get; init; } = "";

    /// <summary>Kong Enterprise: seconds that the key lives.</summary>
    public long? Ttl { get; init; }
}

/// <summary>A key to verify tokens for jwt; <c>jwt_secrets</c>.</summary>
public sealed record JwtCredential : CredentialConfig, IChecked
{
    /// <summary>Unique; what the token's <c>iss</c> (or other key claim) says.</summary>
    public string Key { get; init; } = "";

    /// <summary>For HS algorithms.</summary>
    [Secret]
    public string? Secret { get; init; }

    /// <summary>A PEM public key, for RS, PS, ES and EdDSA.</summary>
    [PublicKeyPem]
    public string? RsaPublicKey { get; init; }

    [OneOf("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA")]
    public string Algorithm { get; init; } = "HS256";

    public void Check(Action<string, string> report)
    {
        if (RsaPublicKey is null && !Algorithm.StartsWith("HS", StringComparison.Ordinal))
            report("rsa_public_key", $"required field missing; {Algorithm} verifies with a public key");
    }
}

/// <summary>User name and password for basic-auth; <c>basicauth_credentials</c>.</summary>
public sealed record BasicAuthCredential : CredentialConfig
{
    [Required]
    public string Username { get; init; } = "";

    /// <summary>In the clear as written; hashed when the snapshot is built.</summary>
    [Secret, Required]
    public string Password { get; init; } = "";
}

/// <summary>User name and secret for hmac-auth; <c>hmacauth_credentials</c>.</summary>
public sealed record HmacAuthCredential : CredentialConfig
{
    [Required]
    public string Username { get; init; } = "";

    [Secret]
    public string? Secret { get; init; }
}

/// <summary>An OAuth 2.0 client; <c>oauth2_credentials</c>.</summary>
public sealed record OAuth2Credential : CredentialConfig
{
    [Required]
    public string Name { get; init; } = "";

    public string? ClientId { get; init; }

    [Secret]
    public string? ClientSecret { get; init; }

    /// <summary>Whether the secret is kept hashed: in a file that is not to be transformed, it is one (<c>$pbkdf2-sha512$i=...,l=...$salt$hash</c>).</summary>
    public bool HashSecret { get; init; }

    /// <summary>Where the client may send its users back to; the first where a request names none.</summary>
    [RedirectUri]
    public IReadOnlyList<string>? RedirectUris { get; init; }

    [OneOf("confidential", "public")]
    public string ClientType { get; init; } = "confidential";
}

/// <summary>A token of oauth2 that is there from the start; <c>oauth2_tokens</c>.</summary>
public sealed record OAuth2Token : Entity
{
    /// <summary>The client that it was given to.</summary>
    [Required]
    public Reference? Credential { get; init; }

    /// <summary>The service that it is good for; every one whose middleware has <c>global_credentials</c> when absent.</summary>
    public Reference? Service { get; init; }

    [OneOf("bearer")]
    public string TokenType { get; init; } = "bearer";

    /// <summary>Seconds from <c>created_at</c> (or from when the file is loaded) for which it is good; 0 for ever.</summary>
    [Required]
    public long ExpiresIn { get; init; }

    /// <summary>Unique. Made up at random when absent.</summary>
    [Secret]
    public string? AccessToken { get; init; }

    /// <summary>Unique.</summary>
    [Secret]
    public string? RefreshToken { get; init; }

    /// <summary>The user who allowed it.</summary>
    public string? AuthenticatedUserid { get; init; }

    /// <summary>What it allows, with blanks between.</summary>
    public string? Scope { get; init; }

    /// <summary>Kong: seconds after which its database forgets the token.</summary>
    [NoEffect("tokens of a file are there as long as the file has them")]
    public long? Ttl { get; init; }
}

/// <summary>A group name for acl; <c>acls</c>.</summary>
public sealed record AclGroup : CredentialConfig
{
    [Required]
    public string Group { get; init; } = "";
}
