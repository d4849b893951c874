namespace Sluice.Gateway.Routing;

/// <summary>A route's <c>protocols</c>.</summary>
[Flags]
public enum RouteProtocols : byte
{
    None = 0,
    Http = 1,
    Https = 2,
    Grpc = 4,
    Grpcs = 8,

    /// <summary>tcp, tls, udp or tls_passthrough: not for this router.</summary>
    Stream = 16,
}

/// <summary>How a request that matched a route fails the route's protocols, and what Kong answers.</summary>
public enum ProtocolMismatch : byte
{
    None,

    /// <summary>The route's <c>https_redirect_status_code</c>: 426 "Please use HTTPS protocol" or a redirect.</summary>
    NeedsHttps,

    /// <summary>426 "Please use HTTP2 protocol".</summary>
    NeedsHttp2,

    /// <summary>415 "Non-gRPC request matched gRPC route".</summary>
    NotGrpc,

    /// <summary>200 with <c>grpc-status: 1</c> and <c>grpc-message: gRPC request matched gRPCs route</c>.</summary>
    GrpcNeedsTls,
}

/// <summary>Reads and checks <see cref="RouteProtocols"/>.</summary>
public static class RouteProtocolRules
{
    /// <summary>The flags of a route's <c>protocols</c>; unknown names are left out.</summary>
    public static RouteProtocols Parse(IReadOnlyList<string> names)
    {
        var flags = RouteProtocols.None;
        foreach (var name in names)
        {
            flags |= name switch
            {
                "http" => RouteProtocols.Http,
                "https" => RouteProtocols.Https,
                "grpc" => RouteProtocols.Grpc,
                "grpcs" => RouteProtocols.Grpcs,
                "tcp" or "tls" or "tls_passthrough" or "udp" => RouteProtocols.Stream,
                _ => RouteProtocols.None,
            };
        }

        return flags;
    }

    /// <summary>Whether a request may go on, in the order in which Kong looks.</summary>
    /// <param name="secure">The client spoke TLS, here or to a trusted proxy.</param>
    /// <param name="http2">The request came over HTTP/2 or newer.</param>
    /// <param name="contentType">The request's Content-Type.</param>
    public static ProtocolMismatch Check(this RouteProtocols protocols, bool secure, bool http2, string? contentType)
    {
        if ((protocols & (RouteProtocols.Http | RouteProtocols.Https)) == RouteProtocols.Https && !secure) return ProtocolMismatch.NeedsHttps;
        if ((protocols & (RouteProtocols.Grpc | RouteProtocols.Grpcs)) == RouteProtocols.None) return ProtocolMismatch.None;
        if (contentType?.StartsWith("application/grpc", StringComparison.Ordinal) is not true) return ProtocolMismatch.NotGrpc;
        if (!http2) return ProtocolMismatch.NeedsHttp2;
        return (protocols & RouteProtocols.Grpc) == RouteProtocols.None && !secure ? ProtocolMismatch.GrpcNeedsTls : ProtocolMismatch.None;
    }
}
