using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.HmacAuth;

/// <summary>Callers sign parts of the request with a secret of a consumer.</summary>
internal sealed record HmacAuthConfig
{
    /// <summary>Whether the signature is taken out of the request before it goes upstream.</summary>
    public bool HideCredentials { get; init; }

    /// <summary>Seconds by which the request's <c>X-Date</c> or <c>Date</c> may differ from now, either way.</summary>
    [GreaterThan(0)]
    public double ClockSkew { get; init; } = 300;

    /// <summary>The consumer (id or username) that callers without a good signature are taken for; they are refused when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>Whether the <c>Digest</c> field must be that of the body. Bodies over 8 MiB are refused then.</summary>
    public bool ValidateRequestBody { get; init; }

    /// <summary>What must be signed, at least: names of header fields, <c>request-line</c>, <c>@request-target</c>.</summary>
    public IReadOnlyList<string> EnforceHeaders { get; init; } = [];

    /// <summary>The algorithms that callers may use.</summary>
    [OneOf("hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512")]
    public IReadOnlyList<string> Algorithms { get; init; } = ["hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512"];

    /// <summary>Named in the <c>WWW-Authenticate</c> field of refusals.</summary>
    [HeaderValue]
    public string? Realm { get; init; }
}
