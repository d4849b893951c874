using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.BasicAuth;

/// <summary>A snapshot's passwords by user name.</summary>
internal sealed class BasicAuthIndex(GatewayDocument document)
    : CredentialIndex<BasicAuthCredential, IndexedPassword>(document, c => c.Username, c => new IndexedPassword(c, document.Transform));

/// <summary>A user name with its password.</summary>
/// <param name="credential">The credential.</param>
/// <param name="inTheClear">The file has the password itself; otherwise what Kong stores of it.</param>
internal sealed class IndexedPassword(BasicAuthCredential credential, bool inTheClear) : IndexedCredential(credential)
{
    private readonly Lazy<byte[]> expected = new(() => SHA256.HashData(Encoding.UTF8.GetBytes(credential.Password)));

    /// <summary>The user name as it stands in a header field.</summary>
    public string UsernameField => field ??= FieldText.Of(credential.Username);

    /// <summary>Whether <paramref name="password"/> is the one. Takes as long for one that is nearly right as for any other.</summary>
    public bool Accepts(ReadOnlySpan<byte> password)
    {
        Span<byte> shown = stackalloc byte[SHA256.HashSizeInBytes];
        if (inTheClear) SHA256.HashData(password, shown);
        else SHA256.HashData(KongHash(password), shown);
        return CryptographicOperations.FixedTimeEquals(shown, expected.Value);
    }

    /// <summary>SHA-1 of the password and the consumer's id, in hex digits.</summary>
    private byte[] KongHash(ReadOnlySpan<byte> password)
    {
        byte[] salted = [.. password, .. Encoding.ASCII.GetBytes(credential.Consumer!.Id.ToString())];
#pragma warning disable CA5350 // The form in which Kong stores passwords, for files that were dumped from it.
        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1.HashData(salted)));
#pragma warning restore CA5350
    }
}
