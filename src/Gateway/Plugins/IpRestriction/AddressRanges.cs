using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Plugins.IpRestriction;

/// <summary>
/// A set of addresses and CIDR blocks: sorted ranges without overlap, searched by halving, so that a hundred thousand blocks cost 17 comparisons.
/// IPv4 addresses stand where their IPv6-mapped form stands.
/// </summary>
internal sealed class AddressRanges
{
    private readonly UInt128[] starts;
    private readonly UInt128[] ends;

    /// <param name="blocks">Each is one that <see cref="TryParse"/> takes.</param>
    public AddressRanges(IEnumerable<string> blocks)
    {
        var merged = new List<AddressRange>();
        foreach (var range in blocks.Select(b => TryParse(b, out var r) ? r : throw new ArgumentException($"Not an address or block: {b}", nameof(blocks))).OrderBy(r => r.Start))
            if (merged.Count > 0 && range.Start <= merged[^1].End) merged[^1] = merged[^1] with { End = UInt128.Max(merged[^1].End, range.End) };
            else merged.Add(range);
        starts = [.. merged.Select(r => r.Start)];
        ends = [.. merged.Select(r => r.End)];
    }

    public int Count => starts.Length;

    public bool Contains(IPAddress address)
    {
        var number = NumberOf(address);
        var at = Array.BinarySearch(starts, number);
        return at >= 0 || (~at > 0 && number <= ends[~at - 1]);
    }

    /// <summary>Reads <c>10.0.0.1</c>, <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>. Bits beyond the prefix are ignored, as in Kong.</summary>
    public static bool TryParse(string block, out AddressRange range)
    {
        range = default;
        var slash = block.IndexOf('/', StringComparison.Ordinal);
        var text = slash < 0 ? block : block[..slash];
        if (text.AsSpan().ContainsAny('[', '%') || !IPAddress.TryParse(text, out var address)) return false;

        // The framework also reads 127.1, octal and hexadecimal; those are written differently when printed.
        var bits = 128;
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            if (!string.Equals(address.ToString(), text, StringComparison.Ordinal)) return false;
            bits = 32;
        }

        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(block.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits)) return false;
        var hostBits = bits - prefix;
        var hosts = hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1;
        var start = NumberOf(address) & ~hosts;
        range = new AddressRange(start, start | hosts);
        return true;
    }

    private static UInt128 NumberOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? ((UInt128)0xFFFF << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

/// <summary>Both ends belong to it.</summary>
internal readonly record struct AddressRange(UInt128 Start, UInt128 End);
