using System.Net;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Routing.Matching;

/// <summary>One entry of a route's <c>sources</c> or <c>destinations</c>: an address or block, a port, or both.</summary>
internal sealed class SocketCondition
{
    private readonly IPNetwork? network;
    private readonly int? port;

    public SocketCondition(SocketMatch config)
    {
        port = config.Port;
        if (config.Ip is not { } ip) return;
        if (IPAddress.TryParse(ip, out var address)) network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        else if (IpBlock.TryParse(ip, out var block)) network = block;
        Unreadable = network is null;
    }

    /// <summary>An address that could not be read matches nothing.</summary>
    private bool Unreadable { get; }

    public bool Matches(IPAddress? address, int actualPort)
    {
        if (Unreadable || (port is { } wanted && wanted != actualPort)) return false;
        return network is not { } block || (address is not null && IpBlock.Contains(block, address));
    }

    public override string ToString() => port is null ? $"{network}" : $"{network}:{port}";
}
