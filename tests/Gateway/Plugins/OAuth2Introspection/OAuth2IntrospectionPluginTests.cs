using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.OAuth2Introspection;

namespace Sluice.Gateway.Tests.Plugins.OAuth2Introspection;

public sealed class OAuth2IntrospectionPluginTests : IAsyncLifetime
{
    private HttpStandIn server = null!;
    private string said = """{"active":true,"username":"ann","sub":"u-1","scope":"read write","client_id":"app"}""";
    private int questions;

    public async ValueTask InitializeAsync()
    {
        server = await HttpStandIn.StartAsync();
        server.Answer = async (_, response) =>
        {
            Interlocked.Increment(ref questions);
            await response.WriteAsync(said);
        };
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_token_that_the_server_finds_good_is_its_users()
    {
        var harness = Harness(new() { TokenTypeHint = "access_token", CustomIntrospectionHeaders = new Dictionary<string, string> { ["X-Realm"] = "r" } });
        for (var i = 0; i < 3; i++)
        {
            var result = await harness.SendAsync(headers: [("Authorization", "Bearer abc"), ("X-Credential-Jti", "made up")]);
            result.Status.ShouldBe(200);
            result.Sent("X-Consumer-Username").ShouldBe("ann");
            result.Sent("X-Credential-Identifier").ShouldBe("u-1");
            result.Sent("X-Credential-Scope").ShouldBe("read write");
            result.Sent("X-Credential-Client-ID").ShouldBe("app");
            result.Sent("X-Credential-Jti").ShouldBeNull();
        }

        questions.ShouldBe(1);
        var question = await server.ReceiveAsync();
        question.Text.ShouldBe("token=abc&token_type_hint=access_token");
        question.Header("Authorization").ShouldBe("Basic secret");
        question.Header("X-Realm").ShouldBe("r");
    }

    [Theory]
    [InlineData("""{"active":false}""", 401)]
    [InlineData("""{"active":"true"}""", 401)]
    [InlineData("""{"active":true,"exp":1}""", 401)]
    [InlineData("""{"active":true,"exp":"never"}""", 401)]
    [InlineData("""{"active":true,"nbf":99999999999}""", 401)]
    [InlineData("""{"active":true,"active":false}""", 503)]
    [InlineData("<html>", 503)]
    [InlineData("""{"active":true,"username":"nobody"}""", 200)]
    public async Task Answers_are_read_strictly(string answer, int status)
    {
        said = answer;
        (await Harness(new()).SendAsync("/?access_token=abc")).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Answers_are_kept_for_a_while_but_not_beyond_the_tokens_end()
    {
        var harness = Harness(new() { Ttl = 60 });
        said = $$"""{"active":true,"exp":{{harness.Time.GetUtcNow().ToUnixTimeSeconds() + 10}}}""";
        (await harness.SendAsync("/?access_token=abc")).Status.ShouldBe(200);
        harness.Time.Advance(TimeSpan.FromSeconds(10));
        (await harness.SendAsync("/?access_token=abc")).Status.ShouldBe(401);
        questions.ShouldBe(1);
        harness.Time.Advance(TimeSpan.FromSeconds(50));
        (await harness.SendAsync("/?access_token=abc")).Status.ShouldBe(401);
        questions.ShouldBe(2);
    }

    [Fact]
    public async Task Without_a_token_or_a_server_nobody_gets_in()
    {
        var missing = await Harness(new()).SendAsync();
        missing.Status.ShouldBe(401);
        missing.Header("WWW-Authenticate").ShouldBe("Bearer realm=\"service\"");
        server.Answer = (_, response) =>
        {
            response.StatusCode = 500;
            return Task.CompletedTask;
        };
        (await Harness(new() { Anonymous = "ann" }).SendAsync("/?access_token=abc")).Status.ShouldBe(503);
    }

    [Fact]
    public async Task The_token_can_be_hidden()
    {
        var result = await Harness(new() { HideCredentials = true }).SendAsync("/?a=1&access_token=abc");
        result.Exchange.Upstream.Query.ShouldBe("?a=1");
    }

    private PluginHarness Harness(OAuth2IntrospectionConfig config) =>
        new PluginHarness(TestDocuments.Of(["ann"], _ => []))
            .Use("oauth2-introspection", config with { IntrospectionUrl = server.Url + "introspect", AuthorizationValue = "Basic secret" });
}
