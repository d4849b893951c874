using Microsoft.Extensions.Logging;
using Sluice.Foundation.Signing;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Aws;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.AwsLambda;

/// <summary>Answers with what a function of AWS Lambda says.</summary>
internal sealed partial class AwsLambdaPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<AwsLambdaPlugin, AwsLambdaConfig>((config, setup) => new(config, setup, Environment.GetEnvironmentVariable))
        {
            Name = "aws-lambda",
            Summary = "Calls a function of AWS Lambda and answers with what it says.",
        };

    // Kong's nginx keeps this much in memory, and skip_large_bodies leaves out what it does not.
    private const int SmallBody = 8 * 1024;
    private const int LargeBody = 64 * 1024 * 1024;

    private readonly AwsLambdaConfig config;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly HttpCaller http;
    private readonly AwsCredentialSource credentials;
    private readonly string? region;
    private readonly Uri? url;

    public AwsLambdaPlugin(AwsLambdaConfig config, PluginSetup setup, Func<string, string?> environment)
    {
        this.config = config;
        time = setup.Time;
        log = setup.Log;
        region = config.AwsRegion ?? environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION");
        var host = config.Host ?? (region is null ? null : $"lambda.{region}.amazonaws.com");
        http = HttpCaller.For(
            new() { Timeout = Milliseconds(config.Timeout), KeepAlive = Milliseconds(config.Keepalive), Proxy = config.ProxyUrl, Verify = config.Host is null },
            setup);
        var key = new AwsCredentialSettings
        {
            AccessKey = config.AwsKey,
            SecretKey = config.AwsSecret,
            AssumeRole = config.AwsAssumeRoleArn,
            SessionName = config.AwsRoleSessionName,
            StsEndpoint = config.AwsStsEndpointUrl,
            Region = region,
            MetadataV2 = config.AwsImdsProtocolVersion == "v2",
        };
        credentials = setup.Shared.Get(key, setup.Snapshot.Lease, () => new AwsCredentialSource(key, http, setup.Time, environment));
        if (host is null || config.FunctionName is null) return;
        var scheme = config.DisableHttps ? "http" : "https";
        var query = config.Qualifier is null ? "" : $"?Qualifier={AwsSigner.Encode(config.Qualifier)}";
        url = new Uri($"{scheme}://{host}:{config.Port}/2015-03-31/functions/{AwsSigner.Encode(config.FunctionName)}/invocations{query}");
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var cancel = exchange.Http.RequestAborted;
        var body = await exchange.ReadRequestBodyAsync(config.SkipLargeBodies ? SmallBody : LargeBody);
        if (body is null) LogLargeBody(exchange.RequestId);
        var payload = LambdaPayload.Write(exchange, config, body, time.GetUtcNow());
        var (result, failure) = await CallAsync(payload, cancel);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (result is null)
        {
            LogFailure(exchange.RequestId, failure!);
            return GatewayErrors.Unexpected.Answer;
        }

        return LambdaAnswer.From(result, config);
    }

    private async Task<(OutboundAnswer? Answer, string? Failure)> CallAsync(byte[] payload, CancellationToken cancel)
    {
        if (url is null) return (null, "no region or host specified, or no function_name");
        var (key, why) = await credentials.GetAsync(cancel);
        if (key is null) return (null, $"no credentials: {why}");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(payload) };
        request.Headers.TryAddWithoutValidation("X-Amz-Invocation-Type", config.InvocationType);
        request.Headers.TryAddWithoutValidation("X-Amz-Log-Type", config.LogType);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.1");
        AwsSigner.Sign(request, payload, key, region ?? "us-east-1", "lambda", time.GetUtcNow());
        var (answer, failure) = await http.CallAsync(request, cancel);
        return answer is { Status: >= 400 } ? (null, $"{url.Host} answered {answer.Status}") : (answer, failure);
    }

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1, int.MaxValue));

    [LoggerMessage(Level = LogLevel.Error, Message = "request {RequestId}: aws-lambda: {Reason}")]
    private partial void LogFailure(string requestId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "request {RequestId}: aws-lambda: the request's body is too large and left out")]
    private partial void LogLargeBody(string requestId);
}
