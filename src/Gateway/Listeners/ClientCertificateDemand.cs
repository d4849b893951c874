using System.Collections.Frozen;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// For which server names clients are asked for a certificate: those of the routes that want one where all of these have <c>snis</c>, else all names.
/// </summary>
internal sealed class ClientCertificateDemand
{
    private const string Plugin = "mtls-auth";

    private readonly FrozenSet<string>? names;

    private ClientCertificateDemand(FrozenSet<string>? names) => this.names = names;

    public static ClientCertificateDemand None { get; } = new(FrozenSet<string>.Empty);

    public static ClientCertificateDemand Of(GatewayDocument document)
    {
        var wanted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var plugin in document.Plugins)
        {
            if (!plugin.Enabled || !string.Equals(plugin.Name, Plugin, StringComparison.Ordinal)) continue;
            var route = plugin.Route is { } reference ? document.Routes.FirstOrDefault(r => r.Id == reference.Id) : null;
            if (route?.Snis is not { Count: > 0 } snis || snis.Any(s => s.Contains('*', StringComparison.Ordinal))) return new ClientCertificateDemand(null);
            wanted.UnionWith(snis);
        }

        return wanted.Count == 0 ? None : new ClientCertificateDemand(wanted.ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }

    public bool IsFor(string? serverName) => names is null || (names.Count > 0 && serverName is not null && names.Contains(serverName));
}
