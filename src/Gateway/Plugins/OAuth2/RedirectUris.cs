namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>Where a client may have its users sent.</summary>
internal static class RedirectUris
{
    public const string Mismatch = "Invalid redirect_uri that does not match with any redirect_uri created with the application";

    /// <summary>The one that the request names, or else the first; null when that is none of <paramref name="allowed"/>.</summary>
    public static string? Choose(OAuth2Parameters parameters, IReadOnlyList<string> allowed)
    {
        if (!parameters.Has("redirect_uri")) return allowed.Count > 0 ? allowed[0] : null;
        var named = parameters.Text("redirect_uri");
        return named is not null && allowed.Contains(named, StringComparer.Ordinal) ? named : null;
    }
}
