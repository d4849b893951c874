using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.AiProxyAdvanced;
using Sluice.Gateway.Plugins.AiRateLimitingAdvanced;
using Sluice.Gateway.Redis;
using Sluice.Gateway.Tests.Plugins.AiProxyAdvanced;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.AiRateLimitingAdvanced;

public sealed class AiRateLimitingAdvancedPluginTests
{
    [Fact]
    public async Task What_answers_use_is_counted_and_who_has_used_all_must_wait()
    {
        await using var llm = await StartAsync();
        var time = new ManualTime();
        var harness = new PluginHarness(time: time).Use("ai-rate-limiting-advanced", Limits()).Use("ai-proxy-advanced", Proxy(llm, "openai"));
        var first = await SendAsync(harness);
        (first.Status, first.Header("X-AI-RateLimit-Limit-minute-openai"), first.Header("X-AI-RateLimit-Remaining-minute-openai")).ShouldBe((200, "8", "3"));
        first.Header("X-AI-RateLimit-Query-Cost-openai").ShouldBe("5");
        (await SendAsync(harness)).Header("X-AI-RateLimit-Remaining-minute-openai").ShouldBe("0");

        var refused = await SendAsync(harness);
        (refused.Status, refused.Body).ShouldBe((429, """{"message":"AI token rate limit exceeded for provider(s): openai"}"""));
        var wait = int.Parse(refused.Header("Retry-After").ShouldNotBeNull(), System.Globalization.CultureInfo.InvariantCulture);
        wait.ShouldBeInRange(1, 60);
        refused.Header("X-AI-RateLimit-Retry-After-minute-openai").ShouldBe(refused.Header("X-AI-RateLimit-Reset"));
        time.Advance(TimeSpan.FromSeconds(wait));
        (await SendAsync(harness)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Callers_are_told_apart_and_what_is_hidden_is_not_told()
    {
        await using var llm = await StartAsync();
        var config = Limits() with { Identifier = "header", HeaderName = "X-Team", HideClientHeaders = true, ErrorHideProviders = true };
        var harness = new PluginHarness().Use("ai-rate-limiting-advanced", config).Use("ai-proxy-advanced", Proxy(llm, "openai"));
        for (var i = 0; i < 2; i++) (await SendAsync(harness, "a")).Header("X-AI-RateLimit-Limit-minute-openai").ShouldBeNull();
        var refused = await SendAsync(harness, "a");
        (refused.Status, refused.Body).ShouldBe((429, """{"message":"AI token rate limit exceeded for provider(s)"}"""));
        (await SendAsync(harness, "b")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Another_provider_is_asked_while_it_has_something_left()
    {
        await using var llm = await StartAsync();
        var config = Limits() with { LlmProviders = [Limit("openai", 1), Limit("anthropic", 1)] };
        var harness = new PluginHarness().Use("ai-rate-limiting-advanced", config).Use("ai-proxy-advanced", Proxy(llm, "openai", "anthropic") with { Balancer = new() { Algorithm = "priority" } });
        (await SendAsync(harness)).Header("X-Kong-LLM-Model").ShouldBe("openai/m0");
        (await SendAsync(harness)).Header("X-Kong-LLM-Model").ShouldBe("anthropic/m1");
        var refused = await SendAsync(harness);
        (refused.Status, refused.Body).ShouldBe((429, """{"message":"AI token rate limit exceeded for provider(s): openai, anthropic"}"""));
    }

    [Theory]
    [InlineData("prompt_tokens", "97")]
    [InlineData("completion_tokens", "98")]
    [InlineData("cost", "99.3")]
    public async Task What_counts_may_be_chosen(string strategy, string left)
    {
        await using var llm = await StartAsync();
        var harness = new PluginHarness().Use("ai-rate-limiting-advanced", Limits(100) with { TokensCountStrategy = strategy }).Use("ai-proxy-advanced", Proxy(llm, "openai"));
        (await SendAsync(harness)).Header("X-AI-RateLimit-Remaining-minute-openai").ShouldBe(left);
    }

    [Fact]
    public async Task All_nodes_count_together_in_redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var llm = await StartAsync();
        var config = Limits() with { Namespace = "team", Strategy = "redis", Redis = new AdvancedRedisConfig { Host = "127.0.0.1", Port = redis.Port } };
        PluginHarness Node() => new PluginHarness { Clock = TimeProvider.System }.Use("ai-rate-limiting-advanced", config).Use("ai-proxy-advanced", Proxy(llm, "openai"));
        var (one, two) = (Node(), Node());
        (await SendAsync(one)).Status.ShouldBe(200);
        (await SendAsync(two)).Status.ShouldBe(200);

        // What was used is told to the server without waiting for it.
        for (var i = 0; i < 100 && (await SendAsync(one)).Status == 200; i++) await Task.Delay(50);
        (await SendAsync(two)).Status.ShouldBe(429);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        var problems = new List<string>();
        (Limits() with { LlmProviders = [Limit("openai", 1), Limit("openai", 2)], Identifier = "header", Strategy = "redis" }).Check((field, _) => problems.Add(field));
        problems.ShouldBe(["llm_providers", "header_name", "redis.host"]);
        new AiLimitConfig { Name = "openai", Limit = [1], WindowSize = [] }.Check((_, message) => problems.Add(message));
        problems.ShouldContain("You must provide the same number of windows and limits");
    }

    private static AiRateLimitingAdvancedConfig Limits(double limit = 8) => new() { LlmProviders = [Limit("openai", limit)], WindowType = "fixed" };

    private static AiLimitConfig Limit(string provider, double limit) => new() { Name = provider, Limit = [limit], WindowSize = [60] };

    private static AiProxyAdvancedConfig Proxy(HttpStandIn llm, params string[] providers) => new()
    {
        Targets = [.. providers.Select((provider, i) => AiProxyAdvancedPluginTests.Target(provider, $"m{i}", llm, weight: 100 - i) is var target
            ? target with { Model = target.Model with { Options = target.Model.Options! with { InputCost = 100000, OutputCost = 200000 } } }
            : null!)],
    };

    private static Task<PluginResult> SendAsync(PluginHarness harness, string team = "a") =>
        harness.SendAsync("/", "POST", [("X-Team", team)], Encoding.UTF8.GetBytes("""{"messages":[{"role":"user","content":"x"}]}"""));

    private static async Task<HttpStandIn> StartAsync()
    {
        var llm = await HttpStandIn.StartAsync();
        llm.Answer = (_, response) => response.WriteAsync(
            """{"choices":[{"message":{"role":"assistant","content":"hi"}}],"content":[{"text":"hi"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"input_tokens":3,"output_tokens":2}}""");
        return llm;
    }
}
