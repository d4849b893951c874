using System.Globalization;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.Session;

/// <summary>One of the two cookies: its name, its attributes, its seal.</summary>
internal sealed class SessionCookie
{
    private readonly string attributes;
    private readonly CookieSeal seal;

    public SessionCookie(SessionConfig config, string secret, bool isLasting)
    {
        IsLasting = isLasting;
        Name = isLasting ? config.RememberCookieName : config.CookieName;
        seal = new CookieSeal(secret, isLasting ? "remember" : "session");
        attributes = CookieAttributes.Of(config.CookieDomain, config.CookiePath, config.CookieSameSite, config.CookieSecure, config.CookieHttpOnly);
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
}
