using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.AiProxyAdvanced;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Tests.Plugins.AiProxy;

namespace Sluice.Gateway.Tests.Plugins.AiProxyAdvanced;

public sealed class AiProxyAdvancedPluginTests
{
    [Fact]
    public async Task Each_target_is_asked_in_its_own_format_as_often_as_its_weight_says()
    {
        await using var llm = await StartAsync();
        var harness = Harness(new() { Targets = [Target("openai", "a", llm, weight: 3), Target("anthropic", "b", llm, weight: 1)] });
        var models = new List<string?>();
        for (var i = 0; i < 8; i++) models.Add((await SendAsync(harness)).Header("X-Kong-LLM-Model"));
        models.Count(m => m == "openai/a").ShouldBe(6);
        models.Count(m => m == "anthropic/b").ShouldBe(2);
    }

    [Theory]
    [InlineData("http_429", 429)]
    [InlineData("http_503", 503)]
    public async Task The_next_target_is_asked_when_one_fails_in_a_way_that_is_listed(string criterion, int status)
    {
        await using var llm = await StartAsync(failing: "a", status);
        var config = new AiProxyAdvancedConfig
        {
            Targets = [Target("openai", "a", llm, weight: 200), Target("openai", "b", llm)],
            Balancer = new() { Algorithm = "priority", FailoverCriteria = ["error", criterion] },
        };
        (await SendAsync(Harness(config))).Header("X-Kong-LLM-Model").ShouldBe("openai/b");
        (await SendAsync(Harness(config with { Balancer = config.Balancer with { FailoverCriteria = ["error"] } }))).Status.ShouldBe(status);
        (await SendAsync(Harness(config with { Balancer = config.Balancer with { Retries = 0 } }))).Status.ShouldBe(status);
    }

    [Fact]
    public async Task One_that_cannot_be_reached_or_is_silent_or_talks_nonsense_is_passed_over()
    {
        await using var llm = await StartAsync();
        llm.Answer = async (request, response) =>
        {
            var model = JsonNode.Parse(request.Body)!["model"]!.GetValue<string>();
            if (model == "silent") await Task.Delay(TimeSpan.FromMinutes(1), response.HttpContext.RequestAborted);
            else await response.WriteAsync(model == "mad" ? "{}" : Said);
        };
        var away = Target("openai", "away", llm, weight: 400);
        away = away with { Model = away.Model with { Options = away.Model.Options! with { UpstreamUrl = "http://127.0.0.1:1/" } } };
        var config = new AiProxyAdvancedConfig
        {
            Targets = [away, Target("openai", "silent", llm, weight: 300), Target("openai", "mad", llm, weight: 200), Target("openai", "b", llm)],
            Balancer = new() { Algorithm = "priority", ReadTimeout = 2000 },
        };
        (await SendAsync(Harness(config))).Header("X-Kong-LLM-Model").ShouldBe("openai/b");
    }

    [Fact]
    public async Task When_all_have_failed_the_last_answer_is_passed_on()
    {
        await using var llm = await StartAsync(failing: "a", 500);
        var config = new AiProxyAdvancedConfig { Targets = [Target("openai", "a", llm)], Balancer = new() { Retries = 2, FailoverCriteria = ["http_500"] } };
        (await SendAsync(Harness(config))).Status.ShouldBe(500);
        for (var i = 0; i < 3; i++) await llm.ReceiveAsync();
    }

    [Fact]
    public async Task A_request_that_names_a_model_goes_there()
    {
        await using var llm = await StartAsync();
        var harness = Harness(new() { Targets = [Target("openai", "a", llm), Target("openai", "b", llm)] });
        for (var i = 0; i < 3; i++) (await SendAsync(harness, """{"model":"b","messages":[{"role":"user","content":"x"}]}""")).Header("X-Kong-LLM-Model").ShouldBe("openai/b");
        var wrong = await SendAsync(harness, """{"model":"c","messages":[{"role":"user","content":"x"}]}""");
        (wrong.Status, wrong.Body).ShouldBe((400, """{"error":{"message":"cannot use own model - must be: a or b"}}"""));
    }

    [Fact]
    public async Task A_stream_fails_over_before_it_begins()
    {
        await using var llm = await StartAsync(failing: "a", 503);
        llm.Answer = async (request, response) =>
        {
            if (JsonNode.Parse(request.Body)!["model"]!.GetValue<string>() == "a") response.StatusCode = 503;
            else await response.WriteAsync("data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\ndata: [DONE]\n\n");
        };
        var harness = Harness(new()
        {
            Targets = [Target("openai", "a", llm, weight: 200), Target("openai", "b", llm)],
            Balancer = new() { Algorithm = "priority", FailoverCriteria = ["http_503"] },
        });
        var result = await SendAsync(harness, """{"stream":true,"messages":[{"role":"user","content":"x"}]}""");
        result.Header("X-Kong-LLM-Model").ShouldBe("openai/b");
        result.Answer!.Stream.ShouldNotBeNull();
    }

