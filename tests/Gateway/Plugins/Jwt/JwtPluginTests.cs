using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Plugins.Jwt;

namespace Sluice.Gateway.Tests.Plugins.Jwt;

public class JwtPluginTests
{
    private const string EdPublicKey = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAxpKBlExkzFPCLcgXH9faTfGP7T6N7e9C501AoojHTho=\n-----END PUBLIC KEY-----\n";

    private const string EdToken =
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJpc3MiOiJqd3QtZWRkc2EiLCJleHAiOjQxMDI0NDQ4MDB9."
        + "iR5LhtrqzGrG8tTCIb_XEEiR_C8Cgcj6b1casbFKUlHUMyxQam6D3Ho8q__r05cvESdcbjaABiK6hrQuEo2JAg";

    [Theory]
    [InlineData("""{"iss":"ann"}""", 200, "upstream")]
    [InlineData("""{"iss":"bob"}""", 401, """{"message":"No credentials found for given 'iss'"}""")]
    [InlineData("{}", 401, """{"message":"No mandatory 'iss' in claims"}""")]
    [InlineData("""{"iss":""}""", 401, """{"message":"Invalid 'iss' in claims"}""")]
    [InlineData("""{"iss":["a"]}""", 500, "An unexpected error occurred")]
    [InlineData("""{"iss":"ann","iss":"bob"}""", 401, """{"message":"Bad token; invalid JSON"}""")]
    [InlineData("not json", 401, """{"message":"Bad token; invalid JSON"}""")]
    [InlineData("[]", 401, """{"message":"Bad token; invalid claims"}""")]
    public async Task Claims_are_read_as_Kong_reads_them(string claims, int status, string body)
    {
        var result = await Harness(new JwtConfig()).SendAsync(headers: Bearer(Hs256(claims)));
        result.Status.ShouldBe(status);
        result.Body.ShouldContain(body);
        if (status == 401) result.Header("WWW-Authenticate").ShouldBe("Bearer error=\"invalid_token\"");
    }

