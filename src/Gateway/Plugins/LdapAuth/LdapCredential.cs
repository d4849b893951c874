using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>A user of a directory; belongs to no consumer. The id is always the same for the same name.</summary>
internal sealed record LdapCredential : CredentialConfig
{
    public required string Username { get; init; }

    /// <param name="name">The user's distinguished name.</param>
    /// <param name="username">What the caller showed.</param>
    public static LdapCredential Of(string name, string username) =>
        new() { Id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes("ldap:" + name)).AsSpan(0, 16)), Username = username };
}
