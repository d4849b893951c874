using System.Security.Cryptography;
using System.Text;

namespace Sluice.Workflows.Connections;

/// <summary>
/// Fields of connections as they are stored: AES-256-GCM (NIST SP 800-38D) with a random nonce. Each is bound to its connection and tenant, so that one cannot
/// be put in the place of another. The bytes: version 1, the key's id (8), the nonce (12), the tag (16), the text.
/// </summary>
internal sealed class ConnectionCipher(EncryptionKeys keys)
{
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeadBytes = 1 + EncryptionKey.IdBytes;
    private const int Overhead = HeadBytes + NonceBytes + TagBytes;

    public byte[] Encrypt(ReadOnlySpan<byte> text, string tenant, string id)
    {
        var key = keys.Current;
        var stored = new byte[Overhead + text.Length];
        stored[0] = Version;
        key.Id.CopyTo(stored, 1);
        var nonce = stored.AsSpan(HeadBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Bytes, TagBytes);
        aes.Encrypt(nonce, text, stored.AsSpan(Overhead), stored.AsSpan(HeadBytes + NonceBytes, TagBytes), Bound(tenant, id));
        return stored;
    }

    /// <returns>The text, or why it cannot be had.</returns>
    public (byte[]? Text, string? Problem) Decrypt(ReadOnlySpan<byte> stored, string tenant, string id)
    {
        if (stored.Length < Overhead || stored[0] != Version) return (null, "was written by a newer program");
        EncryptionKey? key = null;
        foreach (var candidate in keys.All)
            if (stored.Slice(1, EncryptionKey.IdBytes).SequenceEqual(candidate.Id)) key = candidate;
        if (key is null) return (null, "was encrypted with a key that is not among this gateway's");
        var text = new byte[stored.Length - Overhead];
        try
        {
            using var aes = new AesGcm(key.Bytes, TagBytes);
            aes.Decrypt(stored.Slice(HeadBytes, NonceBytes), stored[Overhead..], stored.Slice(HeadBytes + NonceBytes, TagBytes), text, Bound(tenant, id));
            return (text, null);
        }
        catch (AuthenticationTagMismatchException)
        {
            return (null, "has been changed in the database by something else");
        }
    }

    /// <summary>Whether it is encrypted with the current key.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> stored) => stored.Length >= Overhead && stored[0] == Version && stored.Slice(1, EncryptionKey.IdBytes).SequenceEqual(keys.Current.Id);

    private static byte[] Bound(string tenant, string id) => Encoding.UTF8.GetBytes($"{tenant.Length}:{tenant}{id}");
}
