using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sluice.Control.Identity;

/// <summary>What keeps a page of somebody else from using the admin listener through the browser of an operator.</summary>
internal static class Browser
{
    /// <summary>Changes made with a session carry the token that signing in gave, which no other page can read.</summary>
    public const string CsrfHeader = "X-Sluice-CSRF";

    private const string PlainCookie = "sluice_session";

    /// <summary>The prefix makes browsers refuse it without TLS, and from neighbouring host names.</summary>
    private const string SecureCookie = "__Host-sluice_session";

    public static string? Session(HttpContext http) => http.Request.Cookies[Name(http)] is { Length: > 0 } secret ? secret : null;

    public static void SetSession(HttpContext http, string secret, TimeSpan lifetime) => http.Response.Cookies.Append(Name(http), secret, Options(http, lifetime));

    public static void ClearSession(HttpContext http) => http.Response.Cookies.Delete(Name(http), Options(http, null));

    public static string CsrfToken(string session) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("csrf " + session)));

    public static bool HasCsrfToken(HttpContext http, string session) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(http.Request.Headers[CsrfHeader].ToString()), Encoding.UTF8.GetBytes(CsrfToken(session)));

    /// <summary>Whether a page of another origin sends this. Programs that are no browsers send no origin.</summary>
    public static bool IsForeign(HttpContext http)
    {
        if (http.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site") return true;
        var origin = http.Request.Headers.Origin.ToString();
        return origin.Length > 0 && !string.Equals(origin, $"{http.Request.Scheme}://{http.Request.Host.Value}", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Whether the request is addressed to a name that is ours. Somebody else's name may be made to lead to our address after its page was loaded (DNS
    /// rebinding), and then counts as the same origin; an address cannot.
    /// </summary>
    public static bool IsOurs(HostString host, IReadOnlyList<string> names) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Host.Trim('[', ']'), out _)
        || names.Contains(host.Host, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a browser may have sent this. Every browser says which encodings it takes, and no page can keep it from that; programs that say so, too,
    /// are taken for browsers.
    /// </summary>
    public static bool MayHaveSent(HttpRequest request) =>
        request.Headers.AcceptEncoding.Count > 0 || request.Headers.Origin.Count > 0 || request.Headers.Referer.Count > 0 || request.Headers.AcceptLanguage.Count > 0;

    private static string Name(HttpContext http) => http.Request.IsHttps ? SecureCookie : PlainCookie;

    private static CookieOptions Options(HttpContext http, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
