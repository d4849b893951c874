using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>Stands for what an identity provider says of a caller. The same caller of the same provider always has the same id.</summary>
internal sealed record TokenCredential : CredentialConfig
{
    public static TokenCredential Of(string issuer, string subject)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer}\n{subject}"), hash);
        return new TokenCredential { Id = new Guid(hash[..16]) };
    }
}
