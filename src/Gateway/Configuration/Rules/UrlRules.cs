using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Rules;

/// <summary>An absolute http or https URL with a host, and with any path and query.</summary>
public sealed class EndpointUrlAttribute : RuleAttribute
{
    public override string? Format => "uri";

    public override string? Refuse(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            ? null
            : "missing host in url: must be an http or https URL with a host";
}
