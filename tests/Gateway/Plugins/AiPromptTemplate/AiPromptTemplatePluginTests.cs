using System.Text;
using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.AiPromptTemplate;

namespace Sluice.Gateway.Tests.Plugins.AiPromptTemplate;

public sealed class AiPromptTemplatePluginTests
{
    private static readonly AiPromptTemplateConfig Config = new()
    {
        Templates = [new() { Name = "t", Template = """{"messages":[{"role":"user","content":"Say {{what}} to {{whom}}, {{what}}!"}]}""" }],
        AllowUntemplatedRequests = false,
    };

    [Fact]
    public async Task A_template_is_filled_in_with_escaped_values()
    {
        var result = await SendAsync(Config, """{"messages":"{template://t}","properties":{"what":"a \"b\"","whom":"{{what}}"}}""");
        var sent = Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!);
        JsonNode.Parse(sent)!["messages"]![0]!["content"]!.GetValue<string>().ShouldBe("Say a \"b\" to {{what}}, a \"b\"!");
        result.Sent("content-length").ShouldBe(Encoding.UTF8.GetByteCount(sent).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("x", "this LLM route only supports application/json requests")]
    [InlineData("{}", "only 'llm/v1/chat' and 'llm/v1/completions' formats are supported for templating")]
    [InlineData("""{"messages":[],"prompt":"x"}""", "cannot run 'messages' and 'prompt' templates at the same time")]
    [InlineData("""{"prompt":"x"}""", "this LLM route only supports templated requests")]
    [InlineData("""{"prompt":"{template://u}"}""", "could not find template name [u]")]
    [InlineData("""{"prompt":"{template://t}"}""", "missing template parameters: [what], [whom]")]
    [InlineData("""{"prompt":"{template://t}","properties":[]}""", "properties must be an object")]
    [InlineData("""{"prompt":"{template://t}","properties":{"what":1}}""", "property values must be a string, got number")]
    public async Task Anything_else_is_refused(string body, string message)
    {
        var result = await SendAsync(Config, body);
        result.Status.ShouldBe(400);
        JsonNode.Parse(result.Body)!["error"]!["message"]!.GetValue<string>().ShouldBe(message);
    }

    [Fact]
    public async Task Requests_without_a_template_may_be_allowed() =>
        (await SendAsync(Config with { AllowUntemplatedRequests = true }, """{"prompt":"x"}""")).Status.ShouldBe(200);

    private static Task<PluginResult> SendAsync(AiPromptTemplateConfig config, string body) =>
        new PluginHarness().Use("ai-prompt-template", config).SendAsync("/", "POST", [("Content-Type", "application/json")], Encoding.UTF8.GetBytes(body));
}
