using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Plugins.Jwt;

/// <summary>
/// The tokens whose signature has been verified lately, by their SHA-256. Belongs to one snapshot, so that a key that was taken away or changed
/// takes its tokens along. Bounded: of two generations, the older goes when the younger is full.
/// </summary>
internal sealed class VerifiedTokens(int capacity = 8192)
{
    private readonly Lock gate = new();
    private ConcurrentDictionary<TokenHash, VerifiedToken> young = new();
    private ConcurrentDictionary<TokenHash, VerifiedToken> old = new();
    private int youngCount;

    /// <summary>At most the capacity, for tests.</summary>
    internal int Count => young.Count + old.Count;

    public VerifiedToken? Find(TokenHash hash)
    {
        if (young.TryGetValue(hash, out var found)) return found;
        if (!old.TryGetValue(hash, out found)) return null;
        Add(hash, found);
        return found;
    }

    public void Add(TokenHash hash, VerifiedToken token)
    {
        if (!young.TryAdd(hash, token) || Interlocked.Increment(ref youngCount) < capacity / 2) return;
        lock (gate)
        {
            if (youngCount < capacity / 2) return;
            old = young;
            young = new();
            youngCount = 0;
        }
    }
}

/// <summary>A token whose signature is good: whose key made it, and the times in it (null where there is no number).</summary>
internal sealed record VerifiedToken(IndexedJwtKey Key, double? Expires, double? NotBefore);

/// <summary>The SHA-256 of a token.</summary>
internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    public static TokenHash Of(string token)
    {
        Span<byte> text = token.Length <= 2048 ? stackalloc byte[token.Length * 3] : new byte[token.Length * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(token, text)], hash);
        var words = MemoryMarshal.Cast<byte, ulong>(hash);
        return new TokenHash(words[0], words[1], words[2], words[3]);
    }
}
