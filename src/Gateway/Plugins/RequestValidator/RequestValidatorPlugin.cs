using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.RequestValidator;

/// <summary>Refuses requests whose Content-Type, parameters or body are not what they must be.</summary>
internal sealed partial class RequestValidatorPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<RequestValidatorPlugin, RequestValidatorConfig>((config, setup) => new(config, setup))
        {
            Name = "request-validator",
            Summary = "Checks the body and the parameters of requests by schemas.",
        };

    private readonly MediaType[] allowed;
    private readonly bool withParameters;
    private readonly bool verbose;
    private readonly ParameterValidator[] parameters;
    private readonly bool readsQuery;
    private readonly Func<byte[], JsonNode?>? checkBody;
    private readonly ValidationFailures failures;
    private readonly ILogger log;

    public RequestValidatorPlugin(RequestValidatorConfig config, PluginSetup setup)
    {
        log = setup.Log;
        failures = ValidationFailures.For(setup);
        allowed = [.. config.AllowedContentTypes.Select(t => MediaType.Parse(t)!)];
        withParameters = config.ContentTypeParameterValidation;
        verbose = config.VerboseResponse;
        parameters = [.. (config.ParameterSchema ?? []).Select(p => ParameterValidator.Compile(p, config.Version).Validator!)];
        readsQuery = Array.Exists(parameters, p => p.IsInQuery);
        checkBody = BodyValidator.Compile(config).Validator is { } validator ? validator.Check : null;
    }

    public override ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        // A request that does not say is taken for JSON.
        var written = exchange.Request.ContentType;
        var type = MediaType.Parse(written ?? "application/json");
        if (written is not null && (type is null || !IsAllowed(type))) return new(Refuse(exchange, RequestValidatorErrors.ContentType, null));
        if (CheckParameters(exchange) is { } problem) return new(Refuse(exchange, RequestValidatorErrors.Parameter, problem));
        return checkBody is not null && type is { IsJson: true } ? CheckBodyAsync(exchange, checkBody) : Verdict.Continue;
    }

    private bool IsAllowed(MediaType type) => Array.Exists(allowed, a => a.Includes(type) && (!withParameters || a.HasParametersOf(type)));

    private string? CheckParameters(Exchange exchange)
    {
        ParameterList? query = null;
        if (readsQuery && (query = ParameterList.OfQuery(exchange.Query)) is null) return "the query has too many arguments";
        foreach (var parameter in parameters)
            if (parameter.Check(exchange, query) is { } problem) return problem;
        return null;
    }

    private async ValueTask<Verdict> CheckBodyAsync(Exchange exchange, Func<byte[], JsonNode?> check)
    {
        if (await exchange.ReadRequestBodyAsync(LargeBodies.MaxBody) is not { } body) return Refuse(exchange, RequestValidatorErrors.TooLarge, null);
        return await LargeBodies.CheckAsync(exchange, body, check) is { } problem ? Refuse(exchange, RequestValidatorErrors.Body, problem) : default(Verdict);
    }

    private Verdict Refuse(Exchange exchange, GatewayError error, JsonNode? problem)
    {
        failures.Count(exchange, Descriptor.Name, refused: true);
        LogRefusal(exchange.RequestId, problem is null ? error.Message : $"{error.Message}: {problem.ToJsonString(RequestValidatorErrors.Relaxed)}");
        return verbose && problem is not null ? RequestValidatorErrors.Verbose(problem) : error.Answer;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "request {RequestId}: request-validator: {Problem}")]
    private partial void LogRefusal(string requestId, string problem);
}
