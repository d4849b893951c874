using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.AwsLambda;

namespace Sluice.Gateway.Tests.Plugins.AwsLambda;

public sealed class AwsLambdaPluginTests
{
    private static readonly AwsLambdaConfig Base = new()
    {
        AwsKey = "AKID",
        AwsSecret = "s3cret",
        AwsRegion = "eu-central-1",
        Host = "127.0.0.1",
        DisableHttps = true,
        FunctionName = "orders",
    };

    [Fact]
    public async Task The_function_is_called_with_a_good_signature()
    {
        await using var lambda = await StartAsync("""{"ok":true,"list":[]}""");
        var result = await CallAsync(lambda, Base with { Qualifier = "live", InvocationType = "RequestResponse" }, "/p?a=1&b=2&b=3");
        var request = await lambda.ReceiveAsync();
        request.Target.ShouldBe("/2015-03-31/functions/orders/invocations?Qualifier=live");
        request.Header("X-Amz-Invocation-Type").ShouldBe("RequestResponse");
        request.Header("X-Amz-Log-Type").ShouldBe("Tail");
        request.Header("Authorization").ShouldBe(Signature(request, "AKID", "s3cret", "eu-central-1"));
        request.Text.ShouldBe("""{"a":"1","b":["2","3"]}""");
        (result.Status, result.Body).ShouldBe((200, """{"ok":true,"list":{}}"""));
    }

