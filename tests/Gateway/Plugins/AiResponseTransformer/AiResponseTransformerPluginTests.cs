using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.AiResponseTransformer;
using Sluice.Gateway.Tests.Plugins.AiProxy;
using Sluice.Gateway.Tests.Plugins.AiRequestTransformer;

namespace Sluice.Gateway.Tests.Plugins.AiResponseTransformer;

public sealed class AiResponseTransformerPluginTests
{
    [Fact]
    public async Task The_model_changes_what_the_upstream_said()
    {
        await using var llm = await AiRequestTransformerPluginTests.StartAsync("changed");
        var (result, sent) = await SendAsync(llm, instructions: false);
        (result.Status, result.Body, result.Header("X-Up")).ShouldBe((203, "changed", "u"));
        (sent.Method, sent.Target, sent.Text, sent.Header("x-a")).ShouldBe(("PUT", "/p?q=1", "sent", "1"));
        JsonNode.Parse((await llm.ReceiveAsync()).Body)!["messages"]![1]!["content"]!.GetValue<string>().ShouldBe("original");
    }

    [Theory]
    [InlineData("""{"status":418,"headers":{"X-Up":"new","Content-Length":"7"},"body":"tea"}""", 418, "tea", "new")]
    [InlineData("""{"a":1}""", 200, """{"a":1}""", "u")]
    [InlineData("""{"status":7,"body":{"b":2}}""", 200, """{"b":2}""", "u")]
    public async Task Or_says_the_whole_response(string said, int status, string body, string header)
    {
        await using var llm = await AiRequestTransformerPluginTests.StartAsync(said);
        var (result, _) = await SendAsync(llm, instructions: true);
        (result.Status, result.Body, result.Header("X-Up")).ShouldBe((status, body, header));
    }

    [Fact]
    public async Task Failures_are_told()
    {
        await using var llm = await AiRequestTransformerPluginTests.StartAsync("no json");
        (await SendAsync(llm, instructions: true)).Result.Status.ShouldBe(500);
        await using var broken = await AiRequestTransformerPluginTests.StartAsync("x", 500);
        (await SendAsync(broken, instructions: false)).Result.Status.ShouldBe(400);
    }

    private static async Task<(PluginResult Result, StandInRequest Sent)> SendAsync(HttpStandIn llm, bool instructions)
    {
        await using var upstream = await HttpStandIn.StartAsync();
        upstream.Answer = (_, response) =>
        {
            response.StatusCode = 203;
            response.Headers["X-Up"] = "u";
            return response.WriteAsync("original");
        };
        var harness = new PluginHarness();
        var config = new AiResponseTransformerConfig
        {
            Prompt = "Change it",
            ParseLlmResponseJsonInstructions = instructions,
            Llm = new() { RouteType = "llm/v1/chat", Model = AiProxyPluginTests.Model("openai", llm.Url) },
        };
        var plugin = new AiResponseTransformerPlugin(config, new PluginSetup
        {
            Middleware = new PluginConfig { Name = "ai-response-transformer" },
            Snapshot = harness.Snapshot,
            Shared = harness.Shared,
            Time = harness.Time,
            Log = NullLogger.Instance,
        }, _ => new((upstream.Url.TrimEnd('/'), (Answer?)null)));
        var result = await harness.Use(AiResponseTransformerPlugin.Descriptor, plugin).SendAsync("/p?q=1", "PUT", [("X-A", "1")], "sent"u8.ToArray());
        return (result, await upstream.ReceiveAsync());
    }
}
