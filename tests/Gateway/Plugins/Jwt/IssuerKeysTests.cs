using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.IdentityProviders;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Plugins.Jwt;
using Sluice.Gateway.Tests.Plugins.Jose;

namespace Sluice.Gateway.Tests.Plugins.Jwt;

/// <summary><c>jwks_uri</c>: an issuer's published keys.</summary>
public sealed class IssuerKeysTests : IAsyncLifetime
{
    private static readonly SigningKey First = SigningKey.New("ES256", "first"), Second = SigningKey.New("PS256", "second");

    private readonly string claims = """{"iss":"https://login","aud":["orders"],"sub":"u-1","name":"consumer"}""";
    private HttpStandIn server = null!;
    private string published = SigningKey.Set(First);
    private int fetches;
    private bool away;

    public async ValueTask InitializeAsync()
    {
        server = await HttpStandIn.StartAsync();
        server.Answer = async (_, response) =>
        {
            Interlocked.Increment(ref fetches);
            if (away) response.StatusCode = 500;
            else await response.WriteAsync(published);
        };
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Tokens_by_published_keys_are_good_and_keys_are_fetched_once()
    {
        var harness = Harness();
        for (var i = 0; i < 3; i++)
        {
            var result = await harness.SendAsync(headers: Bearer(First.Token($$"""{"sub":"u-{{i}}"}""")));
            result.Status.ShouldBe(200);
            result.Sent("X-Credential-Identifier").ShouldBe($"u-{i}");
            result.Sent("X-Consumer-Username").ShouldBeNull();
        }

        fetches.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"iss":"https://login","aud":"orders","name":"consumer"}""", 200, "upstream")]
    [InlineData("""{"iss":"https://other","aud":"orders","name":"consumer"}""", 401, "Invalid issuer")]
    [InlineData("""{"aud":"orders","name":"consumer"}""", 401, "Invalid issuer")]
    [InlineData("""{"iss":"https://login","aud":["x"],"name":"consumer"}""", 401, "Invalid audience")]
    [InlineData("""{"iss":"https://login","aud":["x","orders"],"name":"nobody"}""", 401, "No consumer found for the token")]
    [InlineData("""{"iss":"https://login","aud":["x","orders"],"name":"consumer","exp":1}""", 401, "token expired")]
    [InlineData("""{"iss":"https://login","aud":["x","orders"],"name":"consumer","exp":"9999999999"}""", 401, "invalid claims")]
    [InlineData("""{"iss":"https://login","aud":["x","orders"],"name":"consumer","nbf":9999999999}""", 401, "token not valid yet")]
    public async Task Claims_are_held_to_what_is_asked_for(string token, int status, string body)
    {
        var config = new JwtConfig { JwksIssuers = ["https://login"], JwksAudiences = ["orders"], JwksConsumerClaim = "name" };
        var result = await Harness(config).SendAsync(headers: Bearer(First.Token(token)));
        result.Status.ShouldBe(status);
        result.Body.ShouldContain(body);
        if (status == 200) result.Sent("X-Consumer-Username").ShouldBe("consumer");
    }

    [Fact]
    public async Task A_key_of_a_consumer_comes_before_the_issuers_and_never_gives_way_to_them()
    {
        var harness = Harness();
        (await harness.SendAsync(headers: Bearer(First.Token("""{"iss":"ann"}""")))).Body.ShouldContain("Invalid algorithm");
        fetches.ShouldBe(0);
    }

    [Fact]
    public async Task A_secret_is_never_found_among_published_keys()
    {
        published = """{"keys":[{"kty":"oct","kid":"first","k":"c2VjcmV0","alg":"HS256"},""" + SigningKey.Set(Second)[9..];
        (await Harness().SendAsync(headers: Bearer(First.Token(claims, """{"alg":"HS256","kid":"first"}""")))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task New_keys_are_found_at_once_but_not_asked_for_all_the_time()
    {
        var harness = Harness();
        (await harness.SendAsync(headers: Bearer(First.Token(claims)))).Status.ShouldBe(200);
        published = SigningKey.Set(Second);
        (await harness.SendAsync(headers: Bearer(Second.Token(claims)))).Status.ShouldBe(401);
        fetches.ShouldBe(1);

        harness.Time.Advance(RemoteKeySet.RotationPause);
        (await harness.SendAsync(headers: Bearer(Second.Token(claims)))).Status.ShouldBe(200);
        for (var i = 0; i < 5; i++) (await harness.SendAsync(headers: Bearer(First.Token(claims)))).Status.ShouldBe(401);
        fetches.ShouldBe(2);
    }

    [Fact]
    public async Task Known_keys_stay_good_while_the_issuer_is_away()
    {
        var harness = Harness(new JwtConfig { JwksTtl = 60 });
        (await harness.SendAsync(headers: Bearer(First.Token(claims)))).Status.ShouldBe(200);
        away = true;
        harness.Time.Advance(TimeSpan.FromMinutes(10));
        (await harness.SendAsync(headers: Bearer(First.Token("{}")))).Status.ShouldBe(200);
        await Eventually.HoldsAsync(() => fetches == 2);
        (await harness.SendAsync(headers: Bearer(First.Token("{}")))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Without_keys_tokens_are_refused_and_the_issuer_is_not_asked_for_each()
    {
        away = true;
        var harness = Harness();
        for (var i = 0; i < 3; i++) (await harness.SendAsync(headers: Bearer(First.Token(claims)))).Status.ShouldBe(503);
        fetches.ShouldBe(1);

        away = false;
        harness.Time.Advance(RemoteDocument<JsonWebKeySet>.FailurePause);
        (await harness.SendAsync(headers: Bearer(First.Token(claims)))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Many_at_once_cause_one_fetch()
    {
        var harness = Harness();
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => harness.SendAsync(headers: Bearer(First.Token($$"""{"sub":"{{i}}"}""")))));
        results.ShouldAllBe(r => r.Status == 200);
        fetches.ShouldBe(1);
    }

    private PluginHarness Harness(JwtConfig? config = null) =>
        new PluginHarness(TestDocuments.Of(["consumer"], _ => [new JwtCredential { Id = Guid.NewGuid(), Key = "ann", Secret = "s3cr3t" }]))
            .Use("jwt", (config ?? new JwtConfig()) with { JwksUri = server.Url + "keys" });

    private static (string Name, string Value)[] Bearer(string token) => [("Authorization", "Bearer " + token)];
}
