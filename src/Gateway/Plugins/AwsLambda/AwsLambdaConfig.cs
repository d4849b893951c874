using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.AwsLambda;

/// <summary>Which function is called, as whom, and with what.</summary>
internal sealed record AwsLambdaConfig : IChecked
{
    /// <summary>Milliseconds for a call.</summary>
    public double Timeout { get; init; } = 60000;

    /// <summary>Milliseconds for which an idle connection is kept.</summary>
    public double Keepalive { get; init; } = 60000;

    /// <summary>The access key; with <c>aws_secret</c>. Without them the environment, the container or the machine is asked.</summary>
    [Secret]
    public string? AwsKey { get; init; }

    [Secret]
    public string? AwsSecret { get; init; }

    /// <summary>A role to take on with those credentials.</summary>
    [Secret]
    public string? AwsAssumeRoleArn { get; init; }

    /// <summary>What the session of that role is called.</summary>
    public string AwsRoleSessionName { get; init; } = "kong";

    /// <summary>The token service, where it is not the region's own.</summary>
    [EndpointUrl]
    public string? AwsStsEndpointUrl { get; init; }

    /// <summary>The region; AWS_REGION or AWS_DEFAULT_REGION of the environment when absent.</summary>
    [Host]
    public string? AwsRegion { get; init; }

    /// <summary>The name or ARN of the function.</summary>
    public string? FunctionName { get; init; }

    /// <summary>A version or alias of it.</summary>
    public string? Qualifier { get; init; }

    /// <summary>Whether the answer is waited for.</summary>
    [OneOf("RequestResponse", "Event", "DryRun")]
    public string InvocationType { get; init; } = "RequestResponse";

    /// <summary>Whether the end of the function's log comes with the answer, in a header field.</summary>
    [OneOf("Tail", "None")]
    public string LogType { get; init; } = "Tail";

    /// <summary>The service's host, where it is not the region's own.</summary>
    [Host]
    public string? Host { get; init; }

    [Between(0, 65535)]
    public int Port { get; init; } = 443;

    /// <summary>Whether to speak HTTP without TLS.</summary>
    public bool DisableHttps { get; init; }

    /// <summary>The status that clients get when the function fails.</summary>
    [Between(100, 999)]
    public int? UnhandledStatus { get; init; }

    /// <summary>Whether the function gets the method.</summary>
    public bool ForwardRequestMethod { get; init; }

    /// <summary>Whether the function gets path and query.</summary>
    public bool ForwardRequestUri { get; init; }

    /// <summary>Whether the function gets the header fields.</summary>
    public bool ForwardRequestHeaders { get; init; }

    /// <summary>Whether the function gets the body.</summary>
    public bool ForwardRequestBody { get; init; }

    /// <summary>Whether the function's answer says status, header fields and body, as for Amazon's API Gateway.</summary>
    public bool IsProxyIntegration { get; init; }

    /// <summary>Whether the function gets the request as from Amazon's API Gateway.</summary>
    public bool AwsgatewayCompatible { get; init; }

    /// <summary>Older than <c>proxy_url</c>.</summary>
    [OneOf("http", "https"), NoEffect("proxy_url says it")]
    public string? ProxyScheme { get; init; }

    /// <summary>An HTTP proxy to call through.</summary>
    [Secret, EndpointUrl]
    public string? ProxyUrl { get; init; }

    /// <summary>Whether bodies over 8 KiB are left out.</summary>
    public bool SkipLargeBodies { get; init; } = true;

    /// <summary>Whether bodies that may be binary are sent in base64.</summary>
    public bool Base64EncodeBody { get; init; } = true;

    /// <summary>How the metadata service of EC2 is asked.</summary>
    [OneOf("v1", "v2")]
    public string AwsImdsProtocolVersion { get; init; } = "v1";

    /// <summary>Whether empty arrays in answers become objects, as older versions of Kong did.</summary>
    [OneOf("legacy", "correct")]
    public string EmptyArraysMode { get; init; } = "legacy";

    public void Check(Action<string, string> report)
    {
        if (AwsKey is null != AwsSecret is null) report("", "all or none of these fields must be set: 'aws_key', 'aws_secret'");
        if (ProxyUrl is not null && new Uri(ProxyUrl).Scheme != "http") report("proxy_url", "proxy_url scheme must be http");
    }
}
