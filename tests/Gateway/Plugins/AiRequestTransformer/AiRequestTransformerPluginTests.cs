using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.AiRequestTransformer;
using Sluice.Gateway.Tests.Plugins.AiProxy;

namespace Sluice.Gateway.Tests.Plugins.AiRequestTransformer;

public sealed class AiRequestTransformerPluginTests
{
    [Fact]
    public async Task The_model_changes_the_body()
    {
        await using var llm = await StartAsync("Sure! {\"b\":2} Done.");
        var result = await SendAsync(llm, """\{.*\}""");
        var asked = JsonNode.Parse((await llm.ReceiveAsync()).Body)!;
        asked["messages"]!.ToJsonString().ShouldBe("""[{"role":"system","content":"Change it"},{"role":"user","content":"{a:1}"}]""");
        Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!).ShouldBe("""{"b":2}""");
    }

    [Theory]
    [InlineData("no json", """\{.*\}""", 200, "AI response did not match specified regular expression")]
    [InlineData("x", null, 500, "failed to introspect request with AI service: status code 500")]
    [InlineData("x", "(", 200, "failed regex matching ai response")]
    public async Task A_failure_is_told(string said, string? pattern, int status, string message)
    {
        await using var llm = await StartAsync(said, status);
        var result = await SendAsync(llm, pattern);
        result.Status.ShouldBe(400);
        JsonNode.Parse(result.Body)!["error"]!["message"]!.GetValue<string>().ShouldStartWith(message);
    }

    internal static async Task<HttpStandIn> StartAsync(string said, int status = 200)
    {
        var llm = await HttpStandIn.StartAsync();
        llm.Answer = (_, response) =>
        {
            response.StatusCode = status;
            return response.WriteAsync(new JsonObject
            {
                ["choices"] = new JsonArray(new JsonObject { ["message"] = new JsonObject { ["content"] = said } }),
            }.ToJsonString());
        };
        return llm;
    }

    private static Task<PluginResult> SendAsync(HttpStandIn llm, string? pattern) => new PluginHarness().Use("ai-request-transformer", new AiRequestTransformerConfig
    {
        Prompt = "Change it",
        TransformationExtractPattern = pattern,
        Llm = new() { RouteType = "llm/v1/chat", Model = AiProxyPluginTests.Model("openai", llm.Url) },
    }).SendAsync("/", "POST", body: "{a:1}"u8.ToArray());
}
