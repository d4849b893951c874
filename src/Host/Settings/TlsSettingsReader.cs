using System.Security.Authentication;

namespace Sluice.Host.Settings;

/// <summary>Kong's <c>ssl_*</c> settings.</summary>
internal static class TlsSettingsReader
{
    public static TlsSettings Read(SettingSources sources, List<string> notes)
    {
        var certificates = sources.List("--cert", "ssl_cert");
        var keys = sources.List("--cert-key", "ssl_cert_key");
        if (certificates.Count != keys.Count)
            throw new Commands.UsageException($"ssl_cert names {certificates.Count} file(s) and ssl_cert_key {keys.Count}: each certificate needs its key");
        return new TlsSettings
        {
            Certificates = certificates,
            Keys = keys,
            Protocols = Protocols(sources, notes),
            Ciphers = Ciphers(sources, notes),
        };
    }

    private static SslProtocols Protocols(SettingSources sources, List<string> notes)
    {
        var both = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (sources.Find(null, "ssl_protocols", "nginx_http_ssl_protocols") is not { } setting)
            return sources.Text("intermediate", null, "ssl_cipher_suite") == "modern" ? SslProtocols.Tls13 : both;

        var chosen = SslProtocols.None;
        foreach (var name in setting.Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
            switch (name)
            {
                case "TLSv1.2": chosen |= SslProtocols.Tls12; break;
                case "TLSv1.3": chosen |= SslProtocols.Tls13; break;
                case "TLSv1" or "TLSv1.1" or "SSLv2" or "SSLv3": notes.Add($"{setting.Origin}: {name} is not offered; TLS 1.2 is the oldest"); break;
                default: return setting.Refuse<SslProtocols>("a list of TLSv1.2 and TLSv1.3");
            }

        return chosen == SslProtocols.None ? setting.Refuse<SslProtocols>("a list with TLSv1.2 or TLSv1.3") : chosen;
    }

    private static string? Ciphers(SettingSources sources, List<string> notes)
    {
        switch (sources.Find(null, "ssl_cipher_suite"))
        {
            case null or { Value: "modern" or "intermediate" or "fips" }: return null;
            case { Value: "old" } old: notes.Add($"{old.Origin}: 'old' suites are not offered; the platform's own list is used"); return null;
            case { Value: "custom" }: return sources.Find(null, "ssl_ciphers")?.Value;
            case { } other: return other.Refuse<string>("modern, intermediate, old, fips or custom");
        }
    }
}
