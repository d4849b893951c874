using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.OAuth2Introspection;

/// <summary>Callers show a token that an authorization server is asked about (RFC 7662).</summary>
internal sealed record OAuth2IntrospectionConfig
{
    /// <summary>Where it is asked.</summary>
    [Required, EndpointUrl]
    public string IntrospectionUrl { get; init; } = "";

    /// <summary>The <c>Authorization</c> field that the server is shown, such as <c>Basic</c> and a client's id and secret.</summary>
    [Required, Secret, HeaderValue]
    public string AuthorizationValue { get; init; } = "";

    /// <summary>What the server is told that tokens are.</summary>
    public string? TokenTypeHint { get; init; }

    /// <summary>Seconds that its answers are kept, though never beyond a token's own end; 0 to ask for each request.</summary>
    [Between(0, 31536000)]
    public double Ttl { get; init; } = 30;

    /// <summary>Milliseconds that one question may take.</summary>
    [Between(1, 60000)]
    public double Timeout { get; init; } = 10000;

    /// <summary>Whether the server must show a good certificate.</summary>
    [Extension]
    public bool SslVerify { get; init; } = true;

    /// <summary>Whether the token is kept from the upstream.</summary>
    public bool HideCredentials { get; init; }

    /// <summary>The consumer (id or username) that other callers are taken for; they are refused when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>Whether OPTIONS requests need a token too; CORS preflights cannot carry one.</summary>
    public bool RunOnPreflight { get; init; } = true;

    /// <summary>What the consumer is found by: the answer's <c>username</c> as a username, or its <c>client_id</c> as a custom id.</summary>
    [OneOf("username", "client_id")]
    public string ConsumerBy { get; init; } = "username";

    /// <summary>Further header fields for the server.</summary>
    [HeaderName(OnKeys = true), HeaderValue]
    public IReadOnlyDictionary<string, string> CustomIntrospectionHeaders { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Members of the answer that the upstream is told as <c>X-Credential-NAME</c>.</summary>
    [Unique]
    public IReadOnlyList<string> CustomClaimsForward { get; init; } = [];

    [NoEffect("connections are kept as long as they are used")]
    public double? Keepalive { get; init; }
}
