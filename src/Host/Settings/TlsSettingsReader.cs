using System.Security.Authentication;

namespace Sluice.Host.Settings;

/// <summary>Kong's <c>ssl_*</c> settings.</summary>
internal static class TlsSettingsReader
{
    public static TlsSettings Read(SettingSources sources)
    {
        var certificates = sources.List("--cert", "ssl_cert");
        var keys = sources.List("--cert-key", "ssl_cert_key");
        return certificates.Count == keys.Count
            ? new TlsSettings { Certificates = certificates, Keys = keys }
            : throw new Commands.UsageException($"--cert (ssl_cert) names {certificates.Count} file(s) and --cert-key (ssl_cert_key) {keys.Count}: each certificate needs its key");
    }

    /// <summary>The versions offered. Those that are too old are left out with a note.</summary>
    public static SslProtocols Protocols(SettingSources sources, List<string> notes)
    {
        var suite = Suite(sources, notes);
        if (sources.Find(null, "ssl_protocols", "nginx_http_ssl_protocols") is not { } setting)
            return suite == "modern" ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;

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

    private static string Suite(SettingSources sources, List<string> notes)
    {
        if (sources.Find(null, "ssl_cipher_suite") is not { } suite) return "intermediate";
        if (suite.Value is not ("modern" or "intermediate" or "fips" or "old" or "custom")) return suite.Refuse<string>("modern, intermediate, fips, old or custom");
        if (suite.Value is "old" or "custom") notes.Add($"{suite.Origin}: the platform's own list of ciphers is used in place of '{suite.Value}'");
        return suite.Value;
    }
}
