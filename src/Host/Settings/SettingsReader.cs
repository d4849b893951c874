using System.Net;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Secrets;
using Sluice.Control.Nodes;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;
using Sluice.Host.Commands;

namespace Sluice.Host.Settings;

/// <summary>Turns options, environment and kong.conf into <see cref="RunSettings"/>.</summary>
internal static class SettingsReader
{
    /// <param name="options">The options given, by name (<c>--proxy</c>); lists joined with commas.</param>
    /// <param name="environment">All environment variables.</param>
    /// <exception cref="UsageException">A setting makes no sense.</exception>
    public static RunSettings Read(IReadOnlyDictionary<string, string?> options, IReadOnlyDictionary<string, string> environment)
    {
        var confPath = options.GetValueOrDefault("--kong-conf")
            ?? environment.GetValueOrDefault("SLUICE_KONG_CONF")
            ?? environment.GetValueOrDefault("KONG_CONF");
        var sources = new SettingSources(options, environment, new KongSettings(environment, confPath));
        var notes = new List<string>();
        return new RunSettings
        {
            Sources = sources.List("--config", "declarative_config"),
            InlineDocument = sources.Find("--config", "declarative_config") is null ? sources.Find(null, "declarative_config_string")?.Value : null,
            Roles = ControlSettingsReader.Roles(sources),
            Proxy = ControlSettingsReader.Roles(sources).HasFlag(NodeRoles.Gateway) ? Listeners.Proxy(sources) : [],
            Admin = ControlSettingsReader.Roles(sources).HasFlag(NodeRoles.Admin) ? Listeners.Admin(sources) : [],
            Status = Listeners.Status(sources),
            Tls = TlsSettingsReader.Read(sources),
            DataFolder = sources.Text(ControlSettingsReader.DataFolder, "--data"),
            Database = ControlSettingsReader.Database(sources),
            PluginFolder = PluginFolderReader.Read(
                sources, sources.List("--config", "declarative_config"), ControlSettingsReader.StoresReleases(sources) ? sources.Text(ControlSettingsReader.DataFolder, "--data") : null),
            EncryptionKeys = EncryptionKeySettings.Read(sources, environment, ControlSettingsReader.Database(sources)),
            AdminGuard = ControlSettingsReader.Guard(sources),
            AuditRetention = ControlSettingsReader.AuditRetention(sources),
            UsageRetention = ControlSettingsReader.UsageRetention(sources),
            SecretsFolder = sources.Text(SecretStore.DefaultFolder, "--secrets"),
            StoresReleases = ControlSettingsReader.StoresReleases(sources),
            Lead = ControlSettingsReader.Lead(sources),
            KeepReleases = sources.Number(1000, 1, 1_000_000, "--keep-releases"),
            Transport = Transport(sources),
            Loops = sources.Find("--loops") is null ? null : sources.Number(0, 1, 256, "--loops"),
            SkipUnsupported = sources.Switch(false, "--skip-unsupported"),
            DrainTimeout = TimeSpan.FromSeconds(sources.Number(30, 0, 86400, "--drain-timeout")),
            DemoUpstream = sources.Find("--demo-upstream") is { } demo ? ListenAddresses.Parse(demo.Value, demo.Origin).FirstOrDefault() : null,
            LogLevel = Level(sources),
            Workflows = WorkflowRunSettings.Read(sources, ControlSettingsReader.Roles(sources).HasFlag(NodeRoles.Gateway) ? Listeners.Proxy(sources) : []),
            Traces = TraceSettings.Read(sources, environment),
            Gateway = Gateway(sources, notes),
            Notes = [.. notes, .. KongNotes(sources.Kong)],
        };
    }

    private static TransportKind Transport(SettingSources sources) => sources.Find("--transport") switch
    {
        null or { Value: "auto" } => TransportKind.Auto,
        { Value: "io_uring" } => TransportKind.IoUring,
        { Value: "epoll" } => TransportKind.Epoll,
        { Value: "sockets" } => TransportKind.Sockets,
        { } other => other.Refuse<TransportKind>("a transport: auto, io_uring, epoll or sockets"),
    };

