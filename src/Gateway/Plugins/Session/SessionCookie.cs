using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Plugins.Session;

/// <summary>One of the two cookies: its name, its attributes, its seal.</summary>
internal sealed class SessionCookie
{
    private readonly string attributes;
    private readonly SessionSeal seal;

    public SessionCookie(SessionConfig config, string secret, bool isLasting)
    {
        IsLasting = isLasting;
        Name = isLasting ? config.RememberCookieName : config.CookieName;
        seal = new SessionSeal(secret, isLasting ? "remember" : "session");
        attributes = AttributesOf(config);
        Lifetime = isLasting ? config.RememberRollingTimeout : config.RollingTimeout;
        AbsoluteTimeout = isLasting ? config.RememberAbsoluteTimeout : config.AbsoluteTimeout;
    }

    public string Name { get; }

    /// <summary>It outlives the browser's window.</summary>
    public bool IsLasting { get; }

    /// <summary>Seconds for which it is good; 0 for no limit.</summary>
    public double Lifetime { get; }

    /// <summary>Seconds for which it and those that it is renewed by are good; 0 for no limit.</summary>
    public double AbsoluteTimeout { get; }

    /// <summary>The line that has a browser keep <paramref name="content"/>.</summary>
    public string Set(ReadOnlySpan<byte> content, DateTimeOffset now)
    {
        var line = $"{Name}={seal.Seal(content)}{attributes}";
        return IsLasting && Lifetime > 0
            ? line + string.Create(CultureInfo.InvariantCulture, $"; Expires={now.AddSeconds(Lifetime):R}; Max-Age={Math.Floor(Lifetime)}")
            : line;
    }

    /// <summary>The line that has a browser forget it.</summary>
    public string Clear() => $"{Name}={attributes}; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0";

    public byte[]? Open(string value) => seal.Open(value);

    private static string AttributesOf(SessionConfig config)
    {
        var text = new StringBuilder();
        if (config.CookieDomain is { } domain and not "localhost") text.Append("; Domain=").Append(domain);
        text.Append("; Path=").Append(config.CookiePath);
        if (config.CookieSameSite is not "Default") text.Append("; SameSite=").Append(config.CookieSameSite);

        // Browsers refuse SameSite=None without Secure.
        if (config.CookieSecure || config.CookieSameSite is "None") text.Append("; Secure");
        return text.Append(config.CookieHttpOnly ? "; HttpOnly" : "").ToString();
    }
}