    [Fact]
    public async Task Credentials_may_come_from_the_environment()
    {
        await using var lambda = await StartAsync("{}");
        var environment = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = "E", ["AWS_SECRET_ACCESS_KEY"] = "W", ["AWS_SESSION_TOKEN"] = "T", ["AWS_REGION"] = "us-west-2" };
        await CallAsync(lambda, Base with { AwsKey = null, AwsSecret = null, AwsRegion = null }, "/", environment: environment);
        var request = await lambda.ReceiveAsync();
        request.Header("X-Amz-Security-Token").ShouldBe("T");
        request.Header("Authorization").ShouldBe(Signature(request, "E", "W", "us-west-2"));
    }

    [Fact]
    public async Task Parts_of_the_request_are_forwarded_as_configured()
    {
        await using var lambda = await StartAsync("{}");
        var config = Base with { ForwardRequestMethod = true, ForwardRequestUri = true, ForwardRequestBody = true, ForwardRequestHeaders = true };
        await CallAsync(lambda, config, "/p?x", "POST", [("Content-Type", "application/json"), ("X-A", "1"), ("X-A", "2")], """{"n":[1]}""");
        var sent = JsonDocument.Parse((await lambda.ReceiveAsync()).Body).RootElement;
        sent.GetProperty("request_method").GetString().ShouldBe("POST");
        sent.GetProperty("request_uri").GetString().ShouldBe("/p?x");
        sent.GetProperty("request_uri_args").GetRawText().ShouldBe("""{"x":true}""");
        sent.GetProperty("request_body").GetString().ShouldBe("""{"n":[1]}""");
        sent.GetProperty("request_body_args").GetRawText().ShouldBe("""{"n":[1]}""");
        sent.GetProperty("request_headers").GetProperty("x-a").GetRawText().ShouldBe("""["1","2"]""");

        await CallAsync(lambda, Base with { ForwardRequestBody = true }, "/", "POST", [("Content-Type", "application/octet-stream")], "abc");
        (await lambda.ReceiveAsync()).Text.ShouldBe("""{"request_body":"YWJj","request_body_base64":true,"request_body_args":{}}""");
        await CallAsync(lambda, Base with { ForwardRequestBody = true }, "/", "POST", [("Content-Type", "text/plain")], "abc");
        (await lambda.ReceiveAsync()).Text.ShouldBe("""{"request_body":"abc","request_body_args":{}}""");
    }

    [Fact]
    public async Task The_event_of_amazons_gateway_is_made()
    {
        await using var lambda = await StartAsync("{}");
        await CallAsync(lambda, Base with { AwsgatewayCompatible = true }, "/p/7?q=1&q=2", "PUT", [("X-A", "1"), ("X-A", "2")], "body");
        var sent = JsonDocument.Parse((await lambda.ReceiveAsync()).Body).RootElement;
        (Text("version"), Text("resource"), Text("path"), Text("httpMethod"), Text("body")).ShouldBe(("1.0", "/", "/p/7", "PUT", "Ym9keQ=="));
        sent.GetProperty("isBase64Encoded").GetBoolean().ShouldBeTrue();
        sent.GetProperty("headers").GetProperty("x-a").GetString().ShouldBe("1");
        sent.GetProperty("multiValueHeaders").GetProperty("x-a").GetRawText().ShouldBe("""["1","2"]""");
        sent.GetProperty("queryStringParameters").GetRawText().ShouldBe("""{"q":"1"}""");
        sent.GetProperty("multiValueQueryStringParameters").GetRawText().ShouldBe("""{"q":["1","2"]}""");
        sent.GetProperty("requestContext").GetProperty("identity").GetProperty("sourceIp").GetString().ShouldBe("127.0.0.1");

        string? Text(string name) => sent.GetProperty(name).GetString();
    }

    [Fact]
    public async Task An_integrated_function_says_status_fields_and_body()
    {
        await using var lambda = await StartAsync(
            """{"statusCode":"201","headers":{"X-One":"1","Bad Name":"x","X-Break":"a\r\nb"},"multiValueHeaders":{"X-Two":["a","b"]},"body":"aGk=","isBase64Encoded":true}""");
        var result = await CallAsync(lambda, Base with { IsProxyIntegration = true }, "/");
        (result.Status, result.Body, result.Header("X-One"), result.Header("X-Two"), result.Header("X-Break")).ShouldBe((201, "hi", "1", "a,b", "ab"));
    }

    [Theory]
    [InlineData("nonsense", "invalid JSON")]
    [InlineData("""{"statusCode":99}""", "statusCode validation failed")]
    [InlineData("""{"statusCode":200,"headers":[]}""", "headers must be a table")]
    [InlineData("""{"statusCode":200,"body":{}}""", "body must be a string")]
    [InlineData("""{"statusCode":200,"isBase64Encoded":"no"}""", "isBase64Encoded must be a boolean")]
    public async Task Anything_else_is_a_bad_gateway(string said, string reason)
    {
        await using var lambda = await StartAsync(said);
        var result = await CallAsync(lambda, Base with { IsProxyIntegration = true }, "/");
        (result.Status, result.Body).ShouldBe((502, $$"""{"message":"Bad Gateway","error":"could not JSON decode Lambda function response: {{reason}}"}"""));
    }

    [Fact]
    public async Task A_function_that_fails_may_have_a_status_of_its_own()
    {
        await using var lambda = await StartAsync("{}", response => response.Headers["X-Amz-Function-Error"] = "Unhandled");
        (await CallAsync(lambda, Base with { UnhandledStatus = 412 }, "/")).Status.ShouldBe(412);
        (await CallAsync(lambda, Base, "/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_refusal_of_the_service_is_an_error_without_details()
    {
        await using var lambda = await StartAsync("""{"Message":"secret"}""", response => response.StatusCode = 403);
        var result = await CallAsync(lambda, Base, "/");
        result.Answer!.Error.ShouldBe(GatewayErrors.Unexpected);
    }

    private static async Task<HttpStandIn> StartAsync(string answer, Action<HttpResponse>? prepare = null)
    {
        var lambda = await HttpStandIn.StartAsync();
        lambda.Answer = (_, response) =>
        {
            response.ContentType = "application/json";
            prepare?.Invoke(response);
            return response.WriteAsync(answer);
        };
        return lambda;
    }

    private static async Task<PluginResult> CallAsync(
        HttpStandIn lambda, AwsLambdaConfig config, string target, string method = "GET", (string, string)[]? headers = null, string? body = null,
        Dictionary<string, string>? environment = null)
    {
        var harness = new PluginHarness();
        var plugin = new AwsLambdaPlugin(config with { Port = lambda.Port }, new PluginSetup
        {
            Middleware = new PluginConfig { Name = "aws-lambda" },
            Snapshot = harness.Snapshot,
            Shared = harness.Shared,
            Time = harness.Time,
            Log = NullLogger.Instance,
        }, name => environment?.GetValueOrDefault(name));
        return await harness.Use(AwsLambdaPlugin.Descriptor, plugin).SendAsync(target, method, headers, body is null ? null : Encoding.UTF8.GetBytes(body));
    }

    /// <summary>What the service works out for itself from the request as it got it.</summary>
    private static string Signature(StandInRequest request, string key, string secret, string region)
    {
        var time = request.Header("X-Amz-Date")!;
        var signed = request.Header("Authorization")!.Split("SignedHeaders=")[1].Split(',')[0];
        var (path, query) = request.Target.Split('?') is [var p, var q] ? (p, q) : (request.Target, "");
        var canonical = $"{request.Method}\n{path}\n{query}\n" + string.Concat(signed.Split(';').Select(n => $"{n}:{request.Header(n)}\n"))
            + $"\n{signed}\n{Convert.ToHexStringLower(SHA256.HashData(request.Body))}";
        var scope = $"{time[..8]}/{region}/lambda/aws4_request";
        var text = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var mac = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in (string[])[time[..8], region, "lambda", "aws4_request"]) mac = HMACSHA256.HashData(mac, Encoding.UTF8.GetBytes(part));
        return $"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={signed}, Signature={Convert.ToHexStringLower(HMACSHA256.HashData(mac, Encoding.UTF8.GetBytes(text)))}";
    }
}
