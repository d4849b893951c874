using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Authorization;

namespace Sluice.Gateway.Plugins.Csrf;

/// <summary>Requests that change something come from one's own pages.</summary>
internal sealed record CsrfConfig : IChecked
{
    /// <summary>Other origins whose pages may send such requests, too: <c>https://app.example.com</c>.</summary>
    [Pattern("https?://[A-Za-z0-9.\\-]+(:[0-9]{1,5})?", "an origin: scheme, host and port, nothing behind"), Unique]
    public IReadOnlyList<string> TrustedOrigins { get; init; } = [];

    /// <summary>Whether pages of other hosts of the same site (<c>Sec-Fetch-Site: same-site</c>) may, whatever their origin.</summary>
    public bool AllowSameSite { get; init; }

    /// <summary>
    /// When the token is asked for: <c>fallback</c> of requests that do not say where they come from, <c>always</c> of all, <c>off</c> of none.
    /// </summary>
    [OneOf("fallback", "always", "off")]
    public string Token { get; init; } = "fallback";

    /// <summary>The methods that change nothing and are not looked at.</summary>
    [HttpMethod, Unique]
    public IReadOnlyList<string> SafeMethods { get; init; } = ["GET", "HEAD", "OPTIONS", "TRACE"];

    /// <summary>Paths that are not looked at, such as <c>/webhooks/**</c>.</summary>
    [PathPattern, Unique]
    public IReadOnlyList<string> ExemptPaths { get; init; } = [];

    /// <summary>Whether requests with <c>Authorization: Bearer</c> are not looked at: no browser adds that by itself.</summary>
    public bool ExemptBearer { get; init; } = true;

    /// <summary>The cookie with the token, which pages read and send back. Over HTTPS a name with <c>__Host-</c> before it is safest.</summary>
    [CookieName, Length(1, 100)]
    public string CookieName { get; init; } = "csrf_token";

    /// <summary>The field in which pages send it back.</summary>
    [HeaderName, Length(1, 100)]
    public string HeaderName { get; init; } = "X-CSRF-Token";

    /// <summary>The form field in which pages may send it back instead; none when absent.</summary>
    [Length(1, 100)]
    public string? FormField { get; init; }

    /// <summary>Bytes of the largest form that is read for it.</summary>
    [Between(1, 67108864)]
    public int MaxForm { get; init; } = 65536;

    /// <summary>The cookie by whose value sessions differ. A token is good for one session only, where this is set.</summary>
    [CookieName, Length(1, 100)]
    public string? SessionCookie { get; init; }

    /// <summary>What tokens are signed with. Nodes that share clients need the same; made up at start when absent.</summary>
    [Secret, Length(16, 1000)]
    public string? Secret { get; init; }

    /// <summary>Seconds that a token is good.</summary>
    [Between(60, 31536000)]
    public long Ttl { get; init; } = 86400;

    /// <summary>Whether requests that would be refused pass, and are only counted and logged.</summary>
    public bool DryRun { get; init; }

    public void Check(Action<string, string> report)
    {
        if (Token is "off" && FormField is not null) report("form_field", "has no meaning without tokens");
        if (Token is "off" && SessionCookie is not null) report("session_cookie", "has no meaning without tokens");
    }
}
