using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Cors;

/// <summary>Which pages of other origins may call, and how.</summary>
internal sealed record CorsConfig : IChecked
{
    /// <summary>
    /// Origins that may call: <c>*</c> for all, an origin (<c>https://shop.example</c>), or a regular expression, which must match the whole
    /// origin, or the whole host name where it has no colon. All when absent. A single plain origin is sent whatever the request's.
    /// </summary>
    public IReadOnlyList<string>? Origins { get; init; }

    /// <summary>The request header fields allowed; those that the preflight asks for when absent.</summary>
    [HeaderValue]
    public IReadOnlyList<string>? Headers { get; init; }

    /// <summary>The response header fields that pages may read.</summary>
    [HeaderValue]
    public IReadOnlyList<string>? ExposedHeaders { get; init; }

    /// <summary>The methods allowed.</summary>
    [OneOf("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT")]
    public IReadOnlyList<string> Methods { get; init; } = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

    /// <summary>Seconds for which a browser may remember a preflight's answer.</summary>
    public double? MaxAge { get; init; }

    /// <summary>Whether pages may send cookies and credentials.</summary>
    public bool Credentials { get; init; }

    /// <summary>Whether public pages may call into a private network.</summary>
    public bool PrivateNetwork { get; init; }

    /// <summary>Whether preflights go to the upstream instead of being answered here.</summary>
    public bool PreflightContinue { get; init; }

    /// <summary>Whether requests without an Origin get the fields too.</summary>
    public bool AllowOriginAbsent { get; init; } = true;

    public void Check(Action<string, string> report)
    {
        for (var i = 0; i < (Origins?.Count ?? 0); i++)
            if (Origins![i] != "*" && !OriginRule.IsValid(Origins[i]))
                report($"origins[{i}]", $"'{Origins[i]}' is not a valid regex");
    }
}
