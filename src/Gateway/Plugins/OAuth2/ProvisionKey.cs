using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>What an application that speaks for users shows.</summary>
internal static class ProvisionKey
{
    public static bool IsShown(OAuth2Config config, OAuth2Parameters parameters) =>
        config.ProvisionKey is { } key && parameters.Text("provision_key") is { } shown
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(key)), SHA256.HashData(Encoding.UTF8.GetBytes(shown)));

    public static OAuth2Response Refusal() => OAuth2Response.Error("invalid_provision_key", "Invalid provision_key");
}
