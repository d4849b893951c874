using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Session;

/// <summary>Remembers in a cookie who a caller is, so that a browser authenticates once. All times are in seconds; 0 for no limit.</summary>
[Shorthand("cookie_lifetime", "rolling_timeout"), Shorthand("cookie_idletime", "idling_timeout"), Shorthand("cookie_discard", "stale_ttl")]
[Shorthand("cookie_samesite", "cookie_same_site"), Shorthand("cookie_httponly", "cookie_http_only"), Shorthand("cookie_persistent", "remember")]
internal sealed record SessionConfig : IChecked
{
    /// <summary>What the cookies are sealed with. Made up when absent: sessions then end with the process, and other nodes do not know them.</summary>
    [Secret]
    public string? Secret { get; init; }

    /// <summary>Where sessions are kept: <c>cookie</c> in the (encrypted) cookie, <c>kong</c> in the memory of this process.</summary>
    [OneOf("cookie", "kong")]
    public string Storage { get; init; } = "cookie";

    /// <summary>What the session is for; middleware with another audience does not know it.</summary>
    public string Audience { get; init; } = "default";

    /// <summary>How long a session may go unused.</summary>
    [Between(0, int.MaxValue)]
    public double IdlingTimeout { get; init; } = 900;

    /// <summary>How long a session lasts before its cookie must be renewed, which happens in its last quarter.</summary>
    [Between(0, int.MaxValue)]
    public double RollingTimeout { get; init; } = 3600;

    /// <summary>How long a session lasts in all.</summary>
    [Between(0, int.MaxValue)]
    public double AbsoluteTimeout { get; init; } = 86400;

    /// <summary>With <c>storage: kong</c>, how long a cookie that has been renewed is still good.</summary>
    [Between(0, int.MaxValue)]
    public double StaleTtl { get; init; } = 10;

    [CookieName]
    public string CookieName { get; init; } = "session";

    [HeaderValue]
    public string CookiePath { get; init; } = "/";

    [HeaderValue]
    public string? CookieDomain { get; init; }

    /// <summary><c>Default</c> leaves it to the browser.</summary>
    [OneOf("Strict", "Lax", "None", "Default")]
    public string CookieSameSite { get; init; } = "Strict";

    /// <summary>Whether scripts cannot read the cookie.</summary>
    public bool CookieHttpOnly { get; init; } = true;

    /// <summary>Whether browsers send the cookie over HTTPS only.</summary>
    public bool CookieSecure { get; init; } = true;

    /// <summary>Whether a second, lasting cookie brings the session back after it has ended.</summary>
    public bool Remember { get; init; }

    [CookieName]
    public string RememberCookieName { get; init; } = "remember";

    /// <summary>How long the lasting cookie is good.</summary>
    [Between(0, int.MaxValue)]
    public double RememberRollingTimeout { get; init; } = 604800;

    /// <summary>How long lasting cookies renew each other in all.</summary>
    [Between(0, int.MaxValue)]
    public double RememberAbsoluteTimeout { get; init; } = 2592000;

    /// <summary>What the client is told of its session, in fields such as <c>Session-Id</c>.</summary>
    [OneOf("id", "audience", "subject", "timeout", "idling-timeout", "rolling-timeout", "absolute-timeout"), Unique]
    public IReadOnlyList<string> ResponseHeaders { get; init; } = [];

    /// <summary>What the upstream is told of the session.</summary>
    [OneOf("id", "audience", "subject", "timeout", "idling-timeout", "rolling-timeout", "absolute-timeout"), Unique]
    public IReadOnlyList<string> RequestHeaders { get; init; } = [];

    /// <summary>Whether <see cref="LogoutPostArg"/> is looked for in bodies.</summary>
    public bool ReadBodyForLogout { get; init; }

    /// <summary>The methods by which a session may be ended.</summary>
    [OneOf("GET", "POST", "DELETE"), Unique]
    public IReadOnlyList<string> LogoutMethods { get; init; } = ["POST", "DELETE"];

    /// <summary>The query argument that ends the session.</summary>
    public string LogoutQueryArg { get; init; } = "session_logout";

    /// <summary>The field of the body that ends the session.</summary>
    public string LogoutPostArg { get; init; } = "session_logout";

    [NoEffect("sessions are renewed in the last quarter of rolling_timeout")]
    public double? CookieRenew { get; init; }

    public void Check(Action<string, string> report)
    {
        CheckAttribute("cookie_path", CookiePath);
        CheckAttribute("cookie_domain", CookieDomain);
        if (Remember && string.Equals(CookieName, RememberCookieName, StringComparison.Ordinal)) report("remember_cookie_name", "must differ from cookie_name");

        void CheckAttribute(string field, string? value)
        {
            if (value?.Contains(';', StringComparison.Ordinal) == true) report(field, "must not contain ';': it is part of a Set-Cookie field");
        }
    }
}
