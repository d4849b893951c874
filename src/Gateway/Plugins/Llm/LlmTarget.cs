using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Outbound;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>One model that answers exchanges in an upstream's place.</summary>
internal sealed partial class LlmTarget
{
    private readonly LlmTargetSettings settings;
    private readonly LlmClient client;
    private readonly LlmMetrics metrics;
    private readonly ILogger log;
    private readonly string id;

    public LlmTarget(LlmConfig config, LlmTargetSettings settings, PluginSetup setup)
    {
        Config = config;
        this.settings = settings;
        log = setup.Log;
        id = setup.Middleware.Id.ToString();
        client = new LlmClient(config, new HttpCallerSettings { Timeout = TimeSpan.FromMinutes(10) }, setup);
        metrics = LlmMetrics.For(setup);
    }

    public LlmConfig Config { get; }

    public string Provider => Config.Model.Provider;

    /// <summary>Told of each answer when it is over.</summary>
    public Action<LlmUsage>? Used { get; init; }

    /// <summary>The model that <paramref name="request"/> names; null when it names none.</summary>
    public static string? ModelOf(JsonObject request) => request["model"] is JsonValue value && value.TryGetValue<string>(out var given) && given.Length > 0 ? given : null;

    /// <summary>Checks a request in OpenAI's format and turns it into the provider's.</summary>
    /// <param name="request">The caller's own; it is changed.</param>
    /// <returns>What is sent, or the refusal.</returns>
    public (LlmCall? Call, Answer? Refusal) Prepare(JsonObject request)
    {
        var chat = request["messages"] is JsonArray { Count: > 0 };
        var completion = request["prompt"] is JsonValue prompt && prompt.TryGetValue<string>(out _);
        if (!chat && !completion) return Refuse("request body doesn't contain valid prompts");
        var asked = ModelOf(request);
        var name = Config.Model.Name ?? asked;
        if (name is null) return Refuse("model parameter not found in request, nor in gateway configuration");
        if (asked is not null && asked != name) return Refuse($"cannot use own model - must be: {name}");
        if (Config.RouteType != "preserve")
        {
            if (chat && completion) return Refuse("request matches multiple LLM request formats");
            var format = chat ? "llm/v1/chat" : "llm/v1/completions";
            if (format != Config.RouteType) return Refuse($"[{format}] message format is not compatible with [{Config.RouteType}] route type");
        }

        var stream = settings.Streaming == "always" || (request["stream"] is JsonValue wanted && wanted.TryGetValue<bool>(out var flag) && flag);
        if (stream && settings.Streaming == "deny") return Refuse("response streaming is not enabled for this LLM");
        if (stream) request["stream"] = true;
        var length = LlmUsage.LengthOf(request);
        if (Config.RouteType == "preserve") return (new LlmCall(request, name, stream, length, WantsUsage: true), null);
        var wantsUsage = request["stream_options"] is JsonObject options && options["include_usage"] is JsonValue include && include.TryGetValue<bool>(out var told) && told;
        client.Complete(request);
        var (body, problem) = client.Driver.ToProvider(request, name, Config.RouteType);
        return body is null ? Refuse(problem!) : (new LlmCall(body, name, stream, length, wantsUsage), null);

        static (LlmCall?, Answer?) Refuse(string message) => (null, LlmErrors.BadRequest(message));
    }

