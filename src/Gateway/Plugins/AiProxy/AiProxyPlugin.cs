using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Plugins.Outbound;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Plugins.AiProxy;

/// <summary>Answers with what a language model says: clients speak OpenAI's format, whoever runs the model.</summary>
internal sealed partial class AiProxyPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<AiProxyPlugin, AiProxyConfig>((config, setup) => new(config, setup))
    {
        Name = "ai-proxy",
        Summary = "Lets clients talk to language models of several providers in one format.",
    };

    private readonly AiProxyConfig config;
    private readonly LlmClient client;
    private readonly ILogger log;
    private readonly string id;

    public AiProxyPlugin(AiProxyConfig config, PluginSetup setup)
    {
        this.config = config;
        log = setup.Log;
        id = setup.Middleware.Id.ToString();
        client = new LlmClient(config, new HttpCallerSettings { Timeout = TimeSpan.FromMinutes(10) }, setup);
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var (call, refusal) = await PrepareAsync(exchange);
        var answer = call is null ? refusal! : await AskAsync(exchange, call);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return answer;
    }

    /// <summary>Checks the request and turns it into the provider's.</summary>
    private async ValueTask<(Call? Call, Answer? Refusal)> PrepareAsync(Exchange exchange)
    {
        if (await LlmErrors.ReadAsync(exchange, config.MaxRequestBodySize) is not { } request)
            return (null, LlmErrors.BadRequest("content-type header does not match request body, or bad JSON formatting"));
        var chat = request["messages"] is JsonArray { Count: > 0 };
        var completion = request["prompt"] is JsonValue prompt && prompt.TryGetValue<string>(out _);
        if (!chat && !completion) return (null, LlmErrors.BadRequest("request body doesn't contain valid prompts"));
        var asked = request["model"] is JsonValue value && value.TryGetValue<string>(out var given) && given.Length > 0 ? given : null;
        var name = config.Model.Name ?? asked;
        if (name is null) return (null, LlmErrors.BadRequest("model parameter not found in request, nor in gateway configuration"));
        if (asked is not null && asked != name) return (null, LlmErrors.BadRequest($"cannot use own model - must be: {name}"));
        if (config.RouteType != "preserve")
        {
            if (chat && completion) return (null, LlmErrors.BadRequest("request matches multiple LLM request formats"));
            var format = chat ? "llm/v1/chat" : "llm/v1/completions";
            if (format != config.RouteType) return (null, LlmErrors.BadRequest($"[{format}] message format is not compatible with [{config.RouteType}] route type"));
        }

        var stream = config.ResponseStreaming == "always" || (request["stream"] is JsonValue wanted && wanted.TryGetValue<bool>(out var flag) && flag);
        if (stream && config.ResponseStreaming == "deny") return (null, LlmErrors.BadRequest("response streaming is not enabled for this LLM"));
        if (stream) request["stream"] = true;
        if (config.RouteType == "preserve") return (new Call(request, name, stream), null);
        client.Complete(request);
        var (body, problem) = client.Driver.ToProvider(request, name, config.RouteType);
        return body is null ? (null, LlmErrors.BadRequest(problem!)) : (new Call(body, name, stream), null);
    }

    private async Task<Answer> AskAsync(Exchange exchange, Call call)
    {
        exchange.Timings.UpstreamStarted = Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted);
        patience.CancelAfter(TimeSpan.FromMilliseconds(exchange.Service?.Config.ReadTimeout ?? 60000));
        try
        {
            var (request, failure) = await client.RequestAsync(call.Body, call.Name, call.Stream, exchange, patience.Token);
            if (request is null) return Failed(exchange, failure!);
            var (response, why) = await client.OpenAsync(request, patience.Token);
            if (response is null)
            {
                request.Dispose();
                return Failed(exchange, why!);
            }

            exchange.Timings.UpstreamAnswered = Stopwatch.GetTimestamp();
            if (call.Stream && (int)response.StatusCode == 200) return Streamed(request, response, call);
            using (request)
            using (response)
            {
                var body = await response.Content.ReadAsByteArrayAsync(patience.Token);
                exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
                return Whole(exchange, new OutboundAnswer((int)response.StatusCode, HttpCaller.Headers(response), body), call);
            }
        }
        catch (OperationCanceledException) when (!exchange.Http.RequestAborted.IsCancellationRequested)
        {
            return UpstreamErrors.Timeout.Answer;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Failed(exchange, e.Message);
        }
    }

    private Answer Whole(Exchange exchange, OutboundAnswer said, Call call)
    {
        var headers = Headers(said.Headers, said.Status == 200 ? call : null);
        if (said.Status != 200 || config.RouteType == "preserve")
            return new Answer { Status = said.Status, Body = said.Body, Headers = headers, Source = ResponseSource.Upstream };
        var (answer, problem) = LlmClient.Parse(said.Body) is { } json
            ? client.Driver.FromProvider(json, call.Name, config.RouteType)
            : (null, $"failed to decode {config.RouteType} response");
        if (answer is null)
        {
            LogFailure(exchange.RequestId, problem!);
            return LlmErrors.Answer(500, $"transformation failed from type {config.Model.Provider}://{config.RouteType}: {problem}");
        }

        var text = answer.ToJsonString(LlmClient.Relaxed);
        Note(exchange, call, answer["model"] is JsonValue model && model.TryGetValue<string>(out var name) ? name : null, answer["usage"] as JsonObject, text);
        return new Answer { Status = 200, Body = Encoding.UTF8.GetBytes(text), Headers = headers, Source = ResponseSource.Upstream };
    }

    private Answer Streamed(HttpRequestMessage request, HttpResponseMessage response, Call call)
    {
        var headers = Headers(HttpCaller.Headers(response).Where(h => !h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)), call);
        return new Answer
        {
            Status = 200,
            ContentType = "text/event-stream",
            Headers = headers,
            Source = ResponseSource.Upstream,
            Stream = async exchange =>
            {
                using (request)
                using (response)
                {
                    var stream = new AiProxyStream(client.Driver, call.Name, config.RouteType);
                    await stream.RelayAsync(exchange, response, TimeSpan.FromMilliseconds(exchange.Service?.Config.ReadTimeout ?? 60000));
                    exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
                    Note(exchange, call, null, stream.Usage, stream.Said);
                }
            },
        };
    }

    private KeyValuePair<string, StringValues>[] Headers(IEnumerable<KeyValuePair<string, StringValues>> said, Call? call)
    {
        var headers = said.Where(h => !h.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase));
        if (call is not null && config.ModelNameHeader) headers = headers.Append(new("X-Kong-LLM-Model", FieldText.Of($"{config.Model.Provider}/{call.Name}")));
        return [.. headers];
    }

    private void Note(Exchange exchange, Call call, string? answered, JsonObject? usage, string said)
    {
        if (config.Logging is { LogStatistics: false, LogPayloads: false }) return;
        var waited = Stopwatch.GetElapsedTime(exchange.Timings.UpstreamStarted).TotalMilliseconds;
        var told = config.Logging.LogStatistics ? LlmLog.Statistics(config, call.Name, answered, usage, waited, id) : [];
        if (config.Logging.LogPayloads)
            told["payload"] = new JsonObject { ["request"] = Encoding.UTF8.GetString(exchange.BufferedRequestBody ?? []), ["response"] = said };
        LlmLog.Set(exchange, "proxy", told);
    }

    private Answer Failed(Exchange exchange, string reason)
    {
        LogFailure(exchange.RequestId, reason);
        return UpstreamErrors.ConnectFailed.Answer;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "request {RequestId}: ai-proxy: {Reason}")]
    private partial void LogFailure(string requestId, string reason);

    /// <param name="Body">In the provider's format.</param>
    /// <param name="Name">The model.</param>
    /// <param name="Stream">The answer comes in pieces.</param>
    private sealed record Call(JsonObject Body, string Name, bool Stream);
}
