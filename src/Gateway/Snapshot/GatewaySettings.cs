using System.Net;
using Sluice.Gateway.Plugins.Acme;
using Sluice.Gateway.Plugins.Usage;

namespace Sluice.Gateway.Snapshot;

/// <summary>What the gateway is told by options, the environment or kong.conf rather than by the document. Bytes and milliseconds.</summary>
public sealed record GatewaySettings
{
    /// <summary>Peers whose X-Forwarded and real-ip fields are believed; Kong's <c>trusted_ips</c>.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The field that a trusted proxy tells the client's address in, or <c>proxy_protocol</c>.</summary>
    public string RealIpHeader { get; init; } = "X-Real-IP";

    /// <summary>Whether trusted addresses inside the field are skipped from the right until one is not trusted.</summary>
    public bool RealIpRecursive { get; init; }

    /// <summary>The database that <c>acme</c> keeps certificates in with <c>storage: kong</c>; null where there is none.</summary>
    public AcmeStore? AcmeStore { get; init; }

    /// <summary>Where <c>usage</c> counts calls; null where there is no database for it.</summary>
    public UsageMeter? Usage { get; init; }

    /// <summary>Which response fields of its own the gateway sends; Kong's <c>headers</c>.</summary>
    public ResponseHeaderSettings Headers { get; init; } = new();

    /// <summary>The flavour of the router.</summary>
    public RouterFlavor RouterFlavor { get; init; } = RouterFlavor.TraditionalCompatible;

    /// <summary>Most bytes of the request line.</summary>
    public int MaxRequestLine { get; init; } = 8 * 1024;

    /// <summary>Most bytes of all request header fields together.</summary>
    public int MaxRequestHeaders { get; init; } = 32 * 1024;

    /// <summary>Most request header fields.</summary>
    public int MaxRequestHeaderCount { get; init; } = 200;

    /// <summary>Most bytes of one request header field; Kong's nginx refuses more than 8 KiB.</summary>
    public int MaxRequestHeaderField { get; init; } = 8 * 1024;

    /// <summary>Most bytes of the head of an upstream's answer.</summary>
    public int MaxResponseHead { get; init; } = 64 * 1024;

    /// <summary>Most bytes of a request body; 0 for no limit (Kong's <c>nginx_http_client_max_body_size</c>).</summary>
    public long MaxRequestBody { get; init; }

    /// <summary>Milliseconds that a client connection may idle between two requests.</summary>
    public int ClientKeepAliveTimeout { get; init; } = 75000;

    /// <summary>Milliseconds that the head of a request may take to arrive.</summary>
    public int RequestHeadTimeout { get; init; } = 60000;

    /// <summary>Milliseconds that may pass between two pieces of a request body.</summary>
    public int RequestBodyTimeout { get; init; } = 60000;

    /// <summary>How names of upstreams are resolved; by default at the system's name servers, without its search domains.</summary>
    public Upstreams.Dns.DnsSettings Dns { get; init; } = Upstreams.Dns.DnsSettings.FromSystem();

    /// <summary>Idle connections kept per endpoint and loop; Kong's <c>upstream_keepalive_pool_size</c>.</summary>
    public int UpstreamKeepAlivePoolSize { get; init; } = 512;

    /// <summary>Requests after which an upstream connection is closed; 0 for no limit.</summary>
    public int UpstreamKeepAliveMaxRequests { get; init; } = 10000;

    /// <summary>Milliseconds after which an idle upstream connection is closed; 0 for never.</summary>
    public int UpstreamKeepAliveIdleTimeout { get; init; } = 60000;

    /// <summary>Shown to clients whose server name no certificate of the document is for; Kong's <c>ssl_cert</c>. Null refuses them.</summary>
    public System.Security.Cryptography.X509Certificates.X509Certificate2? DefaultCertificate { get; init; }

    /// <summary>The versions of TLS offered to clients; Kong's <c>ssl_protocols</c>. 1.2 is the oldest.</summary>
    public System.Security.Authentication.SslProtocols TlsProtocols { get; init; } =
        System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13;

    /// <summary>CA certificates (PEM file) that upstreams are verified with where a service names none.</summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>Whether upstreams are verified where a service does not say.</summary>
    public bool TlsVerify { get; init; }

    /// <summary>What runs workflows; routes that name one are answered 503 without it.</summary>
    public RouteHandlers? Workflows { get; init; }

    /// <summary>How many heads of requests are kept for replaying them, secrets redacted; 0 keeps none.</summary>
    public int RecentRequests { get; init; }

    /// <summary>Of how many requests one is kept.</summary>
    public int RecentRequestsEvery { get; init; } = 1;

    /// <summary>Where a line for each request goes: <c>stdout</c> or the path of a file; null for nowhere.</summary>
    public string? AccessLog { get; init; }

    /// <summary>What the access log tells of query strings, which may hold secrets.</summary>
    public AccessLogQuery AccessLogQuery { get; init; }

    /// <summary>Which spans the opentelemetry plugin makes; Kong's <c>tracing_instrumentations</c>.</summary>
    public TraceInstrumentations TracingInstrumentations { get; init; }

    /// <summary>How long a stage of a plugin from the plugin folder may take.</summary>
    public TimeSpan PluginTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how many failures within a minute a plugin is not run for half a minute, its requests being refused; 0 for never.</summary>
    public int PluginFailureLimit { get; init; }

    /// <summary>The part of the requests that it traces, 0 to 1, where its configuration does not say; Kong's <c>tracing_sampling_rate</c>.</summary>
    public double TracingSamplingRate { get; init; } = 0.01;
}

/// <summary>Kinds of spans: of requests, and of tries at upstreams.</summary>
[Flags]
public enum TraceInstrumentations { None = 0, Request = 1, Balancer = 2, All = Request | Balancer }

/// <summary>What the access log tells of a query string: nothing, the names of its arguments, all.</summary>
public enum AccessLogQuery { Off, Names, Full }

/// <summary>Kong's two ways to compile routes: its classic fields, or <c>expression</c>.</summary>
public enum RouterFlavor { TraditionalCompatible, Expressions }

/// <summary>Which of its own header fields the gateway adds; Kong's <c>headers</c> and <c>headers_upstream</c>.</summary>
public sealed record ResponseHeaderSettings
{
    /// <summary><c>Server</c> on answers made here.</summary>
    public bool Server { get; init; } = true;

    /// <summary><c>Via</c> on answers of upstreams.</summary>
    public bool Via { get; init; } = true;

    /// <summary><c>X-Kong-Upstream-Latency</c>, <c>X-Kong-Proxy-Latency</c> and <c>X-Kong-Response-Latency</c>.</summary>
    public bool Latency { get; init; } = true;

    /// <summary><c>X-Kong-Upstream-Status</c>; off by default, as in Kong.</summary>
    public bool UpstreamStatus { get; init; }

    /// <summary><c>X-Kong-Request-Id</c> to the client.</summary>
    public bool RequestId { get; init; } = true;

    /// <summary><c>Forwarded</c> (RFC 7239) to the upstream, beside the X-Forwarded fields; off by default, as in Kong.</summary>
    public bool Forwarded { get; init; }

    /// <summary><c>X-Kong-Request-Id</c> to the upstream.</summary>
    public bool RequestIdUpstream { get; init; } = true;
}
