using System.Globalization;
using System.Net;
using Sluice.Gateway.Upstreams.Dns;

namespace Sluice.Host.Settings;

/// <summary>How names of upstreams are resolved: Kong's <c>dns_</c> keys and the <c>resolver_</c> keys of its new client.</summary>
internal static class DnsSettingsReader
{
    public static DnsSettings Read(SettingSources sources)
    {
        var fallback = DnsSettings.FromSystem();
        return fallback with
        {
            Servers = Servers(sources) ?? fallback.Servers,
            HostsFile = sources.Text(fallback.HostsFile!, null, "dns_hostsfile", "resolver_hosts_file"),
            Order = Order(sources) ?? fallback.Order,
            ValidTtl = Seconds(sources, "dns_valid_ttl", "resolver_valid_ttl"),
            StaleTtl = Seconds(sources, "dns_stale_ttl", "resolver_stale_ttl") ?? fallback.StaleTtl,
            NotFoundTtl = Seconds(sources, "dns_not_found_ttl", "resolver_error_ttl") ?? fallback.NotFoundTtl,
            ErrorTtl = Seconds(sources, "dns_error_ttl", "resolver_error_ttl") ?? fallback.ErrorTtl,
        };
    }

    private static List<IPEndPoint>? Servers(SettingSources sources)
    {
        if (sources.Find(null, "dns_resolver", "resolver_address") is not { } setting) return null;
        List<IPEndPoint> servers = [];
        foreach (var text in sources.List(null, "dns_resolver", "resolver_address"))
        {
            if (!DnsSettings.TryParseServer(text, out var server)) setting.Refuse<IPEndPoint>($"a list of addresses with or without a port ('{text}')");
            servers.Add(server);
        }

        return servers;
    }

    /// <summary>LAST (the kind that was found before) and CNAME (followed anyway) say nothing here.</summary>
    private static List<DnsRecordType>? Order(SettingSources sources)
    {
        if (sources.Find(null, "dns_order", "resolver_family") is not { } setting) return null;
        List<DnsRecordType> order = [];
        foreach (var text in sources.List(null, "dns_order", "resolver_family"))
        {
            DnsRecordType? type = text.ToUpperInvariant() switch
            {
                "A" => DnsRecordType.A,
                "AAAA" => DnsRecordType.Aaaa,
                "SRV" => DnsRecordType.Srv,
                "LAST" or "CNAME" => null,
                _ => setting.Refuse<DnsRecordType?>($"a list of SRV, A, AAAA, CNAME and LAST ('{text}')"),
            };
            if (type is { } kind && !order.Contains(kind)) order.Add(kind);
        }

        return order.Count > 0 ? order : setting.Refuse<List<DnsRecordType>>("a list with SRV, A or AAAA");
    }

    private static TimeSpan? Seconds(SettingSources sources, params ReadOnlySpan<string> keys)
    {
        if (sources.Find(null, keys) is not { } setting) return null;
        return double.TryParse(setting.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 365 * 86400
            ? TimeSpan.FromSeconds(seconds)
            : setting.Refuse<TimeSpan?>("a number of seconds");
    }
}
