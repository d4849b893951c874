using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>Secrets as Kong keeps them with <c>hash_secret</c>: <c>$pbkdf2-sha512$i=10000,l=32$SALT$HASH</c>, base64 without padding.</summary>
internal static class HashedSecret
{
    private const int MaxIterations = 1_000_000;
    private const int MaxLength = 512;

    /// <summary>Whether <paramref name="hashed"/> was made of <paramref name="secret"/>; not where it is of another kind (Argon2, bcrypt).</summary>
    public static bool Matches(string hashed, string secret)
    {
        var parts = hashed.Split('$');
        if (parts is not ["", "pbkdf2-sha512", var settings, var salt, var hash]) return false;
        var (iterations, length) = (Number(settings, "i="), Number(settings, "l="));
        if (iterations is < 1 or > MaxIterations || length is < 1 or > MaxLength) return false;
        if (NginxBase64.Decode(salt) is not { } salted || NginxBase64.Decode(hash) is not { } expected) return false;
        var derived = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), salted, iterations, HashAlgorithmName.SHA512, length);
        return CryptographicOperations.FixedTimeEquals(derived, expected);
    }

    /// <summary>The number behind <paramref name="name"/>; 0 when there is none.</summary>
    private static int Number(string settings, string name)
    {
        foreach (var setting in settings.Split(','))
            if (setting.StartsWith(name, StringComparison.Ordinal) && int.TryParse(setting.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
        return 0;
    }
}
