using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>A snapshot's clients, by client id and by their own.</summary>
internal sealed class OAuth2Clients : CredentialIndex<OAuth2Credential, IndexedClient>
{
    private readonly Dictionary<Guid, IndexedClient> byId = [];

    public OAuth2Clients(GatewayDocument document)
        : base(document, c => c.ClientId ?? "", c => new IndexedClient(c, document.Transform))
    {
        foreach (var credential in document.Credentials.OfType<OAuth2Credential>())
            if (Find(credential.ClientId ?? "") is { } client)
                byId[credential.Id] = client;
    }

    /// <summary>The client whose credential has that id; null when there is none.</summary>
    public IndexedClient? Find(Guid id) => byId.GetValueOrDefault(id);
}

/// <summary>A client.</summary>
/// <param name="client">Its credential.</param>
/// <param name="inTheClear">The file has the secret itself, also where Kong would keep it hashed.</param>
internal sealed class IndexedClient(OAuth2Credential client, bool inTheClear) : IndexedCredential(client)
{
    /// <summary>The client id as it stands in a header field.</summary>
    public string ClientIdField => field ??= FieldText.Of(client.ClientId ?? "");

    public bool IsPublic => client.ClientType is "public";

    /// <summary>Null when it has none, empty lists included in neither.</summary>
    public IReadOnlyList<string>? RedirectUris => client.RedirectUris;

    public string Type => client.ClientType;

    /// <summary>Whether <paramref name="secret"/> is the client's.</summary>
    public bool Accepts(string? secret)
    {
        if (secret is null || client.ClientSecret is not { } own) return false;
        if (client.HashSecret && !inTheClear) return HashedSecret.Matches(own, secret);
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), SHA256.HashData(Encoding.UTF8.GetBytes(own)));
    }
}
