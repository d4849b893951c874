using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.TcpLog;

/// <summary>Where entries are sent.</summary>
internal sealed record TcpLogConfig
{
    /// <summary>The name or address of the server.</summary>
    [Required, Host]
    public string Host { get; init; } = "";

    [Required, Between(0, 65535)]
    public int Port { get; init; }

    /// <summary>Milliseconds for connecting and sending.</summary>
    public double Timeout { get; init; } = 10000;

    /// <summary>Milliseconds for which an idle connection is used again.</summary>
    public double Keepalive { get; init; } = 60000;

    /// <summary>Whether to speak TLS. The server is not verified.</summary>
    public bool Tls { get; init; }

    /// <summary>The server name in the handshake of TLS.</summary>
    public string? TlsSni { get; init; }

    /// <summary>Fields to set or take out, as Lua code; see the page for what is supported.</summary>
    [CustomField]
    public IReadOnlyDictionary<string, string>? CustomFieldsByLua { get; init; }
}
