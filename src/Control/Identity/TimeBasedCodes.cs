using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Identity;

#pragma warning disable CA5350 // RFC 6238 as every authenticator app speaks it is HMAC-SHA-1.

/// <summary>
/// The six digits of an authenticator app (RFC 6238): of now, and of one step of 30 seconds before and after. Unlike the framework's own provider, a code
/// counts once, and time is injected.
/// </summary>
internal sealed class TimeBasedCodes(ComponentDatabase database, TimeProvider time) : IUserTwoFactorTokenProvider<User>
{
    private const int StepSeconds = 30;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<User> manager, User user)
    {
        if (user.TotpKey is null || token.Length != 6) return false;
        var key = FromBase32(user.TotpKey);
        var now = time.GetUtcNow().ToUnixTimeSeconds() / StepSeconds;
        for (var step = now - 1; step <= now + 1; step++)
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(Code(key, step)), System.Text.Encoding.UTF8.GetBytes(token)))
                return await UseAsync(user, step);
        return false;
    }

    public Task<string> GenerateAsync(string purpose, UserManager<User> manager, User user) => throw new NotSupportedException("codes come from the authenticator");

    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<User> manager, User user) => Task.FromResult(user.TotpKey is not null);

    /// <summary>What authenticator apps read from a QR code.</summary>
    public static string Uri(User user) => $"otpauth://totp/Sluice:{System.Uri.EscapeDataString(user.Name)}?secret={user.TotpKey}&issuer=Sluice&digits=6&period={StepSeconds}";

    /// <summary>The code of a moment, as the app shows it.</summary>
    internal static string Code(string base32, DateTimeOffset at) => Code(FromBase32(base32), at.ToUnixTimeSeconds() / StepSeconds);

    private static string Code(byte[] key, long step)
    {
        Span<byte> message = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(message, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(key, message, hash);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 15)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("000000", CultureInfo.InvariantCulture);
    }

    /// <summary>Whether nobody has used this step's code or a later one.</summary>
    private async Task<bool> UseAsync(User user, long step) => await database.WriteAsync((c, t) =>
        c.ExecuteAsync("UPDATE users SET totp_step = @step WHERE id = @Id AND totp_step < @step", new { user.Id, step }, t)) == 1;

    private static byte[] FromBase32(string text)
    {
        var bytes = new List<byte>(text.Length * 5 / 8);
        int buffer = 0, bits = 0;
        foreach (var c in text)
        {
            buffer = (buffer << 5) | Math.Max(0, Alphabet.IndexOf(c, StringComparison.Ordinal));
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes.Add((byte)(buffer >> bits));
            buffer &= (1 << bits) - 1;
        }
        return [.. bytes];
    }
}
