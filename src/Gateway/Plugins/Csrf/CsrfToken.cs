using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Plugins.Csrf;

/// <summary>
/// Makes and checks tokens: 16 random bytes, the time of their end, and an HMAC-SHA256 over both and the session. Whoever can write cookies, but does
/// not know the secret, cannot make one.
/// </summary>
internal sealed class CsrfToken(string secret)
{
    private const int RandomSize = 16;
    private const int Signed = RandomSize + sizeof(long);
    private const int Size = Signed + HMACSHA256.HashSizeInBytes;

    private readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: "sluice csrf"u8.ToArray());

    public string Make(string session, DateTimeOffset end)
    {
        Span<byte> token = stackalloc byte[Size];
        RandomNumberGenerator.Fill(token[..RandomSize]);
        BinaryPrimitives.WriteInt64BigEndian(token[RandomSize..], end.ToUnixTimeSeconds());
        Sign(token[..Signed], session, token[Signed..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The end of a good token; null for all others.</summary>
    public DateTimeOffset? EndOf(string? text, string session, DateTimeOffset now)
    {
        Span<byte> token = stackalloc byte[Size];
        if (text is null || text.Length != Base64Url.GetEncodedLength(Size) || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, token, out var read) || read != Size) return null;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(token[..Signed], session, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, token[Signed..])) return null;
        var end = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(token[RandomSize..]));
        return now < end ? end : null;
    }

    private void Sign(ReadOnlySpan<byte> token, string session, Span<byte> signature) =>
        HMACSHA256.HashData(key, (byte[])[.. token, .. Encoding.UTF8.GetBytes(session)], signature);
}
