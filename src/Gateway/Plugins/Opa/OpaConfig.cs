using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Opa;

/// <summary>A policy of Open Policy Agent decides about each request.</summary>
internal sealed record OpaConfig
{
    /// <summary>How OPA is spoken to.</summary>
    [OneOf("http", "https")]
    public string OpaProtocol { get; init; } = "http";

    /// <summary>OPA's host.</summary>
    [Host]
    public string OpaHost { get; init; } = "localhost";

    /// <summary>OPA's port.</summary>
    [Between(0, 65535)]
    public int OpaPort { get; init; } = 8181;

    /// <summary>The path of the decision, such as <c>/v1/data/example/allow</c>.</summary>
    [Required, Pattern("/[^ ?#]*", "a path that starts with /")]
    public string OpaPath { get; init; } = "";

    /// <summary>Whether the policy sees the service.</summary>
    public bool IncludeServiceInOpaInput { get; init; }

    /// <summary>Whether the policy sees the route.</summary>
    public bool IncludeRouteInOpaInput { get; init; }

    /// <summary>Whether the policy sees the consumer.</summary>
    public bool IncludeConsumerInOpaInput { get; init; }

    /// <summary>Whether the policy sees the body, as a text.</summary>
    public bool IncludeBodyInOpaInput { get; init; }

    /// <summary>Whether the policy sees what a JSON body holds.</summary>
    public bool IncludeParsedJsonBodyInOpaInput { get; init; }

    /// <summary>Whether the policy sees what the route's path captured.</summary>
    public bool IncludeUriCapturesInOpaInput { get; init; }

    /// <summary>Whether OPA must show a good certificate.</summary>
    public bool SslVerify { get; init; } = true;

    /// <summary>Milliseconds that OPA may take.</summary>
    [Between(1, 60000), Extension]
    public int Timeout { get; init; } = 5000;

    /// <summary>Bytes of the largest body that the policy sees; requests with a larger one are refused with 413.</summary>
    [Between(1, 67108864), Extension]
    public int MaxBody { get; init; } = 1048576;

    /// <summary>Whether requests pass while OPA gives no usable answer.</summary>
    [Extension]
    public bool FailOpen { get; init; }
}
