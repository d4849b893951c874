using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Redirect;

/// <summary>Sends clients somewhere else.</summary>
internal sealed record RedirectConfig : IChecked
{
    /// <summary>The status of the answer.</summary>
    [Between(100, 599)]
    public int StatusCode { get; init; } = 301;

    /// <summary>The URL that the client is sent to.</summary>
    [Required, HeaderValue]
    public string Location { get; init; } = "";

    /// <summary>Whether the request's own path and query take the place of the URL's.</summary>
    public bool KeepIncomingPath { get; init; }

    public void Check(Action<string, string> report)
    {
        if (RedirectTarget.Parse(Location) is null) report("location", "must be a URL with a scheme and a host");
    }
}
