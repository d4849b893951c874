using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.ExternalAuth;

/// <summary>What the service is asked about a request.</summary>
internal sealed class Question(ExternalAuthConfig config)
{
    private readonly Uri url = new(config.Url);

    private static readonly HashSet<string> NotPassedOn = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Expect", "Content-Length", "Content-Type", "Content-Encoding", "Proxy-Authorization", "HTTP2-Settings",
        "X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri", "X-Forwarded-For",
    };

    /// <param name="exchange">The request.</param>
    /// <param name="body">Its body; null when that is not shown.</param>
    public HttpRequestMessage For(Exchange exchange, byte[]? body)
    {
        var request = exchange.Request;
        var message = new HttpRequestMessage(config.Method is "original" ? new HttpMethod(request.Method) : new HttpMethod(config.Method), Target(exchange));
        if (body is not null) message.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Headers)
            if (IsShown(name)) message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        if (body is not null)
            foreach (var name in (ReadOnlySpan<string>)["Content-Type", "Content-Encoding"])
                if (request.Headers.TryGetValue(name, out var value)) message.Content!.Headers.TryAddWithoutValidation(name, (string?)value);

        Set("X-Forwarded-Method", request.Method);
        Set("X-Forwarded-Proto", exchange.ForwardedScheme);
        Set("X-Forwarded-Host", request.Host.Value ?? "");
        Set("X-Forwarded-Uri", exchange.Path + exchange.Query);
        Set("X-Forwarded-For", exchange.ClientAddress.ToString());
        foreach (var (name, value) in config.CustomHeaders)
        {
            message.Headers.Remove(name);
            Set(name, FieldText.Of(value));
        }

        return message;

        void Set(string name, string value) => message.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>What makes requests equal; null when nothing does.</summary>
    public TokenHash? KeyOf(Exchange exchange)
    {
        if (config.CacheTtl <= 0) return null;
        var headers = exchange.Request.Headers;
        var any = false;
        var parts = new List<string>();
        foreach (var name in config.CacheHeaders)
        {
            var values = headers[name];
            any |= values.Count > 0;
            parts.Add(values.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            foreach (var value in values) parts.Add(value ?? "");
        }

        // No field can hold a line break, so that no two lists of parts make one text.
        return any ? TokenHash.Of(string.Join('\n', config.CachePerTarget ? [.. parts, exchange.Request.Method, exchange.Scheme, exchange.Request.Host.Value ?? "", exchange.Path + exchange.Query] : parts)) : null;
    }

    private bool IsShown(string name)
    {
        if (NotPassedOn.Contains(name) || OutboundAnswer.IsAboutConnection(name) || name.StartsWith(':')) return false;
        return config.RequestHeaders is null || config.RequestHeaders.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private Uri Target(Exchange exchange) =>
        config.AppendPath ? new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + exchange.Path + exchange.Query, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }) : url;
}
