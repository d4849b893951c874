using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>
/// What a directory said lately of names and passwords. Kept by a keyed hash of both, whose key nobody knows, so that memory holds no passwords.
/// Bounded: of two generations, the older goes when the younger is full. Survives reloads.
/// </summary>
internal sealed class LdapVerdicts(int capacity = 16_384)
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock gate = new();
    private ConcurrentDictionary<string, (bool Good, long Ends)> young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, (bool Good, long Ends)> old = new(StringComparer.Ordinal);

    /// <summary>At most the capacity, for tests.</summary>
    internal int Count => young.Count + old.Count;

    /// <summary>What <see cref="Find"/> and <see cref="Add"/> know a pair by.</summary>
    public string KeyOf(string name, byte[] password)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        var bytes = Encoding.UTF8.GetBytes(name);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
        hash.AppendData(password);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Whether the password was good; null when the directory has to be asked.</summary>
    public bool? Find(string pair, long now) =>
        (young.TryGetValue(pair, out var found) || old.TryGetValue(pair, out found)) && now < found.Ends ? found.Good : null;

    public void Add(string pair, bool good, long ends)
    {
        young[pair] = (good, ends);
        if (young.Count < capacity / 2) return;
        lock (gate)
        {
            if (young.Count < capacity / 2) return;
            old = young;
            young = new(StringComparer.Ordinal);
        }
    }
}
