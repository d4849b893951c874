using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.UdpLog;

/// <summary>Where entries are sent.</summary>
internal sealed record UdpLogConfig
{
    /// <summary>The name or address of the server.</summary>
    [Required, Host]
    public string Host { get; init; } = "";

    [Required, Between(0, 65535)]
    public int Port { get; init; }

    [NoEffect("sending a datagram waits for nobody")]
    public double Timeout { get; init; } = 10000;

    /// <summary>Fields to set or take out, as Lua code; see the page for what is supported.</summary>
    [CustomField]
    public IReadOnlyDictionary<string, string>? CustomFieldsByLua { get; init; }
}