    private static LogLevel Level(SettingSources sources) => sources.Find("--log-level", "log_level") switch
    {
        null or { Value: "notice" or "info" } => LogLevel.Information,
        { Value: "debug" } => LogLevel.Debug,
        { Value: "warn" } => LogLevel.Warning,
        { Value: "error" } => LogLevel.Error,
        { Value: "crit" or "alert" or "emerg" } => LogLevel.Critical,
        { } other => other.Refuse<LogLevel>("a log level: debug, info, notice, warn, error, crit, alert or emerg"),
    };

    private static GatewaySettings Gateway(SettingSources sources, List<string> notes)
    {
        var fallback = new GatewaySettings();
        return new GatewaySettings
        {
            TrustedProxies = [.. sources.List(null, "trusted_ips").Select(text => Network(text, sources.Find(null, "trusted_ips")!.Value))],
            RealIpHeader = sources.Text(fallback.RealIpHeader, null, "real_ip_header", "nginx_proxy_real_ip_header"),
            RealIpRecursive = sources.Switch(fallback.RealIpRecursive, null, "real_ip_recursive", "nginx_proxy_real_ip_recursive"),
            Headers = HeaderSettingsReader.Read(sources),
            RouterFlavor = sources.Find(null, "router_flavor") switch
            {
                // The oldest flavour differs only in how a path is taken for a regular expression, which format 3.0 always marks with ~.
                null or { Value: "traditional_compatible" or "traditional" } => RouterFlavor.TraditionalCompatible,
                { Value: "expressions" } => RouterFlavor.Expressions,
                { } other => other.Refuse<RouterFlavor>("traditional_compatible, traditional or expressions"),
            },
            MaxRequestBody = Size(sources.Find(null, "nginx_http_client_max_body_size", "nginx_proxy_client_max_body_size", "client_max_body_size")),
            RequestHeadTimeout = Time(fallback.RequestHeadTimeout, sources.Find(null, "nginx_http_client_header_timeout", "nginx_proxy_client_header_timeout")),
            RequestBodyTimeout = Time(fallback.RequestBodyTimeout, sources.Find(null, "nginx_http_client_body_timeout", "nginx_proxy_client_body_timeout")),
            ClientKeepAliveTimeout = Time(fallback.ClientKeepAliveTimeout, sources.Find(null, "nginx_http_keepalive_timeout", "nginx_proxy_keepalive_timeout")),
            UpstreamKeepAlivePoolSize = sources.Number(fallback.UpstreamKeepAlivePoolSize, 0, 1_000_000, null, "upstream_keepalive_pool_size"),
            UpstreamKeepAliveMaxRequests = sources.Number(fallback.UpstreamKeepAliveMaxRequests, 0, int.MaxValue, null, "upstream_keepalive_max_requests"),
            UpstreamKeepAliveIdleTimeout = sources.Number(fallback.UpstreamKeepAliveIdleTimeout / 1000, 0, 2_000_000, null, "upstream_keepalive_idle_timeout") * 1000,
            TrustedCertificates = TrustedCertificates(sources),
            RecentRequests = sources.Number(10_000, 0, 1_000_000, "--recent-requests"),
            RecentRequestsEvery = sources.Number(100, 1, 1_000_000, "--recent-requests-every"),
            PluginTimeout = TimeSpan.FromSeconds(sources.Number((int)fallback.PluginTimeout.TotalSeconds, 1, 3600, "--plugin-timeout")),
            PluginFailureLimit = sources.Number(fallback.PluginFailureLimit, 0, 1_000_000, "--plugin-failures"),
            AccessLog = AccessLogReader.Target(sources, notes),
            AccessLogQuery = AccessLogReader.Query(sources),
            TlsProtocols = TlsSettingsReader.Protocols(sources, notes),
            Dns = DnsSettingsReader.Read(sources),
            TracingInstrumentations = TraceSettings.Instrumentations(sources),
            TracingSamplingRate = TraceSettings.SamplingRate(fallback.TracingSamplingRate, sources),
        };
    }

    /// <summary>One file; <c>system</c>, which Sluice trusts anyway unless a file is named, means none.</summary>
    private static string? TrustedCertificates(SettingSources sources)
    {
        var files = sources.List(null, "lua_ssl_trusted_certificate").Where(f => f != "system").ToList();
        if (files.Count == 0) return null;
        var setting = sources.Find(null, "lua_ssl_trusted_certificate")!.Value;
        if (files.Count > 1) return setting.Refuse<string>("one file: join the certificates in one PEM file");
        return File.Exists(files[0]) ? files[0] : setting.Refuse<string>("a file that exists");
    }

