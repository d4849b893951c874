using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.AiProxy;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Tests.Plugins.Logging;

namespace Sluice.Gateway.Tests.Plugins.AiProxy;

public sealed class AiProxyPluginTests
{
    private const string Chat = """{"messages":[{"role":"system","content":"S"},{"role":"user","content":"U1"},{"role":"assistant","content":"A"},{"role":"user","content":"U2"}]}""";

    private const string OpenAiAnswer = """{"choices":[{"message":{"role":"assistant","content":"hi"}}],"model":"m-1","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    public static TheoryData<string, string, string, string> Providers => new()
    {
        {
            "openai",
            """{"messages":[{"role":"system","content":"S"},{"role":"user","content":"U1"},{"role":"assistant","content":"A"},{"role":"user","content":"U2"}],"temperature":0.5,"max_tokens":9,"model":"m","stream":false}""",
            OpenAiAnswer,
            OpenAiAnswer
        },
        {
            "anthropic",
            """{"messages":[{"role":"user","content":"U1"},{"role":"assistant","content":"A"},{"role":"user","content":"U2"}],"system":"S","temperature":0.5,"max_tokens":9,"model":"m","stream":false}""",
            """{"content":[{"text":"a"},{"text":"b"}],"usage":{"input_tokens":3,"output_tokens":2},"model":"m-1","stop_reason":"end_turn"}""",
            """{"choices":[{"index":0,"message":{"role":"assistant","content":"a\nb"},"finish_reason":"end_turn"}],"object":"chat.content","model":"m-1","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"""
        },
        {
            "cohere",
            """{"chat_history":[{"role":"USER","message":"S"},{"role":"USER","message":"U1"},{"role":"CHATBOT","message":"A"}],"message":"U2","temperature":0.5,"max_tokens":9,"model":"m"}""",
            """{"text":"hi","generation_id":"g","token_count":{"prompt_tokens":3,"response_tokens":2,"total_tokens":5}}""",
            """{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"object":"chat.completion","model":"m","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5},"id":"g"}"""
        },
        {
            "llama2/ollama",
            """{"messages":[{"role":"system","content":"S"},{"role":"user","content":"U1"},{"role":"assistant","content":"A"},{"role":"user","content":"U2"}],"stream":false,"model":"m","options":{"num_predict":9,"temperature":0.5}}""",
            """{"model":"m-1","created_at":"now","message":{"role":"assistant","content":"hi"},"eval_count":9,"prompt_eval_count":3}""",
            """{"model":"m-1","created":"now","usage":{"prompt_tokens":3,"completion_tokens":9,"total_tokens":12},"object":"chat.completion","choices":[{"finish_reason":"length","index":0,"message":{"role":"assistant","content":"hi"}}]}"""
        },
        {
            "llama2/raw",
            """{"parameters":{"max_new_tokens":9,"top_p":1,"top_k":40,"temperature":0.5},"inputs":"<s>[INST] <<SYS>> S <</SYS>> U1 [/INST] A </s> <s>[INST] U2 [/INST]"}""",
            """{"data":[{"generated_text":"x [/INST] hi "}]}""",
            """{"choices":[{"message":{"content":"hi","role":"assistant"},"index":0}],"object":"chat.completion"}"""
        },
        {
            "huggingface",
            """{"messages":[{"role":"system","content":"S"},{"role":"user","content":"U1"},{"role":"assistant","content":"A"},{"role":"user","content":"U2"}],"temperature":0.5,"max_tokens":9,"options":{"use_cache":false,"wait_for_model":true},"model":"m"}""",
            """{"object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""",
            """{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"object":"chat.completion","model":"m","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"""
        },
        {
            "gemini",
            """{"contents":[{"role":"user","parts":[{"text":"U1"}]},{"role":"model","parts":[{"text":"A"}]},{"role":"user","parts":[{"text":"U2"}]}],"systemInstruction":{"parts":[{"text":"S"}]},"generationConfig":{"maxOutputTokens":9,"temperature":0.5}}""",
            """{"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}}""",
            """{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"object":"chat.completion","model":"m","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"""
        },
        {
            "bedrock",
            """{"anthropic_version":"bedrock-2023-05-31","messages":[{"role":"user","content":[{"text":"U1"}]},{"role":"assistant","content":[{"text":"A"}]},{"role":"user","content":[{"text":"U2"}]}],"system":[{"text":"S"}],"inferenceConfig":{"maxTokens":9,"temperature":0.5}}""",
            """{"output":{"message":{"content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5}}""",
            """{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"end_turn"}],"object":"chat.completion","model":"m","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"""
        },
    };

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Every_provider_gets_its_own_format_and_the_client_openais(string provider, string sent, string said, string got)
    {
        await using var llm = await StartAsync(said);
        var result = await SendAsync(Config(provider, llm), Chat);
        var request = await llm.ReceiveAsync();
        JsonNode.DeepEquals(JsonNode.Parse(request.Body), JsonNode.Parse(sent)).ShouldBeTrue(request.Text);
        result.Status.ShouldBe(200, result.Body);
        JsonNode.DeepEquals(JsonNode.Parse(result.Body), JsonNode.Parse(got)).ShouldBeTrue(result.Body);
        result.Header("X-Kong-LLM-Model").ShouldBe($"{provider.Split('/')[0]}/m");
        if (provider == "anthropic") request.Header("anthropic-version").ShouldBe("2023-06-01");
        if (provider == "bedrock") request.Header("authorization").ShouldNotBeNull().ShouldStartWith("AWS4-HMAC-SHA256 Credential=AK/");
        else request.Header("authorization").ShouldBe("Bearer k3y");
    }

    [Fact]
    public async Task Fields_of_the_client_go_along_but_not_in_place_of_the_key()
    {
        await using var llm = await StartAsync(OpenAiAnswer);
        await SendAsync(Config("openai", llm), Chat, [("Authorization", "mine"), ("X-A", "1")], "/?q=1");
        var request = await llm.ReceiveAsync();
        (request.Header("authorization"), request.Header("x-a"), request.Target).ShouldBe(("Bearer k3y", "1", "/v1?q=1"));
        var config = Config("openai", llm);
        await SendAsync(config with { Auth = config.Auth! with { AllowOverride = true } }, Chat, [("Authorization", "mine")]);
        (await llm.ReceiveAsync()).Header("authorization").ShouldBe("mine");
    }

    [Theory]
    [InlineData("query", "/v1?key=p%26w", null)]
    [InlineData("body", "/v1", "p&w")]
    public async Task A_key_may_be_a_parameter(string location, string target, string? inBody)
    {
        await using var llm = await StartAsync(OpenAiAnswer);
        await SendAsync(Config("openai", llm) with { Auth = new() { ParamName = "key", ParamValue = "p&w", ParamLocation = location } }, Chat);
        var request = await llm.ReceiveAsync();
        request.Target.ShouldBe(target);
        JsonNode.Parse(request.Body)!["key"]?.GetValue<string>().ShouldBe(inBody);
    }

    [Theory]
    [InlineData("nonsense", "content-type header does not match request body, or bad JSON formatting")]
    [InlineData("[]", "content-type header does not match request body, or bad JSON formatting")]
    [InlineData("{}", "request body doesn't contain valid prompts")]
    [InlineData("""{"messages":[]}""", "request body doesn't contain valid prompts")]
    [InlineData("""{"prompt":"p"}""", "[llm/v1/completions] message format is not compatible with [llm/v1/chat] route type")]
    [InlineData("""{"prompt":"p","messages":[{"role":"user","content":"x"}]}""", "request matches multiple LLM request formats")]
    [InlineData("""{"model":"other","messages":[{"role":"user","content":"x"}]}""", "cannot use own model - must be: m")]
    public async Task Requests_that_make_no_sense_are_refused(string body, string message)
    {
        await using var llm = await StartAsync(OpenAiAnswer);
        var result = await SendAsync(Config("openai", llm), body);
        result.Status.ShouldBe(400);
        JsonNode.Parse(result.Body)!["error"]!["message"]!.GetValue<string>().ShouldBe(message);
    }

    [Fact]
    public async Task Without_a_configured_model_the_request_names_it()
    {
        await using var llm = await StartAsync(OpenAiAnswer);
        var config = Config("openai", llm);
        config = config with { Model = config.Model with { Name = null } };
        (await SendAsync(config, Chat)).Body.ShouldContain("model parameter not found in request, nor in gateway configuration");
        var result = await SendAsync(config, Chat.Insert(1, "\"model\":\"own\","));
        (result.Status, result.Header("X-Kong-LLM-Model")).ShouldBe((200, "openai/own"));
        (await SendAsync(config, new string(' ', 9000) + Chat)).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Other_statuses_pass_and_nonsense_is_an_error()
    {
        await using var llm = await StartAsync("""{"error":"slow down"}""", response => response.StatusCode = 429);
        var refused = await SendAsync(Config("openai", llm), Chat);
        (refused.Status, refused.Body).ShouldBe((429, """{"error":"slow down"}"""));
        llm.Answer = (_, response) => response.WriteAsync("{}");
        var broken = await SendAsync(Config("openai", llm), Chat);
        (broken.Status, broken.Body).ShouldBe((500, """{"error":{"message":"transformation failed from type openai://llm/v1/chat: 'choices' not in llm/v1/chat response"}}"""));
        (await SendAsync(Config("openai", llm) with { Model = new() { Provider = "openai", Name = "m", Options = new() { UpstreamUrl = "http://127.0.0.1:1/" } } }, Chat)).Status.ShouldBe(502);
    }

    [Fact]
    public async Task What_is_preserved_passes_unchanged()
    {
        await using var llm = await StartAsync("""{"own":"format"}""");
        var result = await SendAsync(Config("openai", llm) with { RouteType = "preserve" }, """{"prompt":"p","extra":1}""");
        (await llm.ReceiveAsync()).Text.ShouldBe("""{"prompt":"p","extra":1}""");
        result.Body.ShouldBe("""{"own":"format"}""");
    }

    [Fact]
    public async Task Statistics_and_payloads_are_logged_where_asked()
    {
        await using var llm = await StartAsync(OpenAiAnswer);
        using var sink = new UdpSink();
        var config = Config("openai", llm) with { Logging = new() { LogStatistics = true, LogPayloads = true } };
        config = config with { Model = config.Model with { Options = config.Model.Options! with { InputCost = 100000, OutputCost = 200000 } } };
        var harness = new PluginHarness().Use("ai-proxy", config).Use("udp-log", new Sluice.Gateway.Plugins.UdpLog.UdpLogConfig { Host = "127.0.0.1", Port = sink.Port });
        await harness.SendAsync("/", "POST", body: Encoding.UTF8.GetBytes(Chat));
        var entry = JsonDocument.Parse(await sink.ReceiveAsync()).RootElement;
        var ai = entry.GetProperty("ai").GetProperty("proxy");
        ai.GetProperty("meta").GetProperty("response_model").GetString().ShouldBe("m-1");
        ai.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(5);
        ai.GetProperty("usage").GetProperty("cost").GetDouble().ShouldBe(0.7, 1e-9);
        ai.GetProperty("payload").GetProperty("request").GetString().ShouldBe(Chat);
        entry.GetRawText().ShouldNotContain("k3y");
    }

    [Fact]
    public async Task Text_generation_has_a_format_of_its_own()
    {
        await using var llm = await StartAsync("""[{"generated_text":"hi"}]""");
        var result = await SendAsync(Config("huggingface", llm) with { RouteType = "llm/v1/completions" }, """{"prompt":"p"}""");
        JsonNode.DeepEquals(
            JsonNode.Parse((await llm.ReceiveAsync()).Body),
            JsonNode.Parse("""{"inputs":"p","parameters":{"temperature":0.5,"max_new_tokens":9},"options":{"use_cache":false,"wait_for_model":true},"model":"m"}""")).ShouldBeTrue();
        JsonNode.Parse(result.Body)!["choices"]![0]!["text"]!.GetValue<string>().ShouldBe("hi");
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    public async Task Streams_are_asked_for_their_tokens_which_only_those_get_who_asked(bool asks, int events)
    {
        await using var llm = await StartAsync(
            "data: {\"choices\":[{\"delta\":{\"content\":\"hello\"}}],\"usage\":null}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":20}}\n\ndata: [DONE]\n\n");
        var (result, said) = await StreamAsync(Config("openai", llm), asks ? """ "stream_options":{"include_usage":true}, """ : "");
        JsonNode.Parse((await llm.ReceiveAsync()).Body)!["stream_options"]!.ToJsonString().ShouldBe("""{"include_usage":true}""");
        said.Length.ShouldBe(events);
        LlmUsage.Of(result.Exchange).ShouldNotBeNull().Total.ShouldBe(50);
    }

    [Fact]
    public async Task Counts_that_a_stream_repeats_are_not_added_up_and_missing_ones_are_estimated()
    {
        await using var llm = await StartAsync(
            """[{"candidates":[{"content":{"parts":[{"text":"he"}]}}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1}},{"candidates":[{"content":{"parts":[{"text":"llo"}]}}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}}]""");
        var (result, _) = await StreamAsync(Config("gemini", llm), "");
        var used = LlmUsage.Of(result.Exchange).ShouldNotBeNull();
        (used.Prompt, used.Completion, used.Estimated).ShouldBe((3, 2, false));

        llm.Answer = (_, response) => response.WriteAsync("""{"choices":[{"message":{"content":"12345"}}]}""");
        used = LlmUsage.Of((await SendAsync(Config("openai", llm), Chat)).Exchange).ShouldNotBeNull();
        (used.Prompt, used.Completion, used.Estimated).ShouldBe((2, 2, true));
    }

    public static TheoryData<string, byte[]> Streams => new()
    {
        { "openai", Encoding.UTF8.GetBytes("data: {\"choices\":[{\"delta\":{\"content\":\"he\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"llo\"}}]}\n\ndata: [DONE]\n\n") },
        {
            "anthropic", Encoding.UTF8.GetBytes(
                "event: message_start\ndata: {\"message\":{\"id\":\"i\",\"role\":\"assistant\",\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\nevent: ping\ndata: {}\n\n"
                + "event: content_block_delta\ndata: {\"delta\":{\"text\":\"he\"}}\n\nevent: content_block_delta\ndata: {\"delta\":{\"text\":\"llo\"}}\n\nevent: message_stop\ndata: {}\n\n")
        },
        { "cohere", Encoding.UTF8.GetBytes("{\"event_type\":\"stream-start\"}\n{\"event_type\":\"text-generation\",\"text\":\"he\"}\n{\"event_type\":\"text-generation\",\"text\":\"llo\"}\n{\"event_type\":\"stream-end\"}\n") },
        { "llama2/ollama", Encoding.UTF8.GetBytes("{\"message\":{\"content\":\"he\"},\"done\":false}\n{\"message\":{\"content\":\"llo\"}}\n{\"done\":true,\"eval_count\":2}\n") },
        {
            "gemini", Encoding.UTF8.GetBytes(
                "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"he\"}]}}]}\n,\r\n{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"llo\"}]}}],\"note\":\"}\\\"\"}\n]")
        },
        {
            "bedrock",
            [.. AwsEvent("messageStart", "{\"role\":\"assistant\"}"), .. AwsEvent("contentBlockDelta", "{\"delta\":{\"text\":\"he\"}}"), .. AwsEvent("contentBlockDelta", "{\"delta\":{\"text\":\"llo\"}}"), .. AwsEvent("metadata", "{\"usage\":{\"inputTokens\":1}}")]
        },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Streams_become_server_sent_events(string provider, byte[] said)
    {
        await using var llm = await HttpStandIn.StartAsync();
        llm.Answer = async (_, response) =>
        {
            // In small pieces, so that events are cut anywhere.
            foreach (var piece in said.Chunk(7))
            {
                await response.Body.WriteAsync(piece);
                await response.Body.FlushAsync();
            }
        };
        using var body = new MemoryStream();
        var result = await new PluginHarness().Use("ai-proxy", Config(provider, llm)).SendAsync(
            "/", "POST", body: Encoding.UTF8.GetBytes(Chat.Insert(1, "\"stream\":true,")), prepare: e => e.Response.Body = body);
        result.Header("content-type").ShouldBe("text/event-stream");
        await result.Answer!.Stream.ShouldNotBeNull()(result.Exchange);
        await result.Exchange.Response.BodyWriter.FlushAsync();
        var events = Encoding.UTF8.GetString(body.ToArray()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        events[^1].ShouldBe("data: [DONE]");
        string.Concat(events[..^1].Select(e => JsonNode.Parse(e["data: ".Length..])!["choices"]![0]!["delta"]!["content"]!.GetValue<string>())).ShouldBe("hello");
    }

    [Theory]
    [InlineData("deny", true, 400)]
    [InlineData("allow", false, 200)]
    public async Task Streams_may_be_forbidden(string streaming, bool asked, int status)
    {
        await using var llm = await StartAsync(OpenAiAnswer);
        var result = await SendAsync(Config("openai", llm) with { ResponseStreaming = streaming }, asked ? Chat.Insert(1, "\"stream\":true,") : Chat);
        result.Status.ShouldBe(status);
        if (status == 400) result.Body.ShouldContain("response streaming is not enabled for this LLM");
    }

    [Theory]
    [InlineData("openai", "https://api.openai.com:443/v1/chat/completions")]
    [InlineData("azure", "https://inst.openai.azure.com:443/openai/deployments/dep/chat/completions?api-version=2023-05-15")]
    [InlineData("anthropic", "https://api.anthropic.com:443/v1/messages")]
    [InlineData("cohere", "https://api.cohere.com:443/v1/chat")]
    [InlineData("mistral/openai", "https://api.mistral.ai:443/v1/chat/completions")]
    [InlineData("gemini", "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent")]
    [InlineData("huggingface", "https://api-inference.huggingface.co/models/m/v1/chat/completions")]
    [InlineData("bedrock", "https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse")]
    public void Providers_are_found_where_they_are(string provider, string url)
    {
        var model = Model(provider) with { Options = Model(provider).Options! with { UpstreamUrl = null, AzureInstance = "inst", AzureDeploymentId = "dep" } };
        LlmDriver.For(model).Url("m", "llm/v1/chat", stream: false).ShouldBe(url);
    }

    [Theory]
    [InlineData("llama2", "must set 'model.options.llama2_format' for llama2 provider")]
    [InlineData("anthropic", "must set 'model.options.anthropic_version' for anthropic provider")]
    [InlineData("azure", "must set 'model.options.azure_instance' for azure provider")]
    [InlineData("mistral", "must set 'model.options.mistral_format' for mistral provider")]
    public void What_a_provider_needs_is_checked(string provider, string problem)
    {
        var problems = new List<string>();
        new AiProxyConfig { RouteType = "llm/v1/chat", Model = new() { Provider = provider } }.Check((_, message) => problems.Add(message));
        problems.ShouldContain(problem);
    }

    internal static LlmModelConfig Model(string provider, string? url = null) => new()
    {
        Provider = provider.Split('/')[0],
        Name = "m",
        Options = new()
        {
            UpstreamUrl = url,
            MaxTokens = 9,
            Temperature = 0.5,
            AnthropicVersion = provider == "anthropic" ? "2023-06-01" : null,
            Llama2Format = provider.StartsWith("llama2", StringComparison.Ordinal) ? provider.Split('/')[1] : null,
            MistralFormat = provider.StartsWith("mistral", StringComparison.Ordinal) ? provider.Split('/')[1] : null,
            Bedrock = new() { AwsRegion = "eu-west-1" },
            Huggingface = new() { WaitForModel = true },
        },
    };

    private static AiProxyConfig Config(string provider, HttpStandIn llm) => new()
    {
        RouteType = "llm/v1/chat",
        Auth = new() { HeaderName = "Authorization", HeaderValue = "Bearer k3y", AwsAccessKeyId = "AK", AwsSecretAccessKey = "s" },
        Model = Model(provider, llm.Url + "v1"),
    };

    private static async Task<HttpStandIn> StartAsync(string said, Action<HttpResponse>? prepare = null)
    {
        var llm = await HttpStandIn.StartAsync();
        llm.Answer = (_, response) =>
        {
            response.ContentType = "application/json";
            prepare?.Invoke(response);
            return response.WriteAsync(said);
        };
        return llm;
    }

    private static Task<PluginResult> SendAsync(AiProxyConfig config, string body, (string, string)[]? headers = null, string target = "/") =>
        new PluginHarness().Use("ai-proxy", config).SendAsync(target, "POST", headers, Encoding.UTF8.GetBytes(body));

    private static async Task<(PluginResult Result, string[] Events)> StreamAsync(AiProxyConfig config, string more)
    {
        using var body = new MemoryStream();
        var result = await new PluginHarness().Use("ai-proxy", config).SendAsync(
            "/", "POST", body: Encoding.UTF8.GetBytes(Chat.Insert(1, "\"stream\":true," + more)), prepare: e => e.Response.Body = body);
        await result.Answer!.Stream.ShouldNotBeNull()(result.Exchange);
        await result.Exchange.Response.BodyWriter.FlushAsync();
        return (result, Encoding.UTF8.GetString(body.ToArray()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries));
    }

    private static byte[] AwsEvent(string type, string payload)
    {
        byte[] headers = [11, .. ":event-type"u8, 7, 0, (byte)type.Length, .. Encoding.ASCII.GetBytes(type)];
        var message = new byte[12 + headers.Length + payload.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), headers.Length);
        headers.CopyTo(message, 12);
        Encoding.UTF8.GetBytes(payload).CopyTo(message, 12 + headers.Length);
        return message;
    }
}
