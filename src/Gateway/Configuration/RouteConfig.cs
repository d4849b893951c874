using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration;

/// <summary>Which requests go to a service. Kong's <c>route</c>, both flavours, with Sluice's <c>pipeline</c>.</summary>
public sealed record RouteConfig : Entity, IChecked
{
    /// <summary>Unique.</summary>
    [ObjectName]
    public string? Name { get; init; }

    /// <summary>Where the requests go; without one, only plugins can answer.</summary>
    public Reference? Service { get; init; }

    /// <summary>What the client must speak.</summary>
    [OneOf("grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp"), Length(1), Unique]
    public IReadOnlyList<string> Protocols { get; init; } = ["http", "https"];

    /// <summary>Upper-case method names; any when absent.</summary>
    [Unique, HttpMethod]
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Host names, with <c>*</c> as the first or last label, with or without a port.</summary>
    [RouteHost]
    public IReadOnlyList<string>? Hosts { get; init; }

    /// <summary>Prefixes that start with <c>/</c>, or regular expressions that start with <c>~/</c>.</summary>
    [RoutePath]
    public IReadOnlyList<string>? Paths { get; init; }

    /// <summary>Header names to the values allowed; a single value that starts with <c>~*</c> is a regular expression.</summary>
    [RouteHeaderName(OnKeys = true)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Headers { get; init; }

    /// <summary>Server names of the TLS handshake, with <c>*</c> as the first or last label.</summary>
    [Unique, ServerName]
    public IReadOnlyList<string>? Snis { get; init; }

    /// <summary>Stream routes: where connections come from.</summary>
    public IReadOnlyList<SocketMatch>? Sources { get; init; }

    /// <summary>Stream routes: where connections go to.</summary>
    public IReadOnlyList<SocketMatch>? Destinations { get; init; }

    /// <summary>Among regular expressions, the higher one is tried first.</summary>
    public long RegexPriority { get; init; }

    /// <summary>Whether the matched prefix is cut from the path sent upstream.</summary>
    public bool StripPath { get; init; } = true;

    /// <summary>How the service's path and the request's are joined; with this router both give the same.</summary>
    [OneOf("v0", "v1")]
    public string PathHandling { get; init; } = "v0";

    /// <summary>Whether the client's Host is sent upstream.</summary>
    public bool PreserveHost { get; init; }

    /// <summary>How a client that speaks HTTP is told to speak HTTPS, when <see cref="Protocols"/> has only https.</summary>
    [OneOfNumbers(426, 301, 302, 307, 308)]
    public int HttpsRedirectStatusCode { get; init; } = 426;

    /// <summary>Kong: whether a request body is read whole before it goes upstream.</summary>
    [NoEffect("Sluice streams every body; nothing is buffered unless a plugin needs it")]
    public bool RequestBuffering { get; init; } = true;

    /// <summary>Kong: whether a response body is read ahead of the client.</summary>
    [NoEffect("Sluice streams every body; nothing is buffered unless a plugin needs it")]
    public bool ResponseBuffering { get; init; } = true;

    /// <summary>The <c>expressions</c> flavour: a condition over <c>http.path</c>, <c>http.host</c> and so on.</summary>
    public string? Expression { get; init; }

    /// <summary>The <c>expressions</c> flavour: the higher one is tried first.</summary>
    [Between(0, 70368744177663)]
    public long? Priority { get; init; }

    /// <summary>Sluice: the name of a pipeline whose middleware this route runs.</summary>
    [Extension]
    public string? Pipeline { get; init; }

    /// <summary>Sluice: the name of a second pipeline, of type <c>policy</c>; where both have a plugin, that of <see cref="Pipeline"/> runs.</summary>
    [Extension]
    public string? Policy { get; init; }

    /// <summary>Sluice: the name of the workflow that answers, in place of a service.</summary>
    [Extension]
    public string? Workflow { get; init; }

    /// <summary>
    /// Sluice: the route takes the calls that runs of workflows wait for (<c>$execution.resumeUrl</c>, approvals) and those of webhooks in test mode, in place of a
    /// service. Their addresses are below its first path.
    /// </summary>
    [Extension]
    public bool WorkflowCalls { get; init; }

    /// <summary>Sluice: a route that is not enabled is left out of the routing table.</summary>
    [Extension]
    public bool Enabled { get; init; } = true;

    public void Check(Action<string, string> report) => RouteChecks.Check(this, report);
}

/// <summary>An address, a port, or both, of a stream connection.</summary>
public sealed record SocketMatch : IChecked
{
    /// <summary>An address or CIDR block.</summary>
    [IpOrCidr]
    public string? Ip { get; init; }

    [Between(0, 65535)]
    public int? Port { get; init; }

    public void Check(Action<string, string> report)
    {
        if (Ip is null && Port is null)
            report("", "must set one of 'ip', 'port'");
    }
}
