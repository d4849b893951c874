using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.HmacAuth;

/// <summary>A snapshot's secrets by user name.</summary>
internal sealed class HmacAuthIndex(GatewayDocument document)
    : CredentialIndex<HmacAuthCredential, IndexedSecret>(document, c => c.Username, c => new IndexedSecret(c));

/// <summary>A user name with its secret.</summary>
internal sealed class IndexedSecret(HmacAuthCredential credential) : IndexedCredential(credential)
{
    /// <summary>The user name as it stands in a header field.</summary>
    public string UsernameField => field ??= FieldText.Of(credential.Username);

    public byte[] Secret => field ??= Encoding.UTF8.GetBytes(credential.Secret ?? "");
}
