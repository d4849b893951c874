using System.Net;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.IpRestriction;

/// <summary>What ip-restriction answers.</summary>
internal static class IpRestrictionErrors
{
    public static GatewayError NotAllowed(int status, string message) => new(status, "ADDRESS_NOT_ALLOWED", message, Fault.Client);

    public static GatewayError NotAllowed(int status, IPAddress address) => NotAllowed(status, $"IP address not allowed: {address}");
}