    private static IPNetwork Network(string text, Setting setting)
    {
        if (IPNetwork.TryParse(text, out var network)) return network;
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
        // nginx takes a block whose host bits are not zero; what it means is plain.
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && IPAddress.TryParse(text.AsSpan(0, slash), out address) && int.TryParse(text.AsSpan(slash + 1), out var length)
            && length >= 0 && length <= address.GetAddressBytes().Length * 8)
            return new IPNetwork(Masked(address, length), length);
        return setting.Refuse<IPNetwork>($"a list of addresses and CIDR blocks ('{text}')");
    }

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }

    /// <summary>nginx's sizes: bytes, or with k, m, g.</summary>
    private static long Size(Setting? setting)
    {
        if (setting is not { } found) return 0;
        var unit = char.ToLowerInvariant(found.Value[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, _ => 1L };
        return long.TryParse(unit == 1 ? found.Value : found.Value[..^1], out var n) && n >= 0 && n < long.MaxValue / unit
            ? n * unit
            : found.Refuse<long>("a size such as 10m (bytes, or with k, m, g; 0 for no limit)");
    }

    /// <summary>nginx's times, in milliseconds: seconds, or with ms, s, m, h. A second value, which keepalive_timeout may have, is only told to clients.</summary>
    private static int Time(int fallback, Setting? setting)
    {
        if (setting is not { } found) return fallback;
        var text = found.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first : "";
        var digits = text.AsSpan().TrimEnd("mhs");
        var unit = text[digits.Length..] switch { "" or "s" => 1000, "ms" => 1, "m" => 60_000, "h" => 3_600_000, _ => 0 };
        return unit > 0 && long.TryParse(digits, System.Globalization.NumberStyles.None, null, out var n) && n > 0 && n <= int.MaxValue / unit
            ? (int)(n * unit)
            : found.Refuse<int>("a time such as 60s (seconds, or with ms, s, m, h)");
    }

    private static IEnumerable<string> KongNotes(KongSettings kong)
    {
        if (kong.WithoutEffect.Count > 0) yield return $"without effect here: {string.Join(", ", kong.WithoutEffect)}";
        if (kong.Unknown.Count > 0) yield return $"not a setting of Kong or Sluice: {string.Join(", ", kong.Unknown)}";
    }

    /// <summary>Which addresses are listened on.</summary>
    private static class Listeners
    {
        private const string KongDefault = "0.0.0.0:8000, 0.0.0.0:8443 http2 ssl";

        /// <summary>
        /// <c>--proxy</c> and <c>--proxy-tls</c> each replace the listeners of their kind in Kong's <c>proxy_listen</c>. Where that is not set
        /// and only one of the two is given, the other kind is not opened: nobody asked for it.
        /// </summary>
        public static IReadOnlyList<ListenAddress> Proxy(SettingSources sources)
        {
            var plain = sources.Find("--proxy");
            var tls = sources.Find("--proxy-tls");
            var kong = sources.Find(null, "proxy_listen");
            var others = kong is { } written ? ListenAddresses.Parse(written.Value, written.Origin)
                : plain is null && tls is null ? ListenAddresses.Parse(KongDefault, "the default") : [];
            return
            [
                .. plain is { } p ? ListenAddresses.Parse(p.Value, p.Origin).Select(l => l with { Http2 = true }) : others.Where(l => !l.Tls),
                .. tls is { } t ? ListenAddresses.Parse(t.Value, t.Origin).Select(l => l with { Tls = true, Http2 = true }) : others.Where(l => l.Tls),
            ];
        }

        public static IReadOnlyList<ListenAddress> Admin(SettingSources sources) =>
            sources.Find("--admin", "admin_listen") is { } found
                ? ListenAddresses.Parse(found.Value, found.Origin)
                : ListenAddresses.Parse("127.0.0.1:8001", "the default");

        public static IReadOnlyList<ListenAddress> Status(SettingSources sources) =>
            sources.Find("--status", "status_listen") is { } found ? ListenAddresses.Parse(found.Value, found.Origin) : [];
    }
}