    [Theory]
    [InlineData("bad", "Bad token; invalid JSON")]
    [InlineData("a.b.c", "Bad token; invalid JSON")]
    [InlineData("W10.e30.x", "Bad token; invalid alg")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJpc3MiOiJhbm4ifQ.", "Bad token; invalid alg")]
    [InlineData("{good}.extra", "Bad token; invalid signature")]
    [InlineData("{good}=", "Invalid signature")]
    [InlineData("{good}A", "Invalid signature")]
    [InlineData("{good}AA", "Bad token; invalid signature")]
    [InlineData("{other secret}", "Invalid signature")]
    [InlineData("{HS384}", "Invalid algorithm")]
    public async Task Tokens_that_are_not_genuine_are_refused(string token, string message)
    {
        token = token.Replace("{good}", Hs256("""{"iss":"ann"}"""), StringComparison.Ordinal)
            .Replace("{other secret}", Hs256("""{"iss":"ann"}""", "other"), StringComparison.Ordinal)
            .Replace("{HS384}", Token("HS384", """{"iss":"ann"}""", t => HMACSHA384.HashData("s3cr3t"u8, t)), StringComparison.Ordinal);
        var result = await Harness(new JwtConfig { Realm = "r" }).SendAsync(headers: Bearer(token));
        result.Status.ShouldBe(401);
        result.Body.ShouldBe($$"""{"message":"{{message}}"}""");
        result.Header("WWW-Authenticate").ShouldBe("Bearer realm=\"r\" error=\"invalid_token\"");
    }

    [Theory]
    [InlineData("exp,nbf", 60, -60, null)]
    [InlineData("exp,nbf", -60, 60, """{"exp":"token expired","nbf":"token not valid yet"}""")]
    [InlineData("exp,nbf", null, null, """{"exp":"must be a number","nbf":"must be a number"}""")]
    [InlineData("exp", 0, 60, """{"exp":"token expired"}""")]
    [InlineData("exp", 301, null, """{"exp":"exceeds maximum allowed expiration"}""")]
    [InlineData("nbf", null, 0, """{"exp":"exceeds maximum allowed expiration"}""")]
    public async Task Times_are_checked(string verify, int? expires, int? notBefore, string? problem)
    {
        var harness = Harness(new JwtConfig { ClaimsToVerify = verify.Split(','), MaximumExpiration = 300 });
        var now = harness.Time.GetUtcNow().ToUnixTimeSeconds();
        var token = Hs256($$"""{"iss":"ann"{{(expires is null ? "" : $",\"exp\":{now + expires}")}}{{(notBefore is null ? "" : $",\"nbf\":{now + notBefore}")}}}""");
        var result = await harness.SendAsync(headers: Bearer(token));
        result.Status.ShouldBe(problem is null ? 200 : 401);
        if (problem is not null) result.Body.ShouldBe(problem);
    }

    [Fact]
    public async Task A_token_that_was_good_expires()
    {
        var harness = Harness(new JwtConfig { ClaimsToVerify = ["exp"] });
        var token = Hs256($$"""{"iss":"ann","exp":{{harness.Time.GetUtcNow().ToUnixTimeSeconds() + 10}}}""");
        (await harness.SendAsync(headers: Bearer(token))).Status.ShouldBe(200);
        harness.Time.Advance(TimeSpan.FromSeconds(10));
        (await harness.SendAsync(headers: Bearer(token))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Tokens_come_in_query_cookies_and_header_and_must_agree()
    {
        var harness = Harness(new JwtConfig { CookieNames = ["ck"], UriParamNames = ["jwt", "t"] });
        var token = Hs256("""{"iss":"ann"}""");
        var other = Hs256("""{"iss":"ann","a":1}""");
        (await harness.SendAsync("/?t=" + token)).Status.ShouldBe(200);
        (await harness.SendAsync(headers: [("Cookie", "z=1; ck=" + token)])).Status.ShouldBe(200);
        (await harness.SendAsync("/?jwt=" + token, headers: Bearer(token))).Status.ShouldBe(200);
        (await harness.SendAsync("/?jwt=" + other, headers: Bearer(token))).Body.ShouldContain("Multiple tokens provided");
        (await harness.SendAsync("/?jwt=" + other + "&jwt=" + token)).Body.ShouldContain("Multiple tokens provided");
        (await harness.SendAsync(headers: [("Authorization", "Forbearer, Bearer  " + token)])).Status.ShouldBe(200);
        (await harness.SendAsync(headers: [("Authorization", "Bearer" + token)])).Body.ShouldContain("Unauthorized");
        var none = await harness.SendAsync("/?jwt=", headers: [("Authorization", "Basic eDp5")]);
        none.Body.ShouldBe("""{"message":"Unauthorized"}""");
        none.Header("WWW-Authenticate").ShouldBe("Bearer");
    }

    [Fact]
    public async Task The_key_may_be_named_in_the_tokens_header()
    {
        var harness = Harness(new JwtConfig { KeyClaimName = "kid" });
        var token = Token("HS256\",\"kid\":\"ann", "{}", t => HMACSHA256.HashData("s3cr3t"u8, t));
        (await harness.SendAsync(headers: Bearer(token))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_upstream_learns_the_keys_name()
    {
        var result = await Harness(new JwtConfig()).SendAsync(headers: Bearer(Hs256("""{"iss":"ann"}""")));
        result.Sent("X-Credential-Identifier").ShouldBe("ann");
        result.Sent("X-Consumer-Username").ShouldBe("consumer");
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES512")]
    public async Task Asymmetric_keys_verify_and_a_reload_forgets_what_they_verified(string algorithm)
    {
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(algorithm is "ES512" ? ECCurve.NamedCurves.nistP521 : ECCurve.NamedCurves.nistP256);
        var pem = algorithm[0] is 'E' ? ecdsa.ExportSubjectPublicKeyInfoPem() : rsa.ExportSubjectPublicKeyInfoPem();
        var token = Token(algorithm, """{"iss":"k"}""", text => algorithm switch
        {
            "RS256" => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS512" => rsa.SignData(text, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
            "ES256" => ecdsa.SignData(text, HashAlgorithmName.SHA256),
            _ => ecdsa.SignData(text, HashAlgorithmName.SHA512),
        });
        var harness = new PluginHarness(Document(pem)).Use("jwt", new JwtConfig());
        (await harness.SendAsync(headers: Bearer(token))).Status.ShouldBe(200);
        (await harness.SendAsync(headers: Bearer(token))).Status.ShouldBe(200);
        (await harness.SendAsync(headers: Bearer(token[..^8] + "AAAAAAAA"))).Body.ShouldContain("Invalid signature");

        using var otherKey = RSA.Create(2048);
        var rotated = harness.Reload(Document(otherKey.ExportSubjectPublicKeyInfoPem()), h => h.Use("jwt", new JwtConfig()));
        (await rotated.SendAsync(headers: Bearer(token))).Status.ShouldBe(401);

        GatewayDocument Document(string key) =>
            TestDocuments.Of(["consumer"], _ => [new JwtCredential { Key = "k", Algorithm = algorithm, RsaPublicKey = key }]);
    }

    [Fact]
    public async Task Edwards_keys_verify_by_the_systems_library()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "EdDSA needs the system's OpenSSL");
        var document = TestDocuments.Of(["consumer"], _ => [new JwtCredential { Key = "jwt-eddsa", Algorithm = "EdDSA", RsaPublicKey = EdPublicKey }]);
        var harness = new PluginHarness(document).Use("jwt", new JwtConfig());
        (await harness.SendAsync(headers: Bearer(EdToken))).Status.ShouldBe(200);
        (await harness.SendAsync(headers: Bearer(EdToken[..^8] + "AAAAAAAA"))).Body.ShouldContain("Invalid signature");
    }

    [Fact]
    public async Task A_public_key_is_no_secret_of_an_HS_token()
    {
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportSubjectPublicKeyInfoPem();
        var document = TestDocuments.Of(["consumer"], _ => [new JwtCredential { Key = "ann", Algorithm = "RS256", RsaPublicKey = pem }]);
        var result = await new PluginHarness(document).Use("jwt", new JwtConfig()).SendAsync(headers: Bearer(Hs256("""{"iss":"ann"}""", pem)));
        result.Body.ShouldContain("Invalid algorithm");
    }

    [Fact]
    public async Task Secrets_may_be_base64()
    {
        var document = TestDocuments.Of(["consumer"], _ => [new JwtCredential { Key = "ann", Secret = "_-8" }]);
        var token = Token("HS256", """{"iss":"ann"}""", t => HMACSHA256.HashData(new byte[] { 0xFF, 0xEF }, t));
        (await new PluginHarness(document).Use("jwt", new JwtConfig { SecretIsBase64 = true }).SendAsync(headers: Bearer(token))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_other_error_format_has_codes()
    {
        var document = TestDocuments.Of(["consumer"], _ => []) with { ErrorFormat = "sluice" };
        (await new PluginHarness(document).Use("jwt", new JwtConfig()).SendAsync()).Answer!.Error!.Code.ShouldBe("TOKEN_MISSING");
    }

    [Fact]
    public void Verified_tokens_are_bounded()
    {
        var tokens = new RecentTokens<VerifiedToken>(capacity: 100);
        var token = new VerifiedToken(new IndexedJwtKey(new JwtCredential()), default, new(null));
        for (var i = 0; i < 1000; i++) tokens.Add(TokenHash.Of("t" + i), token);
        tokens.Count.ShouldBeLessThanOrEqualTo(100);
        tokens.Find(TokenHash.Of("t999")).ShouldBe(token);
        tokens.Find(TokenHash.Of("t1")).ShouldBeNull();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(10, true)]
    [InlineData(0, false)]
    public async Task A_verified_token_is_known_at_once_unless_none_are_to_be_remembered(int? size, bool isKnown)
    {
        using var rsa = RSA.Create(2048);
        var token = Token("RS256", """{"iss":"k"}""", text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var document = TestDocuments.Of(["consumer"], _ => [new JwtCredential { Key = "k", Algorithm = "RS256", RsaPublicKey = rsa.ExportSubjectPublicKeyInfoPem() }]);
        var result = await new PluginHarness(document).Use("jwt", new JwtConfig { TokenCacheSize = size }).SendAsync(headers: Bearer(token));
        result.Status.ShouldBe(200);

        // Only a signature is verified elsewhere, and awaited.
        var plugin = result.Exchange.Plan.ForStage(RequestStage.Authenticate)[0];
        var again = plugin.AuthenticateAsync(result.Exchange);
        again.IsCompleted.ShouldBe(isKnown);
        (await again).Answer.ShouldBeNull();
    }

    private static PluginHarness Harness(JwtConfig config) =>
        new PluginHarness(TestDocuments.Of(["consumer"], _ => [new JwtCredential { Id = Guid.NewGuid(), Key = "ann", Secret = "s3cr3t" }])).Use("jwt", config);

    private static (string Name, string Value)[] Bearer(string token) => [("Authorization", "Bearer " + token)];

    private static string Hs256(string claims, string secret = "s3cr3t") => Token("HS256", claims, t => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), t));

    private static string Token(string algorithm, string claims, Func<byte[], byte[]> sign)
    {
        var header = $$"""{"typ":"JWT","alg":"{{algorithm}}"}""";
        var text = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        return text + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)));
    }
}
