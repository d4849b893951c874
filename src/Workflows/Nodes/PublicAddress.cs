using System.Net;
using System.Net.Sockets;

namespace Sluice.Workflows.Nodes;

/// <summary>What belongs to the public internet (IANA's special-purpose address registries say which addresses do not).</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/127", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)) return false;
        return !Array.Exists(NotPublic, n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address));
    }

    /// <summary>The address behind a server's name, so that it is the one that was checked that is used.</summary>
    /// <param name="allowed">Addresses that may be used although they are not public.</param>
    /// <exception cref="NodeException">The name is not known, or has no such address.</exception>
    public static async ValueTask<string> OfAsync(string host, Func<IPAddress, bool> allowed, CancellationToken cancel)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);
        }
        catch (SocketException e)
        {
            throw new NodeException($"'{host}' is not known: {e.Message}", e);
        }

        return Array.Find(addresses, a => Is(a) || allowed(a))?.ToString() ?? throw new NodeException($"'{host}' is not a public address") { Retryable = false };
    }
}
