using System.Buffers;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Counters;

/// <summary>Whose requests are counted together, in 16 bytes: an id or an address as it is, a text by its hash.</summary>
internal readonly record struct Caller(ulong High, ulong Low)
{
    public static Caller From(Guid id) => Read(MemoryMarshal.AsBytes(new ReadOnlySpan<Guid>(in id)));

    public static Caller From(IPAddress address)
    {
        // An IPv4 address fills the first 4 bytes; no IPv6 address in use has the other 12 empty (RFC 4291, section 2.4).
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        return Read(bytes);
    }

    /// <summary>By SHA-256, so that nobody can make up a text that is counted with another's.</summary>
    public static Caller From(string text)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        var bytes = size <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(size);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return Read(hash);
    }

    /// <summary>Those whose parts are all equal, by SHA-256 too.</summary>
    public static Caller From(ReadOnlySpan<Caller> parts)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(parts), hash);
        return Read(hash);
    }

    /// <summary>Spreads callers over tables: the finaliser of SplitMix64, since addresses that differ in one bit must not meet.</summary>
    public ulong Hash()
    {
        var x = Low ^ (High * 0x9E3779B97F4A7C15);
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>32 hex digits.</summary>
    public string ToHex() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");

    private static Caller Read(ReadOnlySpan<byte> bytes) => new(MemoryMarshal.Read<ulong>(bytes), MemoryMarshal.Read<ulong>(bytes[8..]));
}
