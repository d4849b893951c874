using System.Collections.Frozen;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Csrf;

/// <summary>Where a request says it comes from.</summary>
internal enum Provenance
{
    /// <summary>It does not say: not a browser, or an old one.</summary>
    Unknown,

    Own,

    Foreign,
}

/// <summary>Finds out where requests come from, by what browsers add and pages cannot change.</summary>
internal sealed class RequestOrigin(CsrfConfig config)
{
    private readonly FrozenSet<string> trusted = config.TrustedOrigins.Select(o => new Uri(o).GetLeftPart(UriPartial.Authority)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public Provenance Of(Exchange exchange)
    {
        var headers = exchange.Request.Headers;
        if (headers.Origin.Count > 1 || headers["Sec-Fetch-Site"].Count > 1) return Provenance.Foreign;
        var origin = headers.Origin.Count == 0 ? null : headers.Origin.ToString();
        if (origin is not null && IsTrusted(origin)) return Provenance.Own;
        switch (headers["Sec-Fetch-Site"].ToString())
        {
            // What the browser itself says counts more than names: it has seen no rewriting of hosts on the way.
            case "same-origin" or "none":
                return Provenance.Own;
            case "same-site":
                return config.AllowSameSite ? Provenance.Own : Provenance.Foreign;
            case "":
                break;
            default:
                return Provenance.Foreign;
        }

        if (origin is not null) return IsOwn(exchange, origin) ? Provenance.Own : Provenance.Foreign;
        if (headers.Referer.Count == 0) return Provenance.Unknown;
        var referer = headers.Referer.ToString();
        return IsTrusted(referer) || IsOwn(exchange, referer) ? Provenance.Own : Provenance.Foreign;
    }

    private bool IsTrusted(string url) => trusted.Count > 0 && Read(url) is { } uri && trusted.Contains(uri.GetLeftPart(UriPartial.Authority));

    /// <summary>Schemes are not compared: what stands before the gateway may end TLS without telling.</summary>
    private static bool IsOwn(Exchange exchange, string url)
    {
        if (Read(url) is not { } uri) return false;
        var host = exchange.Request.Host;
        return host.HasValue && uri.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase) && uri.Port == (host.Port ?? uri.Port switch { 80 or 443 => uri.Port, _ => -1 });
    }

    private static Uri? Read(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
}
