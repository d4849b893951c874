using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Soap;

/// <summary>Which operation of which service is called, and with what.</summary>
[CamelCase]
internal sealed record SoapParameters
{
    /// <summary>The WSDL: a file seen from the one that the workflow is in, an address that begins with <c>http://</c> or <c>https://</c>, or the WSDL itself.</summary>
    [Required, Length(1, 16 << 20)]
    public string Wsdl { get; init; } = "";

    /// <summary>The operation.</summary>
    [Required]
    public string Operation { get; init; } = "";

    /// <summary>The service, where the WSDL has several.</summary>
    [AllowEmpty]
    public string Service { get; init; } = "";

    /// <summary>The port, which decides about SOAP 1.1 or 1.2; the first of SOAP 1.1 that has the operation when absent.</summary>
    [AllowEmpty]
    public string Port { get; init; } = "";

    /// <summary>What the operation is called with; the item when absent.</summary>
    public Parameter<JsValue> Input { get; init; } = new(default);

    /// <summary>Where the service is; where the WSDL says when absent.</summary>
    public Parameter<string> Endpoint { get; init; } = "";

    /// <summary>Header elements of the envelope, by name.</summary>
    public Parameter<JsValue> Headers { get; init; } = new(default);

    /// <summary>How the HTTP request is authorised.</summary>
    [OneOf("none", "genericCredentialType")]
    public string Authentication { get; init; } = "none";

    /// <summary>The kind of connection for it, as in <c>http-request</c>.</summary>
    public string GenericAuthType { get; init; } = "httpBasicAuth";

    /// <summary>Whether the envelope has a UsernameToken of WS-Security, of the connection <c>basic-auth</c>: with the password, or with a digest of it.</summary>
    [OneOf("none", "passwordText", "passwordDigest")]
    public string WsSecurity { get; init; } = "none";

    /// <summary>More about the call.</summary>
    public SoapOptions Options { get; init; } = new();
}

/// <summary>More about the call.</summary>
[CamelCase]
internal sealed record SoapOptions
{
    /// <summary>Milliseconds that the service may take.</summary>
    [Between(1, 3_600_000)]
    public Parameter<double> Timeout { get; init; } = 60_000;

    /// <summary>Whether the header elements of the answer are given, too: <c>{"body": ..., "headers": ...}</c>.</summary>
    public bool FullResponse { get; init; }

    /// <summary>Seconds that the message counts (<c>wsu:Timestamp</c>); 0 for no timestamp.</summary>
    [Between(0, 86_400)]
    public double TimestampSeconds { get; init; }

    /// <summary>What SOAPAction says instead of what the WSDL has.</summary>
    [AllowEmpty]
    public string? SoapAction { get; init; }

    /// <summary>Whether certificates that nobody vouches for are taken.</summary>
    public bool AllowUnauthorizedCerts { get; init; }

    /// <summary>The proxy's address.</summary>
    public Parameter<string> Proxy { get; init; } = "";
}
