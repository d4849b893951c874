using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Pipeline;

/// <summary>What a client is told that matched a route in a protocol which the route does not take.</summary>
internal static class ProtocolMismatchAnswers
{
    private static readonly Answer UseHttps = Answer.From(
        GatewayErrors.UpgradeToHttps, new("Connection", "Upgrade"), new("Upgrade", "TLS/1.2, HTTP/1.1"));

    private static readonly Answer UseHttp2 = Answer.From(
        GatewayErrors.UpgradeToHttp2, new("Connection", "Upgrade"), new("Upgrade", "HTTP/2"));

    private static readonly Answer GrpcNeedsTls = new()
    {
        Status = 200,
        ContentType = "application/grpc",
        Headers = [new("grpc-status", "1"), new("grpc-message", "gRPC request matched gRPCs route")],
    };

    public static Answer For(ProtocolMismatch mismatch, Exchange exchange, RouteConfig route) => mismatch switch
    {
        ProtocolMismatch.NeedsHttps => ToHttps(exchange, route.HttpsRedirectStatusCode),
        ProtocolMismatch.NeedsHttp2 => UseHttp2,
        ProtocolMismatch.NotGrpc => GatewayErrors.NotGrpc.Answer,
        _ => GrpcNeedsTls,
    };

    private static Answer ToHttps(Exchange exchange, int status)
    {
        if (status == 426) return UseHttps;
        var reason = status switch
        {
            301 => "Moved Permanently",
            302 => "Found",
            307 => "Temporary Redirect",
            _ => "Permanent Redirect",
        };
        var page = $"<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n</body>\r\n</html>\r\n";
        return new Answer
        {
            Status = status,
            Body = Encoding.ASCII.GetBytes(page),
            ContentType = "text/html",
            Headers = [new("Location", $"https://{HostOf(exchange)}{RequestedUri.PathAndQuery(exchange.RawTarget)}")],
        };
    }

    /// <summary>The host that the client knows: a trusted proxy's word for it, or the one it asked for.</summary>
    private static string HostOf(Exchange exchange)
    {
        var headers = exchange.Request.Headers;
        if (exchange.PeerIsTrusted && headers["X-Forwarded-Host"] is [{ Length: > 0 } told, ..]) return told;
        return RequestedUri.HostName(headers.Host.ToString()).ToString().ToLowerInvariant();
    }
}
