using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.Signing;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Aws;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Asks one configured model.</summary>
internal sealed class LlmClient
{
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly LlmConfig config;
    private readonly HttpCaller http;
    private readonly TimeProvider time;
    private readonly AwsCredentialSource? aws;

    public LlmClient(LlmConfig config, HttpCallerSettings settings, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        http = HttpCaller.For(settings, setup);
        Driver = LlmDriver.For(config.Model);
        if (Driver is not BedrockDriver bedrock) return;
        var key = new AwsCredentialSettings { AccessKey = config.Auth?.AwsAccessKeyId, SecretKey = config.Auth?.AwsSecretAccessKey, Region = bedrock.Region };
        aws = setup.Shared.Get(key, setup.Snapshot.Lease, () => new AwsCredentialSource(key, http, setup.Time, Environment.GetEnvironmentVariable));
    }

    public LlmDriver Driver { get; }

    /// <summary>Puts what the configuration says of the model into a request; it wins.</summary>
    public void Complete(JsonObject request)
    {
        var options = config.Model.Options;
        if (options?.Temperature is { } temperature) request["temperature"] = temperature;
        if (options?.MaxTokens is { } tokens) request["max_tokens"] = tokens;
        if (options?.TopP is { } p) request["top_p"] = p;
        if (options?.TopK is { } k) request["top_k"] = k;
    }

    /// <summary>Makes the request to the provider.</summary>
    /// <param name="body">In the provider's format.</param>
    /// <param name="name">The model.</param>
    /// <param name="stream">Whether the answer comes in pieces.</param>
    /// <param name="client">The client's own request, whose fields and query go along; null for a request of the gateway's own.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The request, or why there is none.</returns>
    public async Task<(HttpRequestMessage? Request, string? Failure)> RequestAsync(JsonObject body, string name, bool stream, Exchange? client, CancellationToken cancel)
    {
        var auth = config.Auth;
        if (auth is { ParamLocation: "body" } && (body[auth.ParamName!] is null || !auth.AllowOverride)) body[auth.ParamName!] = auth.ParamValue;
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString(Relaxed));
        var request = new HttpRequestMessage(HttpMethod.Post, Address(name, stream, client)) { Content = new ByteArrayContent(bytes) };
        if (client is not null) CopyFields(client, request);
        else request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach (var (field, value) in Driver.Headers) Set(request, field, value);
        if (auth?.HeaderName is { } header && (client is null || !auth.AllowOverride || !client.Request.Headers.ContainsKey(header))) Set(request, header, auth.HeaderValue!);
        if (aws is null) return (request, null);
        var (credentials, why) = await aws.GetAsync(cancel);
        if (credentials is null) return (null, $"no credentials: {why}");
        request.Headers.Remove("Authorization");
        AwsSigner.Sign(request, bytes, credentials, ((BedrockDriver)Driver).Region, "bedrock", time.GetUtcNow());
        return (request, null);
    }

    public Task<(OutboundAnswer? Answer, string? Failure)> CallAsync(HttpRequestMessage request, CancellationToken cancel) => http.CallAsync(request, cancel);

    public Task<(HttpResponseMessage? Response, string? Failure)> OpenAsync(HttpRequestMessage request, CancellationToken cancel) => http.OpenAsync(request, cancel);

    /// <summary>Has the model look at <paramref name="text"/> under a prompt: what it says, or why that failed.</summary>
    public async Task<(string? Text, string? Failure)> IntrospectAsync(string prompt, string text, CancellationToken cancel)
    {
        var name = config.Model.Name ?? "";
        var request = new JsonObject
        {
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "system", ["content"] = prompt }, new JsonObject { ["role"] = "user", ["content"] = text }),
            ["stream"] = false,
        };
        Complete(request);
        var (body, problem) = Driver.ToProvider(request, name, "llm/v1/chat");
        if (body is null) return (null, problem);
        var (message, failure) = await RequestAsync(body, name, stream: false, client: null, cancel);
        if (message is null) return (null, $"failed to introspect request with AI service: {failure}");
        using var sent = message;
        var (answer, why) = await CallAsync(sent, cancel);
        if (answer is null) return (null, $"failed to introspect request with AI service: request to ai service failed: {why}");
        if (answer.Status > 299) return (null, $"failed to introspect request with AI service: status code {answer.Status}");
        if (Driver.Read(answer.Body) is not { } json) return (null, "failed to convert AI response to Kong format: it is no JSON object");
        var (said, wrong) = Driver.FromProvider(json, name, config.RouteType);
        if (said is null) return (null, $"failed to convert AI response to Kong format: {wrong}");
        return (said["choices"] as JsonArray)?.FirstOrDefault()?["message"]?["content"] is JsonValue content && content.TryGetValue<string>(out var result)
            ? (result, null)
            : (null, "no 'choices' in upstream AI service response");
    }

    public static JsonObject? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Uri Address(string name, bool stream, Exchange? client)
    {
        var url = Driver.Url(name, config.RouteType, stream);
        var query = client?.Query.TrimStart('?') ?? "";
        if (config.Auth is { ParamLocation: "query", ParamName: { } parameter, ParamValue: { } value } auth)
        {
            var own = query.Split('&').Where(p => p.Split('=')[0] == parameter).ToList();
            if (own.Count == 0 || !auth.AllowOverride)
                query = string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries).Except(own).Append($"{Uri.EscapeDataString(parameter)}={Uri.EscapeDataString(value)}"));
        }

        return new Uri(query.Length == 0 ? url : $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}");
    }

    private static void CopyFields(Exchange client, HttpRequestMessage request)
    {
        foreach (var (name, values) in client.Request.Headers)
            if (!OutboundAnswer.IsAboutConnection(name) && name.ToLowerInvariant() is not ("host" or "expect" or "accept-encoding" or "content-type" or "content-encoding"))
                request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }
}
