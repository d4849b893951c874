using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.OpenApi;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.OasValidation;

/// <summary>Holds requests and responses against an OpenAPI document.</summary>
internal sealed partial class OasValidationPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<OasValidationPlugin, OasValidationConfig>((config, setup) => new(config, setup))
        {
            Name = "oas-validation",
            Summary = "Checks requests and responses by an OpenAPI document.",
        };

    /// <summary>Responses are checked where they are sent, on the event loop.</summary>
    private const int MaxResponseBody = 2 * 1024 * 1024;

    /// <summary>What a body is taken for that does not say.</summary>
    private const string Default = "application/json";

    private static readonly PluginSlot<OpenApiOperation> Slot = new();

    private readonly OasValidationConfig config;
    private readonly OpenApiDocument document;
    private readonly IReadOnlyList<string> under;
    private readonly ParameterCheck parameters;
    private readonly ValidationFailures failures;
    private readonly ILogger log;

    public OasValidationPlugin(OasValidationConfig config, PluginSetup setup)
    {
        this.config = config;
        log = setup.Log;
        failures = ValidationFailures.For(setup);
        parameters = new ParameterCheck(config);

        // The configuration has been checked; only a file can have changed since.
        var (read, problems) = config.Load();
        document = read ?? throw new InvalidOperationException($"oas-validation: {problems[0]}");
        under = OpenApiPaths.Under(document, config.IncludeBasePath, config.CustomBasePath);
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var violation = await CheckAsync(exchange);
        if (violation is null) return default;
        var refuses = !config.NotifyOnlyRequestValidationFailure;
        failures.Count(exchange, Descriptor.Name, refuses);
        LogFailure(exchange.RequestId, violation.Detail);
        return refuses ? violation.For(config.VerboseResponse).Answer : default(Verdict);
    }

    public override void UpstreamAnswered(Exchange exchange)
    {
        if (!config.ValidateResponseBody || Slot.Get(exchange) is not { } operation || CheckHead(exchange, operation) is not { } problem) return;
        var error = Note(exchange, problem);
        if (!config.NotifyOnlyResponseBodyValidationFailure) exchange.AnswerInstead(error.Answer);
    }

    public override void Respond(Exchange exchange)
    {
        if (!config.ValidateResponseBody || exchange.Source != ResponseSource.Upstream || Slot.Get(exchange) is not { } operation) return;
        if (!HasBody(exchange) || exchange.Response.Headers.ContentEncoding.Count > 0) return;
        var written = exchange.Response.ContentType;
        if (MediaType.Parse(written ?? Default) is not { } type || operation.Response(exchange.Response.StatusCode)?.For(type) is not { Schema: not null } media) return;
        exchange.Response.ContentLength = null;
        exchange.RewriteResponseBody(MaxResponseBody, (e, body) =>
        {
            if (BodyCheck.Check(body.ToArray(), type, written, media) is not { } problem) return body;
            var error = Note(e, $"response body validation failed with error: {problem}");
            return config.NotifyOnlyResponseBodyValidationFailure ? body : Replace(e, error);
        });
    }

    private static bool HasBody(Exchange exchange) =>
        !HttpMethods.IsHead(exchange.Request.Method) && exchange.Response.StatusCode is >= 200 and not (204 or 205 or 304);

    private static string? CheckHead(Exchange exchange, OpenApiOperation operation)
    {
        var status = exchange.Response.StatusCode;
        if (operation.Response(status) is not { } response) return $"the status {status.ToString(CultureInfo.InvariantCulture)} does not exist in the specification";
        if (!HasBody(exchange) || response.Content.Count == 0) return null;
        var written = exchange.Response.ContentType;
        return MediaType.Parse(written ?? Default) is { } type && response.For(type) is not null ? null : $"the content type '{written}' of the response does not exist in the specification";
    }

    private async ValueTask<OasViolation?> CheckAsync(Exchange exchange)
    {
        var request = exchange.Request;
        if (document.Find(exchange.Path, request.Method, under, out var pathIsKnown) is not { } match)
        {
            return new OasViolation(
                OasValidationErrors.Request,
                pathIsKnown ? $"validation failed: method {request.Method} of this path does not exist in the specification" : "validation failed: path does not exist in the specification");
        }

        if (config.ValidateResponseBody)
        {
            Slot.Set(exchange, match.Operation);

            // What comes compressed cannot be looked at.
            request.Headers.AcceptEncoding = default;
        }

        if (parameters.Check(exchange, match) is { } problem) return new OasViolation(OasValidationErrors.Parameter, problem);
        return config.ValidateRequestBody && match.Operation.Body is { } body ? await CheckBodyAsync(exchange, body) : null;
    }

    private static async ValueTask<OasViolation?> CheckBodyAsync(Exchange exchange, OpenApiBody expected)
    {
        if (await exchange.ReadRequestBodyAsync(LargeBodies.MaxBody) is not { } body) return new OasViolation(OasValidationErrors.TooLarge, OasValidationErrors.TooLarge.Message);
        if (body.Length == 0) return expected.Required ? Violation("the body is required") : null;
        var written = exchange.Request.ContentType;
        if (MediaType.Parse(written ?? Default) is not { } type || expected.For(type) is not { } media)
            return Violation($"the content type '{written}' does not exist in the specification");
        return await LargeBodies.CheckAsync(exchange, body, b => BodyCheck.Check(b, type, written, media)) is { } problem ? Violation(problem) : null;

        static OasViolation Violation(string problem) => new(OasValidationErrors.Request, $"request body validation failed with error: {problem}");
    }

    private GatewayError Note(Exchange exchange, string problem)
    {
        failures.Count(exchange, Descriptor.Name, !config.NotifyOnlyResponseBodyValidationFailure);
        LogFailure(exchange.RequestId, problem);
        return new OasViolation(OasValidationErrors.Response, problem).For(config.VerboseResponse);
    }

    /// <summary>The error in place of what the upstream sent, whose head has not left yet.</summary>
    private static ReadOnlyMemory<byte> Replace(Exchange exchange, GatewayError error)
    {
        var response = exchange.Response;
        foreach (var name in (string[])["Content-Encoding", "ETag", "Last-Modified", "Cache-Control", "Content-Disposition", "Accept-Ranges"]) response.Headers.Remove(name);
        exchange.Error = error;
        response.StatusCode = error.Status;
        var (type, body) = ErrorBody.Write(error, exchange.Snapshot.Document.ErrorFormat, exchange.Request.Headers.Accept, exchange.RequestId);
        response.ContentType = type;
        return body;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "request {RequestId}: oas-validation: {Problem}")]
    private partial void LogFailure(string requestId, string problem);
}
