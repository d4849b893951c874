using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>
/// Seals what a cookie holds, so that whoever does not know the secret can neither read nor change it: AES-256-GCM, with a key and a nonce that HKDF
/// (RFC 5869, SHA-256) derives from the secret and from random bytes of each sealing, so that none is ever used twice.
/// </summary>
/// <param name="secret">The secret.</param>
/// <param name="purpose">The cookie that it is for: one cookie's value is no good as another's.</param>
/// <param name="maxText">How many characters a sealed text may have; browsers keep no cookie over 4 KiB.</param>
internal sealed class CookieSeal(string secret, string purpose, int maxText = 4096)
{
    private const byte Version = 1;
    private const int SaltSize = 32;
    private const int TagSize = 16;
    private const int Overhead = 1 + SaltSize + TagSize;
    private const int KeySize = 32;
    private const int NonceSize = 12;

    private readonly byte[] root = HKDF.Extract(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
    private readonly byte[] context = Encoding.UTF8.GetBytes("sluice session " + purpose);

    /// <summary>The sealed text, in base64url.</summary>
    public string Seal(ReadOnlySpan<byte> content)
    {
        var box = new byte[Overhead + content.Length];
        box[0] = Version;
        var salt = box.AsSpan(1, SaltSize);
        RandomNumberGenerator.Fill(salt);
        Span<byte> keys = stackalloc byte[KeySize + NonceSize];
        Derive(salt, keys);
        using var cipher = new AesGcm(keys[..KeySize], TagSize);
        cipher.Encrypt(keys[KeySize..], content, box.AsSpan(Overhead), box.AsSpan(1 + SaltSize, TagSize), box.AsSpan(0, 1));
        return Base64Url.EncodeToString(box);
    }

    /// <summary>What <paramref name="text"/> was sealed from; null when it is not what <see cref="Seal"/> made with this secret and purpose.</summary>
    public byte[]? Open(string text)
    {
        if (text.Length > maxText || !Base64Url.IsValid(text, out var size) || size < Overhead) return null;
        var box = new byte[size];
        if (!Base64Url.TryDecodeFromChars(text, box, out var written) || written != size || box[0] != Version) return null;
        Span<byte> keys = stackalloc byte[KeySize + NonceSize];
        Derive(box.AsSpan(1, SaltSize), keys);
        using var cipher = new AesGcm(keys[..KeySize], TagSize);
        var content = new byte[size - Overhead];
        try
        {
            cipher.Decrypt(keys[KeySize..], box.AsSpan(Overhead), box.AsSpan(1 + SaltSize, TagSize), content, box.AsSpan(0, 1));
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private void Derive(ReadOnlySpan<byte> salt, Span<byte> keys) => HKDF.Expand(HashAlgorithmName.SHA256, root, keys, (byte[])[.. context, .. salt]);
}
