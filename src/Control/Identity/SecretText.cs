using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Control.Identity;

/// <summary>Random secrets that are shown once and stored as their hash. They have 256 bits, so that a fast hash without salt is enough.</summary>
internal static class SecretText
{
    /// <summary>Longer texts cannot be one of ours.</summary>
    public const int MaxLength = 200;

    public static string Random(string prefix = "") => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
