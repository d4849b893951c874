using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>The sealed cookies of sessions and of logins that have begun. A session that is too long for one cookie goes on in others.</summary>
internal sealed class LoginCookies(OpenIdConnectConfig config, string secret)
{
    /// <summary>Browsers keep 4096 bytes with name and attributes; header fields of a request may have 32 KiB in all.</summary>
    private const int PartLength = 3600, MaxParts = 6;

    /// <summary>Seconds that a session is used before its cookies say so.</summary>
    private const long TouchThreshold = 60;

    private readonly CookieSeal seal = new(secret, "openid-connect session", PartLength * MaxParts);
    private readonly CookieSeal pendingSeal = new(secret, "openid-connect login");

    public LoginSession? Open(IRequestCookieCollection cookies, long now)
    {
        if (cookies[config.SessionCookieName] is not { Length: > 2 } first || first[1] != '.') return null;
        var count = first[0] - '0';
        if (count is < 1 or > MaxParts) return null;
        var text = new StringBuilder(first, 2, first.Length - 2, count * PartLength);
        for (var i = 2; i <= count; i++)
        {
            if (cookies[PartName(i)] is not { Length: > 0 and <= PartLength } part) return null;
            text.Append(part);
        }

        if (seal.Open(text.ToString()) is not { } content || LoginSession.Read(content) is not { } session) return null;
        return InTime(session.Touched, config.SessionIdlingTimeout) && InTime(session.Renewed, config.SessionRollingTimeout) && InTime(session.Created, config.SessionAbsoluteTimeout)
            ? session
            : null;

        bool InTime(long since, double limit) => limit <= 0 || now <= since + limit;
    }

    /// <summary>The session with what must be said anew in its cookies; null when they can stay as they are.</summary>
    public LoginSession? Due(LoginSession session, long now)
    {
        if (config.SessionRollingTimeout > 0 && now - session.Renewed > config.SessionRollingTimeout * 0.75) return session with { Renewed = now, Touched = now };
        return config.SessionIdlingTimeout > 0 && now - session.Touched > Math.Min(TouchThreshold, config.SessionIdlingTimeout / 4) ? session with { Touched = now } : null;
    }

    /// <summary>The lines that have a browser keep a session; null when it is too large.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cookies">The request's: parts that are not needed any more are taken back.</param>
    /// <param name="https">The request came by HTTPS.</param>
    public string[]? Save(LoginSession session, IRequestCookieCollection cookies, bool https)
    {
        var text = seal.Seal(session.Write());
        var count = (text.Length + PartLength - 1) / PartLength;
        if (count > MaxParts) return null;
        var attributes = Attributes(https);
        var lines = new List<string>();
        for (var i = 1; i <= count; i++)
        {
            var part = text[((i - 1) * PartLength)..Math.Min(i * PartLength, text.Length)];
            lines.Add(i == 1 ? string.Create(CultureInfo.InvariantCulture, $"{PartName(1)}={count}.{part}{attributes}") : $"{PartName(i)}={part}{attributes}");
        }

        for (var i = count + 1; i <= MaxParts; i++)
            if (cookies.ContainsKey(PartName(i))) lines.Add(Forget(PartName(i), attributes));
        return [.. lines];
    }

    /// <summary>The lines that have a browser forget its session.</summary>
    public string[] Clear(IRequestCookieCollection cookies, bool https) =>
        [.. Enumerable.Range(1, MaxParts).Select(PartName).Where(cookies.ContainsKey).Select(n => Forget(n, Attributes(https)))];

    public string SavePending(PendingLogin login, bool https) => $"{config.AuthorizationCookieName}={pendingSeal.Seal(login.Write())}{Attributes(https, "Lax")}";

    public string ClearPending(bool https) => Forget(config.AuthorizationCookieName, Attributes(https, "Lax"));

    public PendingLogin? OpenPending(IRequestCookieCollection cookies, long now) =>
        cookies[config.AuthorizationCookieName] is { Length: > 0 } text && pendingSeal.Open(text) is { } content && PendingLogin.Read(content) is { } login
        && now <= login.Began + config.AuthorizationRollingTimeout
            ? login
            : null;

    /// <summary>Takes these cookies out of what the upstream gets.</summary>
    public void Hide(IHeaderDictionary headers)
    {
        var cookie = headers.Cookie.ToString();
        if (!cookie.Contains(config.SessionCookieName, StringComparison.Ordinal) && !cookie.Contains(config.AuthorizationCookieName, StringComparison.Ordinal)) return;
        var kept = string.Join("; ", cookie.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(c => !IsOurs(c.Split('=')[0])));
        if (kept.Length == 0) headers.Remove("Cookie");
        else headers.Cookie = new StringValues(kept);
    }

    private bool IsOurs(string name) =>
        string.Equals(name, config.AuthorizationCookieName, StringComparison.Ordinal) || Enumerable.Range(1, MaxParts).Any(i => string.Equals(name, PartName(i), StringComparison.Ordinal));

    private string PartName(int part) => part == 1 ? config.SessionCookieName : string.Create(CultureInfo.InvariantCulture, $"{config.SessionCookieName}{part}");

    /// <summary>The cookie of a login must come along when the provider sends the browser back, which <c>Strict</c> would forbid.</summary>
    private string Attributes(bool https, string? sameSite = null) =>
        CookieAttributes.Of(config.SessionCookieDomain, config.SessionCookiePath, sameSite ?? config.SessionCookieSameSite, config.SessionCookieSecure ?? https, config.SessionCookieHttpOnly);

    private static string Forget(string name, string attributes) => $"{name}={attributes}; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0";
}
