using System.Globalization;
using System.Net;

namespace Sluice.Gateway.Routing;

/// <summary>Reads CIDR blocks as Kong does: bits after the prefix are dropped rather than refused.</summary>
internal static class IpBlock
{
    public static bool TryParse(string text, out IPNetwork block)
    {
        block = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(text.AsSpan(0, slash), out var address)) return false;
        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)) return false;

        var bytes = address.GetAddressBytes();
        if (bits > bytes.Length * 8) return false;
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xFF00 >> Math.Clamp(bits - (i * 8), 0, 8));
        block = new IPNetwork(new IPAddress(bytes), bits);
        return true;
    }

    /// <summary>An IPv4 address that came over an IPv6 socket counts as IPv4.</summary>
    public static bool Contains(in IPNetwork block, IPAddress address) =>
        block.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