    /// <summary>Asks the model.</summary>
    /// <param name="exchange">Whose request.</param>
    /// <param name="call">What is asked.</param>
    /// <param name="silence">How long the model may be silent.</param>
    public async Task<LlmReply> AskAsync(Exchange exchange, LlmCall call, TimeSpan silence)
    {
        exchange.Timings.UpstreamStarted = Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted);
        patience.CancelAfter(silence);
        try
        {
            var (request, failure) = await client.RequestAsync(call.Body, call.Name, call.Stream, exchange, patience.Token);
            if (request is null) return Failed(exchange, call, failure!);
            var (response, why) = await client.OpenAsync(request, patience.Token);
            if (response is null)
            {
                request.Dispose();
                return Failed(exchange, call, why!);
            }

            exchange.Timings.UpstreamAnswered = Stopwatch.GetTimestamp();
            if (call.Stream && (int)response.StatusCode == 200) return new(Streamed(request, response, call, silence), LlmOutcome.Answered);
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
            metrics.AddFailure(Provider, call.Name);
            return new(UpstreamErrors.Timeout.Answer, LlmOutcome.TimedOut);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Failed(exchange, call, e.Message);
        }
    }

    private LlmReply Whole(Exchange exchange, OutboundAnswer said, LlmCall call)
    {
        var headers = Headers(said.Headers, said.Status == 200 ? call : null);
        if (said.Status != 200 || Config.RouteType == "preserve")
        {
            if (said.Status != 200) metrics.AddFailure(Provider, call.Name);
            else if (LlmClient.Parse(said.Body) is { } whole && whole["usage"] is JsonObject told) Note(exchange, call, null, told, 0, Encoding.UTF8.GetString(said.Body));
            return new(new Answer { Status = said.Status, Body = said.Body, Headers = headers, Source = ResponseSource.Upstream }, LlmOutcome.Answered);
        }

        var (answer, problem) = client.Driver.Read(said.Body) is { } json
            ? client.Driver.FromProvider(json, call.Name, Config.RouteType)
            : (null, $"failed to decode {Config.RouteType} response");
        if (answer is null)
        {
            LogFailure(exchange.RequestId, settings.Plugin, problem!);
            metrics.AddFailure(Provider, call.Name);
            return new(LlmErrors.Answer(500, $"transformation failed from type {Provider}://{Config.RouteType}: {problem}"), LlmOutcome.Failed);
        }

        var text = answer.ToJsonString(LlmClient.Relaxed);
        Note(exchange, call, ModelOf(answer), answer["usage"] as JsonObject, LlmUsage.LengthOfAnswer(answer), text);
        return new(new Answer { Status = 200, Body = Encoding.UTF8.GetBytes(text), Headers = headers, Source = ResponseSource.Upstream }, LlmOutcome.Answered);
    }

    private Answer Streamed(HttpRequestMessage request, HttpResponseMessage response, LlmCall call, TimeSpan silence) => new()
    {
        Status = 200,
        ContentType = "text/event-stream",
        Headers = Headers(HttpCaller.Headers(response).Where(h => !h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)), call),
        Source = ResponseSource.Upstream,
        Stream = async exchange =>
        {
            using (request)
            using (response)
            {
                var stream = new LlmStreamRelay(client.Driver, call, Config.RouteType);
                await stream.RelayAsync(exchange, response, silence);
                exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
                Note(exchange, call, null, stream.Usage, stream.SaidLength, stream.Said);
            }
        },
    };

    private KeyValuePair<string, StringValues>[] Headers(IEnumerable<KeyValuePair<string, StringValues>> said, LlmCall? call)
    {
        var headers = said.Where(h => !h.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase));
        if (call is not null && settings.ModelNameHeader) headers = headers.Append(new("X-Kong-LLM-Model", FieldText.Of($"{Provider}/{call.Name}")));
        return [.. headers];
    }

    private void Note(Exchange exchange, LlmCall call, string? answered, JsonObject? usage, int saidLength, string said)
    {
        var used = LlmUsage.From(Config, call.Name, usage, call.PromptLength, saidLength, Stopwatch.GetElapsedTime(exchange.Timings.UpstreamStarted));
        LlmUsage.Set(exchange, used);
        metrics.Add(used);
        Used?.Invoke(used);
        if (Config.Logging is { LogStatistics: false, LogPayloads: false }) return;
        var told = Config.Logging.LogStatistics ? LlmLog.Statistics(used, answered, id) : [];
        if (Config.Logging.LogPayloads)
            told["payload"] = new JsonObject { ["request"] = Encoding.UTF8.GetString(exchange.BufferedRequestBody ?? []), ["response"] = said };
        LlmLog.Set(exchange, "proxy", told);
    }

    private LlmReply Failed(Exchange exchange, LlmCall call, string reason)
    {
        LogFailure(exchange.RequestId, settings.Plugin, reason);
        metrics.AddFailure(Provider, call.Name);
        return new(UpstreamErrors.ConnectFailed.Answer, LlmOutcome.Failed);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "request {RequestId}: {Plugin}: {Reason}")]
    private partial void LogFailure(string requestId, string plugin, string reason);
}

/// <summary>How a plugin wants its models to answer.</summary>
/// <param name="Plugin">Its name, for the log.</param>
/// <param name="Streaming"><c>allow</c>, <c>deny</c> or <c>always</c>.</param>
/// <param name="ModelNameHeader">Whether answers name the model.</param>
internal sealed record LlmTargetSettings(string Plugin, string Streaming, bool ModelNameHeader);

/// <summary>A request to a model.</summary>
/// <param name="Body">In the provider's format.</param>
/// <param name="Name">The model.</param>
/// <param name="Stream">The answer comes in pieces.</param>
/// <param name="PromptLength">Characters of the prompt.</param>
/// <param name="WantsUsage">The client asked for tokens at the end of a stream.</param>
internal sealed record LlmCall(JsonObject Body, string Name, bool Stream, int PromptLength, bool WantsUsage);

/// <summary>What came of asking.</summary>
/// <param name="Answer">For the client.</param>
/// <param name="Outcome">How it came about.</param>
internal readonly record struct LlmReply(Answer Answer, LlmOutcome Outcome);

/// <summary>How asking a model ended.</summary>
internal enum LlmOutcome
{
    /// <summary>It has said something, with whatever status.</summary>
    Answered,

    /// <summary>It could not be reached, broke off, or made no sense.</summary>
    Failed,

    /// <summary>It was silent for too long.</summary>
    TimedOut,
}
