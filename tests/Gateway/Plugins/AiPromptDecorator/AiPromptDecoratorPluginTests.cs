using System.Text;
using Sluice.Gateway.Plugins.AiPromptDecorator;

namespace Sluice.Gateway.Tests.Plugins.AiPromptDecorator;

public sealed class AiPromptDecoratorPluginTests
{
    private static readonly AiPromptDecoratorConfig Config = new()
    {
        Prompts = new() { Prepend = [new() { Content = "first" }], Append = [new() { Role = "user", Content = "last" }] },
    };

    [Fact]
    public async Task Messages_are_put_before_and_after()
    {
        var result = await SendAsync("""{"model":"m","messages":[{"role":"user","content":"x","name":"n"}]}""");
        Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!).ShouldBe(
            """{"model":"m","messages":[{"role":"system","content":"first"},{"role":"user","content":"x","name":"n"},{"role":"user","content":"last"}]}""");
    }

    [Theory]
    [InlineData("x", "this LLM route only supports application/json requests")]
    [InlineData("""{"prompt":"x"}""", "this LLM route only supports llm/chat type requests")]
    [InlineData("""{"messages":[]}""", "this LLM route only supports llm/chat type requests")]
    public async Task Other_requests_are_refused(string body, string message)
    {
        var result = await SendAsync(body);
        (result.Status, result.Body).ShouldBe((400, $$$"""{"error":{"message":"{{{message}}}"}}"""));
    }

    [Fact]
    public void Some_message_is_needed()
    {
        var problems = new List<string>();
        new AiPromptDecoratorConfig().Check((_, message) => problems.Add(message));
        problems.ShouldBe(["at least one of these fields must be non-empty: 'prompts.prepend', 'prompts.append'"]);
    }

    private static Task<PluginResult> SendAsync(string body) =>
        new PluginHarness().Use("ai-prompt-decorator", Config).SendAsync("/", "POST", body: Encoding.UTF8.GetBytes(body));
}
