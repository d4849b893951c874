using System.Text;
using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Pipeline;

/// <summary>Tells a client that spoke HTTP on an HTTPS-only route what to do: 426 with an upgrade, or a redirect.</summary>
internal static class HttpsRedirect
{
    private static readonly Answer Upgrade = Answer.From(
        GatewayErrors.UpgradeToHttps, new("Connection", "Upgrade"), new("Upgrade", "TLS/1.2, HTTP/1.1"));

    public static Answer AnswerFor(Exchange exchange, RouteConfig route)
    {
        var status = route.HttpsRedirectStatusCode;
        if (status == 426) return Upgrade;
        var host = exchange.Request.Headers.Host.ToString();
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host.EndsWith(']')) host = host[..colon];
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
            Headers = [new("Location", $"https://{host}{exchange.RawTarget}")],
        };
    }
}
