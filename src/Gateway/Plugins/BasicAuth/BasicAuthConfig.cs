using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.BasicAuth;

/// <summary>Callers show the user name and the password of a consumer.</summary>
internal sealed record BasicAuthConfig
{
    /// <summary>The consumer (id or username) that callers without good credentials are taken for; they are refused when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>Whether the credentials are taken out of the request before it goes upstream.</summary>
    public bool HideCredentials { get; init; }

    /// <summary>Named in the <c>WWW-Authenticate</c> field of refusals.</summary>
    [HeaderValue]
    public string Realm { get; init; } = "service";
}
