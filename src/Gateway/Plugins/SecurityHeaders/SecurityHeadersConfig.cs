using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.SecurityHeaders;

/// <summary>What browsers are told to guard against, and what responses do not say about servers.</summary>
internal sealed record SecurityHeadersConfig : IChecked
{
    /// <summary>Whether browsers are told to come back over HTTPS only (<c>Strict-Transport-Security</c>). Only responses over HTTPS carry it.</summary>
    public bool Hsts { get; init; } = true;

    /// <summary>Seconds that browsers remember this; 0 makes them forget.</summary>
    [Between(0, 315360000)]
    public long HstsMaxAge { get; init; } = 31536000;

    /// <summary>Whether it counts for all names below the host's, too.</summary>
    public bool HstsIncludeSubdomains { get; init; }

    /// <summary>Whether browsers may carry the host in their built-in lists.</summary>
    public bool HstsPreload { get; init; }

    /// <summary>The <c>Content-Security-Policy</c>; none when absent.</summary>
    [Length(1, 8192), HeaderValue]
    public string? ContentSecurityPolicy { get; init; }

    /// <summary>A policy that browsers only report violations of; none when absent.</summary>
    [Length(1, 8192), HeaderValue]
    public string? ContentSecurityPolicyReportOnly { get; init; }

    /// <summary>Who may show a page in a frame.</summary>
    [OneOf("DENY", "SAMEORIGIN", "off")]
    public string XFrameOptions { get; init; } = "SAMEORIGIN";

    /// <summary>Whether browsers take the Content-Type for what it says (<c>nosniff</c>).</summary>
    public bool XContentTypeOptions { get; init; } = true;

    /// <summary>What browsers tell other sites about where a link was followed.</summary>
    [OneOf("no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin", "strict-origin", "strict-origin-when-cross-origin", "unsafe-url", "off")]
    public string ReferrerPolicy { get; init; } = "strict-origin-when-cross-origin";

    /// <summary>The features that pages may use, such as <c>camera=(), geolocation=(self)</c>; nothing is said when absent.</summary>
    [Length(1, 8192), HeaderValue]
    public string? PermissionsPolicy { get; init; }

    /// <summary>Which pages share a group of windows; nothing is said when absent.</summary>
    [OneOf("unsafe-none", "same-origin-allow-popups", "same-origin", "noopener-allow-popups")]
    public string? CrossOriginOpenerPolicy { get; init; }

    /// <summary>Whether pages load only what agrees to be loaded; nothing is said when absent.</summary>
    [OneOf("unsafe-none", "require-corp", "credentialless")]
    public string? CrossOriginEmbedderPolicy { get; init; }

    /// <summary>Whose pages may load the response; nothing is said when absent.</summary>
    [OneOf("same-site", "same-origin", "cross-origin")]
    public string? CrossOriginResourcePolicy { get; init; }

    /// <summary>Response fields that are taken out. <c>Server</c> stands for the gateway's own <c>Server</c> and <c>Via</c>, too.</summary>
    [HeaderName, Unique]
    public IReadOnlyList<string> Remove { get; init; } = ["Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version"];

    /// <summary>Whether these fields replace the upstream's; else what the upstream says stays.</summary>
    public bool Overwrite { get; init; }

    public void Check(Action<string, string> report)
    {
        if (HstsPreload && (!HstsIncludeSubdomains || HstsMaxAge < 31536000))
            report("hsts_preload", "needs hsts_include_subdomains and an hsts_max_age of 31536000 at least, or the lists of browsers refuse the host");
    }
}