    [Fact]
    public void Targets_that_keep_failing_are_left_alone_for_a_while()
    {
        var time = new ManualTime();
        var balancer = Balancer(new() { Algorithm = "priority", MaxFails = 2, FailTimeout = 1000 }, time, 200, 100);
        Pick(balancer).ShouldBe(0);
        balancer.Failed(0);
        Pick(balancer).ShouldBe(0);
        balancer.Failed(0);
        Pick(balancer).ShouldBe(1);
        balancer.Pick([true, false], null).ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(2));
        Pick(balancer).ShouldBe(0);
    }

    [Fact]
    public void The_quickest_and_the_least_used_are_found_and_what_was_forgotten_after_a_while()
    {
        var time = new ManualTime();
        var quick = Balancer(new() { Algorithm = "lowest-latency", LatencyStrategy = "e2e" }, time, 1, 1);
        quick.Used(0, Usage(10, 900));
        quick.Used(1, Usage(10, 100));
        Pick(quick).ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(60));
        quick.Used(1, Usage(10, 100));
        Pick(quick).ShouldBe(0);

        var least = Balancer(new() { Algorithm = "lowest-usage" }, time, 10, 1);
        least.Used(0, Usage(50, 1));
        least.Used(1, Usage(10, 1));
        Pick(least).ShouldBe(0);
        least.Used(0, Usage(80, 1));
        Pick(least).ShouldBe(1);
    }

    [Fact]
    public void The_same_key_goes_to_the_same_target_and_only_those_of_a_missing_one_move()
    {
        var balancer = Balancer(new() { Algorithm = "consistent-hashing" }, new ManualTime(), 1, 1, 1);
        var keys = Enumerable.Range(0, 300).Select(i => $"k{i}").ToList();
        var first = keys.ToDictionary(k => k, k => balancer.Pick([true, true, true], k));
        first.Values.Distinct().Count().ShouldBe(3);
        foreach (var key in keys) balancer.Pick([true, true, true], key).ShouldBe(first[key]);
        foreach (var key in keys.Where(k => first[k] != 2)) balancer.Pick([true, true, false], key).ShouldBe(first[key]);
    }

    [Fact]
    public void Targets_are_for_one_kind_of_request()
    {
        var problems = new List<string>();
        new AiProxyAdvancedConfig { Targets = [new() { RouteType = "llm/v1/chat" }, new() { RouteType = "llm/v1/completions" }] }.Check((_, message) => problems.Add(message));
        problems.ShouldBe(["all targets must have the same route_type"]);
    }

    private const string Said = """{"choices":[{"message":{"role":"assistant","content":"hi"}}],"content":[{"text":"hi"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}""";

    private static int Pick(AiBalancer balancer) => balancer.Pick([true, true], null);

    private static LlmUsage Usage(int tokens, double milliseconds) => new("openai", "m", 0, tokens, 0, TimeSpan.FromMilliseconds(milliseconds), false);

    private static AiBalancer Balancer(AiBalancerConfig config, TimeProvider time, params int[] weights) =>
        new(config, [.. weights.Select((w, i) => new AiTargetConfig { Weight = w, Model = new() { Provider = "openai", Name = $"m{i}" } })], time);

    internal static AiTargetConfig Target(string provider, string name, HttpStandIn llm, int weight = 100) => new()
    {
        RouteType = "llm/v1/chat",
        Weight = weight,
        Auth = new() { HeaderName = "Authorization", HeaderValue = "k" },
        Model = AiProxyPluginTests.Model(provider, llm.Url) with { Name = name },
    };

    private static PluginHarness Harness(AiProxyAdvancedConfig config) => new PluginHarness { Clock = TimeProvider.System }.Use("ai-proxy-advanced", config);

    private static Task<PluginResult> SendAsync(PluginHarness harness, string body = """{"messages":[{"role":"user","content":"x"}]}""") =>
        harness.SendAsync("/", "POST", body: Encoding.UTF8.GetBytes(body));

    private static async Task<HttpStandIn> StartAsync(string? failing = null, int status = 200)
    {
        var llm = await HttpStandIn.StartAsync();
        llm.Answer = (request, response) =>
        {
            if (JsonNode.Parse(request.Body)!["model"]?.GetValue<string>() == failing) response.StatusCode = status;
            return response.WriteAsync(Said);
        };
        return llm;
    }
}
