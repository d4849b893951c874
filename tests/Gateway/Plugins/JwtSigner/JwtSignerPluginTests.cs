using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Plugins.JwtSigner;
using Sluice.Gateway.Plugins.Rbac;
using Sluice.Gateway.Tests.Telemetry;

namespace Sluice.Gateway.Tests.Plugins.JwtSigner;

public sealed class JwtSignerPluginTests : IAsyncLifetime
{
    private static readonly TokenSigner Issuer = TokenSigner.Create("ES256");

    private HttpStandIn server = null!;
    private string published = $$"""{"keys":[{{Issuer.PublicKey}}]}""";
    private string introspected = """{"active":false}""";

    public async ValueTask InitializeAsync()
    {
        server = await HttpStandIn.StartAsync();
        server.Answer = async (request, response) => await response.WriteAsync(request.Target.StartsWith("/jwks", StringComparison.Ordinal) ? published : introspected);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS512")]
    [InlineData("PS384")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public async Task A_good_token_is_signed_anew_with_a_key_that_is_published(string algorithm)
    {
        var harness = Harness(new()
        {
            AccessTokenSigningAlgorithm = algorithm, AccessTokenIssuer = "https://gateway.test", AccessTokenUpstreamLeeway = 60, JwksPath = "/keys", OriginalAccessTokenUpstreamHeader = "X-Original",
            AddAccessTokenClaims = new Dictionary<string, string> { ["tenant"] = "blue", ["sub"] = "nobody" }, SetAccessTokenClaims = new Dictionary<string, string> { ["aud"] = "orders" }, RemoveAccessTokenClaims = ["secret"],
        });
        var token = Token(harness, """ "sub":"u1","aud":"shop","secret":1,"n":12.50,"deep":{"a":[1,"\u00e9"]} """);
        var result = await SendAsync(harness, token, ("X-Original", "forged"), ("X-Consumer-Username", "root"));
        result.Status.ShouldBe(200);
        result.Sent("X-Original").ShouldBe(token);
        result.Sent("X-Consumer-Username").ShouldBeNull();
        result.Sent("X-Credential-Identifier").ShouldBe("u1");
        var sent = result.Sent("Authorization")!;
        sent.ShouldStartWith("Bearer ");
        var signed = JsonWebToken.Parse(sent["Bearer ".Length..], out var problem).ShouldNotBeNull(problem);
        signed.Algorithm.ShouldBe(algorithm);
        JsonNode.DeepEquals(JsonNode.Parse(signed.Claims.GetRawText()), JsonNode.Parse(
            $$$"""{"sub":"u1","exp":{{{Now(harness) + 360}}},"n":12.50,"deep":{"a":[1,"é"]},"tenant":"blue","aud":"orders","original_iss":"https://login.test","iss":"https://gateway.test"}""")).ShouldBeTrue(signed.Claims.GetRawText());

        var keys = await harness.SendAsync("/keys");
        keys.Header("Content-Type").ShouldBe("application/jwk-set+json");
        keys.Body.ShouldNotContain("\"d\"");
        JsonWebKeySet.Read(Encoding.UTF8.GetBytes(keys.Body))!.Verify(sent["Bearer ".Length..], signed).ShouldBe(KeyMatch.Good);

        // The same token is not signed again, or RSA-PSS would give another text.
        (await SendAsync(harness, token)).Sent("Authorization").ShouldBe(sent);
    }

    [Fact]
    public async Task Tokens_that_are_not_good_are_refused()
    {
        var harness = Harness(new() { AccessTokenIssuersAllowed = ["https://login.test"], AccessTokenAudiencesAllowed = ["shop"], AccessTokenScopesRequired = ["read write", "admin"], Realm = "r" });
        const string Good = """ "aud":["x","shop"],"scope":"write read" """;
        (await SendAsync(harness, Token(harness, Good))).Status.ShouldBe(200);
        var refused = await harness.SendAsync();
        refused.Status.ShouldBe(401);
        refused.Header("WWW-Authenticate").ShouldBe("Bearer realm=\"r\"");
        (await SendAsync(harness, Token(harness, Good)[..^4] + "AAAA")).Header("WWW-Authenticate").ShouldBe("Bearer realm=\"r\", error=\"invalid_token\"");
        (await SendAsync(harness, "opaque")).Status.ShouldBe(401);
        (await SendAsync(harness, Token(harness, Good, lifetime: -1))).Status.ShouldBe(401);
        (await SendAsync(harness, Token(harness, Good + ",\"nbf\":99999999999"))).Status.ShouldBe(401);
        (await SendAsync(harness, Token(harness, Good + ",\"nbf\":\"x\""))).Status.ShouldBe(401);
        (await SendAsync(harness, Issuer.Sign(Encoding.UTF8.GetBytes($$"""{"iss":"https://login.test",{{Good}}}""")))).Status.ShouldBe(401);
        (await SendAsync(harness, Token(harness, Good, issuer: "https://other.test"))).Status.ShouldBe(401);
        (await SendAsync(harness, Token(harness, """ "aud":"other","scope":"write read" """))).Status.ShouldBe(401);
        (await SendAsync(harness, Token(harness, """ "aud":"shop","scope":"read" """))).Status.ShouldBe(403);
        (await SendAsync(harness, Token(harness, """ "aud":"shop","scope":["admin"] """))).Status.ShouldBe(200);
        (await SendAsync(harness, TokenSigner.Create("ES256").Sign(Encoding.UTF8.GetBytes($$"""{"iss":"https://login.test","exp":99999999999,{{Good}}}""")))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_token_that_was_good_ends()
    {
        var harness = Harness(new());
        var token = Token(harness, """ "sub":"u" """);
        (await SendAsync(harness, token)).Status.ShouldBe(200);
        harness.Time.Advance(TimeSpan.FromSeconds(301));
        (await SendAsync(harness, token)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Made_up_keys_are_replaced_and_the_last_ones_stay_published()
    {
        var harness = Harness(new() { KeyRotationPeriod = 100, JwksPath = "/keys", AccessTokenSigningAlgorithm = "ES256" });
        var token = Token(harness, """ "sub":"u" """);
        var first = (await SendAsync(harness, token)).Sent("Authorization")!;
        harness.Time.Advance(TimeSpan.FromSeconds(101));
        var second = (await SendAsync(harness, token)).Sent("Authorization")!;
        Key(second).ShouldNotBe(Key(first));
        var keys = (await harness.SendAsync("/keys")).Body;
        keys.ShouldContain(Key(first));
        keys.ShouldContain(Key(second));
        harness.Time.Advance(TimeSpan.FromSeconds(101));
        keys = (await harness.SendAsync("/keys")).Body;
        keys.ShouldNotContain(Key(first));
        keys.ShouldContain(Key(second));

        static string Key(string field) => JsonWebToken.Parse(field["Bearer ".Length..], out _)!.Header.GetProperty("kid").GetString()!;
    }

    [Fact]
    public async Task Given_keys_sign_in_their_order_and_are_all_published()
    {
        using var rsa = RSA.Create(2048);
        using var old = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var current = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var config = new JwtSignerConfig
        {
            SigningKeys = [new() { PrivateKey = rsa.ExportPkcs8PrivateKeyPem() }, new() { Id = "new", PrivateKey = current.ExportECPrivateKeyPem() }, new() { Id = "old", PrivateKey = old.ExportPkcs8PrivateKeyPem() }],
            AccessTokenSigningAlgorithm = "ES256", JwksPath = "/keys",
        };
        var harness = Harness(config);
        var sent = (await SendAsync(harness, Token(harness, """ "sub":"u" """))).Sent("Authorization")!;
        JsonWebToken.Parse(sent["Bearer ".Length..], out _)!.Header.GetProperty("kid").GetString().ShouldBe("new");
        var keys = JsonNode.Parse((await harness.SendAsync("/keys")).Body)!["keys"]!.AsArray();
        keys.Select(k => k!["kid"]!.GetValue<string>()).ShouldBe(["new", "old"]);
        Problems(config with { AccessTokenJwksUri = "http://a", AccessTokenSigningAlgorithm = "ES384" }).ShouldBe(["signing_keys"]);
        Problems(config with { AccessTokenJwksUri = "http://a" }).ShouldBeEmpty();
        Problems(new()).ShouldBe(["access_token_jwks_uri"]);
        Problems(new() { AccessTokenRequestHeader = null }).ShouldBe([""]);
    }

    [Fact]
    public async Task Two_tokens_each_get_their_own()
    {
        var harness = Harness(new()
        {
            ChannelTokenRequestHeader = "X-Channel", ChannelTokenJwksUri = server.Url + "jwks", ChannelTokenUpstreamHeader = "X-Application", ChannelTokenIssuer = "channel",
            AccessTokenOptional = true, AccessTokenUpstreamHeader = null, ChannelTokenSigningAlgorithm = "ES256",
        });
        var both = await harness.SendAsync(headers: [("Authorization", "Bearer " + Token(harness, """ "sub":"user" """)), ("X-Channel", Token(harness, """ "sub":"app" """))]);
        both.Status.ShouldBe(200);
        both.Sent("Authorization").ShouldBeNull();
        both.Sent("X-Channel").ShouldBeNull();
        both.Sent("X-Credential-Identifier").ShouldBe("user");
        JsonWebToken.Parse(both.Sent("X-Application")!, out _)!.Claims.GetProperty("iss").GetString().ShouldBe("channel");
        var one = await harness.SendAsync(headers: [("X-Channel", Token(harness, """ "sub":"app" """)), ("Authorization", "Basic abc")]);
        one.Status.ShouldBe(200);
        one.Sent("Authorization").ShouldBeNull();
        (await harness.SendAsync(headers: [("X-Application", "forged")])).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Opaque_tokens_are_introspected()
    {
        var config = new JwtSignerConfig { AccessTokenIntrospectionEndpoint = server.Url + "introspect", AccessTokenIntrospectionAuthorization = "Basic x", AccessTokenSigningAlgorithm = "ES256" };
        var harness = new PluginHarness().Use("jwt-signer", config);
        introspected = $$"""{"active":true,"sub":"u","exp":{{Now(harness) + 60}},"iss":"https://login.test"}""";
        var result = await SendAsync(harness, "opaque");
        result.Status.ShouldBe(200);
        JsonWebToken.Parse(result.Sent("Authorization")!["Bearer ".Length..], out _)!.Claims.GetProperty("original_iss").GetString().ShouldBe("https://login.test");
        var question = await server.ReceiveAsync();
        question.Text.ShouldBe("token=opaque&token_type_hint=access_token");
        question.Header("Authorization").ShouldBe("Basic x");
        introspected = """{"active":false}""";
        (await SendAsync(harness, "other")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Without_the_issuer_nobody_gets_in_and_without_a_consumer_neither()
    {
        published = "<html>";
        (await SendAsync(Harness(new()), Token(Harness(new()), """ "sub":"u" """))).Status.ShouldBe(503);
        published = $$"""{"keys":[{{Issuer.PublicKey}}]}""";
        var harness = Harness(new() { AccessTokenConsumerClaim = ["sub"], AccessTokenSigningAlgorithm = "ES256" });
        (await SendAsync(harness, Token(harness, """ "sub":"nobody" """))).Status.ShouldBe(403);
        var result = await SendAsync(harness, Token(harness, """ "sub":"ann" """));
        result.Status.ShouldBe(200);
        result.Sent("X-Consumer-Username").ShouldBe("ann");
    }

    [Fact]
    public async Task What_was_claimed_is_there_for_rules()
    {
        var harness = Harness(new()).Use("rbac", new RbacConfig { Rules = [new() { Claims = [new() { Name = "realm.roles", Values = ["admin"] }] }] });
        (await SendAsync(harness, Token(harness, """ "realm":{"roles":["admin"]} """))).Status.ShouldBe(200);
        (await SendAsync(harness, Token(harness, """ "realm":{"roles":["user"]} """))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task It_works_in_a_running_gateway()
    {
        await using var upstream = await HttpStandIn.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services: [{url: "{{upstream.Url}}", routes: [{paths: [/]}]}]
            plugins: [{name: jwt-signer, config: {access_token_jwks_uri: "{{server.Url}}jwks", jwks_path: /keys } } ]
            """,
            kind: Transport.TransportKind.Auto);
        var token = Issuer.Sign(JsonSerializer.SerializeToUtf8Bytes(new { sub = "u", exp = 99999999999 }));
        (await gateway.GetAsync("/", $"Authorization: Bearer {token}\r\n")).ShouldStartWith("HTTP/1.1 200");
        var sent = (await upstream.ReceiveAsync()).Header("Authorization")!["Bearer ".Length..];
        var keys = await gateway.GetAsync("/keys");
        JsonWebKeySet.Read(Encoding.UTF8.GetBytes(keys[keys.IndexOf("{\"keys\"", StringComparison.Ordinal)..]))!.Verify(sent, JsonWebToken.Parse(sent, out _)!).ShouldBe(KeyMatch.Good);
        (await gateway.GetAsync("/")).ShouldStartWith("HTTP/1.1 401");
    }

    private static long Now(PluginHarness harness) => harness.Time.GetUtcNow().ToUnixTimeSeconds();

    private static string Token(PluginHarness harness, string claims, long lifetime = 300, string issuer = "https://login.test") =>
        Issuer.Sign(Encoding.UTF8.GetBytes($$"""{"iss":"{{issuer}}","exp":{{Now(harness) + lifetime}},{{claims}}}"""));

    private static Task<PluginResult> SendAsync(PluginHarness harness, string token, params (string, string)[] headers) => harness.SendAsync(headers: [("Authorization", "Bearer " + token), .. headers]);

    private static List<string> Problems(JwtSignerConfig config)
    {
        var problems = new List<string>();
        config.Check((field, _) => problems.Add(field));
        return problems;
    }

    private PluginHarness Harness(JwtSignerConfig config) => new PluginHarness(TestDocuments.Of(["ann"], _ => [])).Use("jwt-signer", config with { AccessTokenJwksUri = server.Url + "jwks" });
}
