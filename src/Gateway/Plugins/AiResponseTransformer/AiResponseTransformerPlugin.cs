using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Plugins.Outbound;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Plugins.AiResponseTransformer;

/// <summary>Asks the upstream in the exchange's place, has a language model change the answer's body, and answers with that.</summary>
internal sealed partial class AiResponseTransformerPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<AiResponseTransformerPlugin, AiResponseTransformerConfig>((config, setup) => new(config, setup, ChooseAsync))
        {
            Name = "ai-response-transformer",
            Summary = "Has a language model change response bodies.",
        };

    private const int MaxBody = 64 * 1024 * 1024;

    private readonly AiResponseTransformerConfig config;
    private readonly Func<Exchange, ValueTask<(string? Root, Answer? Failure)>> choose;
    private readonly LlmIntrospection model;
    private readonly HttpCaller http;
    private readonly ILogger log;

    /// <param name="config">The configuration.</param>
    /// <param name="setup">What every plugin gets.</param>
    /// <param name="choose">Chooses the upstream's endpoint: the beginning of its URL, or why there is none.</param>
    public AiResponseTransformerPlugin(
        AiResponseTransformerConfig config, PluginSetup setup, Func<Exchange, ValueTask<(string? Root, Answer? Failure)>> choose)
    {
        this.config = config;
        this.choose = choose;
        log = setup.Log;
        http = HttpCaller.For(config.Calls with { Proxy = null }, setup);
        model = new LlmIntrospection(new LlmClient(config.Llm, config.Calls, setup), config.Prompt, config.TransformationExtractPattern);
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var answer = await AnswerAsync(exchange);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return answer;
    }

    private async Task<Answer> AnswerAsync(Exchange exchange)
    {
        var cancel = exchange.Http.RequestAborted;
        if (await exchange.ReadRequestBodyAsync(MaxBody) is not { } body) return GatewayErrors.PayloadTooLarge.Answer;
        var (root, none) = await choose(exchange);
        if (root is null) return none!;
        using var request = Request(exchange, root, body);
        var (said, failure) = await http.CallAsync(request, cancel);
        if (said is null)
        {
            LogFailure(exchange.RequestId, failure!);
            return LlmErrors.Answer(500, "failed to connect to upstream");
        }

        var (changed, why) = await model.AskAsync(Encoding.UTF8.GetString(said.Body), cancel);
        if (changed is null)
        {
            LogFailure(exchange.RequestId, why!);
            return LlmErrors.BadRequest(why!);
        }

        var headers = said.Headers.Where(h => !h.Key.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)).ToList();
        return config.ParseLlmResponseJsonInstructions ? Instructed(changed, headers) : Build(said.Status, headers, changed);
    }

    /// <summary><c>{"status": 201, "headers": {...}, "body": "..."}</c>; JSON without a body is the body.</summary>
    private static Answer Instructed(string text, List<KeyValuePair<string, StringValues>> headers)
    {
        if (LlmClient.Parse(Encoding.UTF8.GetBytes(text)) is not { } said)
            return LlmErrors.Answer(500, "failed to parse JSON response instructions from AI backend: it is no JSON object");
        foreach (var (name, value) in said["headers"] as JsonObject ?? [])
        {
            if (OutboundAnswer.IsAboutConnection(name) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))) continue;
            headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            headers.Add(new(name, FieldText.Of(new string([.. Text(value).Where(c => !char.IsControl(c))]))));
        }

        var status = said["status"] is JsonValue number && number.TryGetValue<int>(out var code) && code is >= 200 and <= 599 ? code : 200;
        return Build(status, headers, said["body"] is { } body ? Text(body) : said.ToJsonString(LlmClient.Relaxed));
    }

    private static Answer Build(int status, List<KeyValuePair<string, StringValues>> headers, string body) =>
        new() { Status = status, Headers = [.. headers], Body = Encoding.UTF8.GetBytes(body), Source = ResponseSource.Upstream };

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString(LlmClient.Relaxed) ?? "";

    private static HttpRequestMessage Request(Exchange exchange, string root, byte[] body)
    {
        var url = new Uri(root + exchange.Upstream.Path + exchange.Upstream.Query, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(exchange.Upstream.Method), url) { Content = new ByteArrayContent(body) };
        foreach (var (name, values) in exchange.Request.Headers)
        {
            if (OutboundAnswer.IsAboutConnection(name) || name.ToLowerInvariant() is "host" or "expect" or "accept-encoding") continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        request.Headers.Host = exchange.Upstream.Host;
        return request;
    }

    private static async ValueTask<(string? Root, Answer? Failure)> ChooseAsync(Exchange exchange)
    {
        if (exchange.Destination is not { } service) return (null, GatewayErrors.NoService.Answer);
        var choice = await service.Balancer.ChooseAsync(exchange, new TriedEndpoints(null));
        if (choice.Endpoint is not { } endpoint) return (null, choice.Error!.Answer);
        return ($"{(service.Config.Protocol == "https" ? "https" : "http")}://{endpoint.Host}:{endpoint.Port}", null);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "request {RequestId}: ai-response-transformer: {Reason}")]
    private partial void LogFailure(string requestId, string reason);
}
