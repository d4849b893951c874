namespace Sluice.Gateway.Pipeline;

/// <summary>
/// Where and how the request goes upstream; plugins may change it until it is sent. The header fields that are sent are those of
/// <see cref="Exchange.Request"/>, which plugins change in place; the forwarder leaves out hop-by-hop fields and adds its own.
/// </summary>
public struct UpstreamRequest
{
    /// <summary>The method sent.</summary>
    public string Method;

    /// <summary>The path sent, normalised and percent-encoded, starting with <c>/</c>.</summary>
    public string Path;

    /// <summary>The query sent, with its <c>?</c> as it came, or empty.</summary>
    public string Query;

    /// <summary>The Host sent; null for the endpoint's own.</summary>
    public string? Host;
}
