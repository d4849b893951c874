using System.Runtime.InteropServices;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// A 64-bit hash that is the same in every process, so that all gateways send a client to the same endpoint. Not against attackers: who
/// chooses values that meet gains no more than requests to one endpoint.
/// </summary>
internal struct StableHash
{
    private ulong state;

    public StableHash() => state = 0x9E3779B97F4A7C15;

    public void Add(ulong value)
    {
        state = (state ^ Mix(value)) * 0xD6E8FEB86659FD93;
        state ^= state >> 32;
    }

    public void Add(ReadOnlySpan<char> text)
    {
        var whole = MemoryMarshal.Cast<char, ulong>(text);
        foreach (var four in whole) Add(four);
        ulong rest = 0;
        foreach (var c in text[(whole.Length * 4)..]) rest = (rest << 16) | c;
        Add(rest);
        Add((ulong)text.Length);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) Add((ulong)b);
    }

    public readonly ulong Value => Mix(state);

    /// <summary>The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
