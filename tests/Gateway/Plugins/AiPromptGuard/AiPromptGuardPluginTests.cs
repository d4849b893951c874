using System.Text;
using Sluice.Gateway.Plugins.AiPromptGuard;

namespace Sluice.Gateway.Tests.Plugins.AiPromptGuard;

public sealed class AiPromptGuardPluginTests
{
    private const string Chat = """{"messages":[{"role":"system","content":"root"},{"role":"user","content":"old"},{"role":"user","content":"new"}]}""";

    [Theory]
    [InlineData(Chat, "new", null, 200)]
    [InlineData(Chat, "nothing", null, 400)]
    [InlineData(Chat, null, "old", 400)]
    [InlineData(Chat, null, "root", 200)]
    [InlineData(Chat, null, "new old", 400)]
    [InlineData(Chat, "new", "old", 400)]
    [InlineData("""{"prompt":"p"}""", "^p$", null, 200)]
    [InlineData("""{"prompt":"p"}""", null, "p", 400)]
    [InlineData("{}", null, "x", 400)]
    [InlineData("""{"messages":[{"role":"user","content":[]}]}""", null, "x", 400)]
    public async Task Patterns_decide(string body, string? allow, string? deny, int status)
    {
        var result = await SendAsync(new AiPromptGuardConfig { AllowPatterns = allow is null ? null : [allow], DenyPatterns = deny is null ? null : [deny] }, body);
        result.Status.ShouldBe(status);
        if (status == 400) result.Body.ShouldBe("""{"error":{"message":"bad request"}}""");
    }

    [Fact]
    public async Task History_may_be_left_out_and_all_roles_taken_in()
    {
        (await SendAsync(new AiPromptGuardConfig { DenyPatterns = ["old"], AllowAllConversationHistory = true }, Chat)).Status.ShouldBe(200);
        (await SendAsync(new AiPromptGuardConfig { DenyPatterns = ["root"], MatchAllRoles = true }, Chat)).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_pattern_that_is_none_is_an_error()
    {
        var result = await SendAsync(new AiPromptGuardConfig { DenyPatterns = ["("] }, Chat);
        result.Answer!.Error!.Status.ShouldBe(500);
        (await SendAsync(new AiPromptGuardConfig { DenyPatterns = ["x"] }, "no json")).Body.ShouldContain("this LLM route only supports application/json requests");
    }

    private static Task<PluginResult> SendAsync(AiPromptGuardConfig config, string body) =>
        new PluginHarness().Use("ai-prompt-guard", config).SendAsync("/", "POST", body: Encoding.UTF8.GetBytes(body));
}
