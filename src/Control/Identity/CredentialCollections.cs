namespace Sluice.Control.Identity;

/// <summary>The collections of Kong's Admin API whose members are secrets, under every name that it has for them.</summary>
internal static class CredentialCollections
{
    public static readonly IReadOnlySet<string> Names = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "key-auth", "key-auths", "key-auth-enc", "basic-auth", "basic-auths", "jwt", "jwts", "hmac-auth", "hmac-auths", "oauth2", "oauth2_tokens", "mtls-auth", "mtls-auths",
        "certificates", "keys",
    };

    /// <summary>Whether a path leads to one of them or to a member.</summary>
    public static bool Has(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
            if (Names.Contains(path[part]))
                return true;
        return false;
    }
}
