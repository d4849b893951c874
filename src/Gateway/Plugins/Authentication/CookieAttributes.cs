using System.Text;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>What stands behind the value in a <c>Set-Cookie</c> line.</summary>
internal static class CookieAttributes
{
    /// <param name="domain">Null for the host alone.</param>
    /// <param name="path">Where browsers send the cookie.</param>
    /// <param name="sameSite"><c>Default</c> leaves it to the browser.</param>
    /// <param name="secure">Over HTTPS only.</param>
    /// <param name="httpOnly">Scripts cannot read it.</param>
    public static string Of(string? domain, string path, string sameSite, bool secure, bool httpOnly)
    {
        var text = new StringBuilder();
        if (domain is not null and not "localhost") text.Append("; Domain=").Append(domain);
        text.Append("; Path=").Append(path);
        if (sameSite is not "Default") text.Append("; SameSite=").Append(sameSite);

        // Browsers refuse SameSite=None without Secure.
        if (secure || sameSite is "None") text.Append("; Secure");
        return text.Append(httpOnly ? "; HttpOnly" : "").ToString();
    }
}
