using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.KeyAuth;
using Sluice.Gateway.Plugins.OAuth2;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.OAuth2;

public class OAuth2PluginTests
{
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private static readonly GatewayDocument Document = TestDocuments.Of(
        ["ann", "bob", "nobody"],
        c => c.Username switch
        {
            "ann" =>
            [
                new OAuth2Credential { Id = TestDocuments.IdOf("app"), Name = "app", ClientId = "app", ClientSecret = "s3cret", RedirectUris = ["https://app.test/back?x=1", "https://app.test/other"] },
                new OAuth2Credential { Id = TestDocuments.IdOf("phone"), Name = "phone", ClientId = "phone", ClientSecret = "x", ClientType = "public", RedirectUris = ["app://back"] },
                new KeyAuthCredential { Key = "key" },
            ],
            "bob" => [new OAuth2Credential { Name = "bare", ClientId = "bare", ClientSecret = "s3cret" }, new OAuth2Credential { Name = "other", ClientId = "other", ClientSecret = "o", RedirectUris = ["https://o.test/"] }],
            _ => [],
        });

    private readonly ManualTime time = new();

    [Fact]
    public async Task Client_credentials_give_a_token_that_stands_for_the_clients_consumer()
    {
        var harness = Harness(Config());
        var given = await Token(harness, "grant_type=client_credentials&client_id=app&client_secret=s3cret&scope=read%20%20write&state=s");
        given.Status.ShouldBe(200);
        given.Header("Cache-Control").ShouldBe("no-store");
        given.Header("Pragma").ShouldBe("no-cache");
        var fields = Fields(given);
        fields.Keys.ShouldBe(["access_token", "expires_in", "state", "token_type"], ignoreOrder: true);
        fields["expires_in"].ShouldBe("7200");
        fields["token_type"].ShouldBe("bearer");

        var used = await harness.SendAsync(headers: [("Authorization", "bearer " + fields["access_token"]), ("X-Authenticated-UserId", "spoof")]);
        used.Status.ShouldBe(200);
        used.Sent("X-Consumer-Username").ShouldBe("ann");
        used.Sent("X-Credential-Identifier").ShouldBe("app");
        used.Sent("X-Authenticated-Scope").ShouldBe("read write");
        used.Sent("X-Authenticated-UserId").ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(7201));
        (await harness.SendAsync(headers: [("Authorization", "bearer " + fields["access_token"])])).Body.ShouldContain("invalid or has expired");
    }

    [Theory]
    [InlineData("grant_type=client_credentials&client_id=app&client_secret=bad", null, 400, "invalid_client", "Invalid client authentication")]
    [InlineData("grant_type=client_credentials&client_id=nobody&client_secret=bad", null, 400, "invalid_client", "Invalid client authentication")]
    [InlineData("grant_type=client_credentials", "app:bad", 401, "invalid_client", "Invalid client authentication")]
    [InlineData("grant_type=password", "nobody:bad", 401, "invalid_client", "Invalid client authentication")]
    [InlineData("grant_type=password&client_id=bare&client_secret=s3cret", null, 400, "invalid_client", "Invalid client authentication")]
    [InlineData("grant_type=magic&client_id=app&client_secret=s3cret", null, 400, "unsupported_grant_type", "Invalid grant_type")]
    [InlineData("client_id=app&client_secret=s3cret", null, 400, "unsupported_grant_type", "Invalid grant_type")]
    [InlineData("grant_type=client_credentials&client_id=app&client_secret=s3cret&scope=read+all", null, 400, "invalid_scope", "\"all\" is an invalid scope")]
    [InlineData("grant_type=client_credentials&client_id=app&client_secret=s3cret&scope=read&scope=write", null, 400, "invalid_scope", "scope must be a string")]
    [InlineData("grant_type=client_credentials&client_id=app&client_secret=s3cret", null, 400, "invalid_scope", "You must specify a scope")]
    [InlineData("grant_type=client_credentials&client_id=app&client_secret=s3cret&scope=read&authenticated_userid=eve", null, 400, "invalid_provision_key", "Invalid provision_key")]
    [InlineData("grant_type=password&client_id=app&client_secret=s3cret&redirect_uri=https%3A%2F%2Fevil.test", null, 400, "invalid_request", "Invalid redirect_uri that does not match with any redirect_uri created with the application")]
    [InlineData("grant_type=password&client_id=app&client_secret=s3cret&provision_key=no&authenticated_userid=eve", null, 400, "invalid_provision_key", "Invalid provision_key")]
    [InlineData("grant_type=password&client_id=app&client_secret=s3cret&provision_key=prov&authenticated_userid=+", null, 400, "invalid_authenticated_userid", "Missing authenticated_userid parameter")]
    [InlineData("grant_type=password&client_id=phone&client_secret=x&provision_key=prov&authenticated_userid=eve", null, 400, "invalid_request", "client_secret is disallowed for public clients")]
    [InlineData("grant_type=authorization_code&client_id=app&client_secret=s3cret&code=none", null, 400, "invalid_request", "Invalid code")]
    [InlineData("grant_type=refresh_token&client_id=app&client_secret=s3cret&refresh_token=none", null, 400, "invalid_request", "Invalid refresh_token")]
    public async Task What_is_wrong_with_a_request_for_a_token_is_told(string body, string? basic, int status, string error, string description)
    {
        var result = await Token(Harness(Config() with { MandatoryScope = true }), body, basic);
        result.Status.ShouldBe(status);
        Fields(result)["error"].ShouldBe(error);
        Fields(result)["error_description"].ShouldBe(description);
        result.Header("WWW-Authenticate").ShouldBe(status == 401 ? "Basic realm=\"OAuth2.0\"" : null);
    }

    [Fact]
    public async Task Without_HTTPS_nobody_is_given_anything()
    {
        const string body = "grant_type=client_credentials&client_id=app&client_secret=s3cret";
        async Task<(int, string?)> Send(OAuth2Config config, bool trusted, params (string, string)[] headers)
        {
            var result = await Harness(config).SendAsync("/oauth2/token", "POST", [Form, .. headers], Encoding.UTF8.GetBytes(body), e => e.PeerIsTrusted = trusted);
            return (result.Status, Fields(result).GetValueOrDefault("error_description"));
        }

        (await Send(Config(), true, ("X-Forwarded-Proto", "https"))).ShouldBe((400, "You must use HTTPS"));
        var terminated = Config() with { AcceptHttpIfAlreadyTerminated = true };
        (await Send(terminated, true, ("X-Forwarded-Proto", "HTTPS"))).Item1.ShouldBe(200);
        (await Send(terminated, false, ("X-Forwarded-Proto", "https"))).ShouldBe((400, "You must use HTTPS"));
        (await Send(terminated, true)).ShouldBe((400, "You must use HTTPS"));
        (await Send(terminated, true, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http"))).ShouldBe((400, "Only one X-Forwarded-Proto header allowed"));
    }

    [Fact]
    public async Task A_code_is_exchanged_once_for_a_token_of_the_user()
    {
        var harness = Harness(Config());
        var asked = await Authorize(harness, "provision_key=prov&authenticated_userid=eve&client_id=app&response_type=code&scope=read&state=a%20b");
        asked.Status.ShouldBe(200);
        var redirect = Fields(asked)["redirect_uri"];
        redirect.ShouldMatch("^https://app.test/back\\?code=[A-Za-z0-9]{32}&state=a%20b&x=1$");
        var body = $"grant_type=authorization_code&client_id=app&client_secret=s3cret&code={Parameter(redirect, "code")}";
        (await Token(harness, body.Replace("client_id=app&client_secret=s3cret", "client_id=other&client_secret=o", StringComparison.Ordinal))).Body.ShouldContain("Invalid code");
        var given = Fields(await Token(harness, body));
        given.Keys.ShouldBe(["access_token", "expires_in", "refresh_token", "token_type"], ignoreOrder: true);
        (await Token(harness, body)).Body.ShouldContain("Invalid code");
        var used = await harness.SendAsync("/?access_token=" + given["access_token"]);
        used.Sent("X-Authenticated-UserId").ShouldBe("eve");
        used.Sent("X-Authenticated-Scope").ShouldBe("read");
    }

    [Fact]
    public async Task A_code_lasts_five_minutes()
    {
        var harness = Harness(Config());
        var code = Parameter(Fields(await Authorize(harness, "provision_key=prov&authenticated_userid=eve&client_id=app&response_type=code"))["redirect_uri"], "code");
        time.Advance(TimeSpan.FromSeconds(300));
        (await Token(harness, $"grant_type=authorization_code&client_id=app&client_secret=s3cret&code={code}")).Body.ShouldContain("Invalid code");
    }

    [Theory]
    [InlineData(Challenge, "S256", Verifier, null)]
    [InlineData(Challenge + "=", null, Verifier, null)]
    [InlineData(Challenge, "s256", null, "code_verifier is required for PKCE authorization requests")]
    [InlineData(Challenge, "S256", "short", "code_verifier must be between 43 and 128 characters")]
    [InlineData(Challenge, "S256", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXx", "Invalid code")]
    public async Task Public_clients_prove_that_the_code_is_theirs(string challenge, string? method, string? verifier, string? problem)
    {
        var harness = Harness(Config());
        var asked = await Authorize(harness, $"provision_key=prov&authenticated_userid=eve&client_id=phone&response_type=code&code_challenge={challenge}"
            + (method is null ? "" : "&code_challenge_method=" + method));
        var redirect = Fields(asked)["redirect_uri"];
        redirect.ShouldStartWith("app://back?code=");
        var given = await Token(harness, $"grant_type=authorization_code&client_id=phone&code={Parameter(redirect, "code")}" + (verifier is null ? "" : "&code_verifier=" + verifier));
        given.Status.ShouldBe(problem is null ? 200 : 400);
        if (problem is not null) Fields(given)["error_description"].ShouldBe(problem);
    }

    [Theory]
    [InlineData("client_id=app&response_type=code", "provision_key=no", "invalid_provision_key", "Invalid provision_key", null)]
    [InlineData("client_id=app&response_type=code", "provision_key=prov", "invalid_authenticated_userid", "Missing authenticated_userid parameter", null)]
    [InlineData("client_id=app&response_type=magic", null, "unsupported_response_type", "Invalid response_type", "https://app.test/back")]
    [InlineData("client_id=app&response_type=code&scope=all", null, "invalid_scope", "\"all\" is an invalid scope", "https://app.test/back")]
    [InlineData("client_id=none&response_type=code", null, "invalid_client", "Invalid client authentication", null)]
    [InlineData("client_id=app&response_type=code&redirect_uri=https%3A%2F%2Fevil.test", null, "invalid_request", "Invalid redirect_uri that does not match with any redirect_uri created with the application", "https://app.test/back")]
    [InlineData("client_id=app&response_type=code&code_challenge_method=S256", null, "invalid_request", "code_challenge is required when code_method is present", "https://app.test/back")]
    [InlineData("client_id=app&response_type=code&code_challenge=a&code_challenge_method=plain", null, "invalid_request", "code_challenge_method is not supported, must be S256", "https://app.test/back")]
    [InlineData("client_id=phone&response_type=code", null, "invalid_request", "code_challenge is required for public clients", "app://back")]
    public async Task What_is_wrong_with_an_authorization_is_told(string body, string? who, string error, string description, string? redirect)
    {
        var result = await Authorize(Harness(Config()), $"{who ?? "provision_key=prov&authenticated_userid=eve"}&{body}&state=s");
        result.Status.ShouldBe(400);
        var fields = Fields(result);
        if (redirect is null)
        {
            (fields["error"], fields["error_description"], fields["state"]).ShouldBe((error, description, "s"));
            return;
        }

        fields["redirect_uri"].ShouldStartWith(redirect);
        (Parameter(fields["redirect_uri"], "error"), Parameter(fields["redirect_uri"], "error_description"), Parameter(fields["redirect_uri"], "state")).ShouldBe((error, description, "s"));
    }

    [Fact]
    public async Task The_implicit_grant_puts_the_token_behind_the_hash()
    {
        var result = await Authorize(Harness(Config()), "provision_key=prov&authenticated_userid=eve&client_id=app&response_type=token&state=s&redirect_uri=https%3A%2F%2Fapp.test%2Fother");
        Fields(result)["redirect_uri"].ShouldMatch("^https://app.test/other#access_token=[A-Za-z0-9]{32}&expires_in=7200&state=s&token_type=bearer$");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refresh_token_gives_a_new_token(bool reuse)
    {
        var harness = Harness(Config() with { ReuseRefreshToken = reuse });
        var first = Fields(await Token(harness, "grant_type=password&client_id=app&client_secret=s3cret&provision_key=prov&authenticated_userid=eve&scope=read"));
        var body = $"grant_type=refresh_token&refresh_token={first["refresh_token"]}";
        Fields(await Token(harness, body, "other:o"))["error"].ShouldBe("invalid_client");
        var second = Fields(await Token(harness, body, "app:s3cret"));
        second["access_token"].ShouldNotBe(first["access_token"]);
        (second["refresh_token"] == first["refresh_token"]).ShouldBe(reuse);
        (await harness.SendAsync(headers: [("Authorization", "Bearer " + first["access_token"])])).Status.ShouldBe(401);
        var used = await harness.SendAsync(headers: [("Authorization", "Bearer " + second["access_token"])]);
        used.Sent("X-Authenticated-UserId").ShouldBe("eve");
        used.Sent("X-Authenticated-Scope").ShouldBe("read");
        (await Token(harness, body, "app:s3cret")).Status.ShouldBe(reuse ? 200 : 400);
    }

    [Theory]
    [InlineData(null, "invalid_request", "The access token is missing", "Bearer realm=\"r\"")]
    [InlineData("Bearer none", "invalid_token", "The access token is invalid or has expired", "Bearer realm=\"r\" error=\"invalid_token\" error_description=\"The access token is invalid or has expired\"")]
    [InlineData("none", "invalid_token", "The access token is invalid or has expired", "Bearer realm=\"r\" error=\"invalid_token\" error_description=\"The access token is invalid or has expired\"")]
    public async Task Requests_without_a_good_token_are_refused(string? authorization, string error, string description, string challenge)
    {
        var result = await Harness(Config() with { Realm = "r" }).SendAsync(headers: authorization is null ? null : [("Authorization", authorization)]);
        result.Status.ShouldBe(401);
        result.Header("Content-Type").ShouldBe("application/json; charset=utf-8");
        (Fields(result)["error"], Fields(result)["error_description"], result.Header("WWW-Authenticate")).ShouldBe((error, description, challenge));
    }

    [Theory]
    [InlineData("/oauth2/token", "token")]
    [InlineData("/a/oauth2/authorize/", "authorization")]
    public async Task The_endpoints_take_POST_only(string path, string endpoint)
    {
        var result = await Harness(Config()).SendAsync(path);
        result.Status.ShouldBe(405);
        Fields(result)["error_description"].ShouldBe($"The HTTP method GET is invalid for the {endpoint} endpoint");
    }

    [Fact]
    public async Task Tokens_are_good_for_their_service_only_unless_they_are_global()
    {
        const string ask = "grant_type=client_credentials&client_id=app&client_secret=s3cret";
        var here = Harness(Config());
        var there = new PluginHarness(Document, time, here.Shared) { Service = new ServiceConfig { Id = Guid.NewGuid(), Host = "there.test" } }.Use("oauth2", Config());
        var global = new PluginHarness(Document, time, here.Shared).Use("oauth2", Config() with { GlobalCredentials = true });
        var local = "Bearer " + Fields(await Token(here, ask))["access_token"];
        var everywhere = "Bearer " + Fields(await Token(global, ask))["access_token"];
        (await here.SendAsync(headers: [("Authorization", local)])).Status.ShouldBe(200);
        (await there.SendAsync(headers: [("Authorization", local)])).Body.ShouldContain("invalid or has expired");
        (await global.SendAsync(headers: [("Authorization", everywhere)])).Status.ShouldBe(200);
        (await here.SendAsync(headers: [("Authorization", everywhere)])).Body.ShouldContain("The access token is global");
    }

    [Fact]
    public async Task Tokens_survive_a_reload_and_go_with_their_client()
    {
        var harness = Harness(Config());
        var token = "Bearer " + Fields(await Token(harness, "grant_type=client_credentials&client_id=app&client_secret=s3cret"))["access_token"];
        var next = harness.Reload(Document, h => h.Use("oauth2", Config()));
        (await next.SendAsync(headers: [("Authorization", token)])).Status.ShouldBe(200);
        var without = next.Reload(TestDocuments.Of(["ann"], _ => []), h => h.Use("oauth2", Config()));
        (await without.SendAsync(headers: [("Authorization", token)])).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Tokens_of_the_file_count_until_they_are_refreshed()
    {
        var document = Document with
        {
            OAuth2Tokens = [new OAuth2Token { Id = Guid.NewGuid(), Credential = new Reference(TestDocuments.IdOf("app")), ExpiresIn = 0, AccessToken = "there", RefreshToken = "again", AuthenticatedUserid = "eve", Scope = "read" }],
        };
        var harness = new PluginHarness(document, time).Use("oauth2", Config() with { GlobalCredentials = true });
        time.Advance(TimeSpan.FromDays(900));
        (await harness.SendAsync(headers: [("Authorization", "Bearer there")])).Sent("X-Authenticated-UserId").ShouldBe("eve");
        var given = Fields(await Token(harness, "grant_type=refresh_token&refresh_token=again&client_id=app&client_secret=s3cret"));
        (await harness.SendAsync(headers: [("Authorization", "Bearer there")])).Status.ShouldBe(401);
        (await harness.SendAsync(headers: [("Authorization", "Bearer " + given["access_token"])])).Sent("X-Authenticated-UserId").ShouldBe("eve");
        (await Token(harness, "grant_type=refresh_token&refresh_token=again&client_id=app&client_secret=s3cret")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Hidden_tokens_do_not_go_upstream()
    {
        var harness = Harness(Config() with { HideCredentials = true });
        var token = Fields(await Token(harness, "grant_type=client_credentials&client_id=app&client_secret=s3cret"))["access_token"];
        (await harness.SendAsync(headers: [("Authorization", "Bearer " + token)])).Sent("Authorization").ShouldBeNull();
        (await harness.SendAsync($"/?a=1&access_token={token}")).Exchange.Upstream.Query.ShouldBe("?a=1");
        var posted = await harness.SendAsync("/", "POST", [Form], Encoding.UTF8.GetBytes($"access_token={token}&b=2"));
        posted.Status.ShouldBe(200);
        Encoding.UTF8.GetString(posted.Exchange.BufferedRequestBody!).ShouldBe("b=2");
    }

    [Fact]
    public async Task It_stands_beside_other_plugins()
    {
        var harness = new PluginHarness(Document, time).Use("oauth2", Config() with { Anonymous = "nobody" }).Use("key-auth", new KeyAuthConfig { Anonymous = "nobody" });
        (await harness.SendAsync(headers: [("X-Authenticated-UserId", "spoof")])).Sent("X-Authenticated-UserId").ShouldBeNull();
        (await harness.SendAsync()).Sent("X-Consumer-Username").ShouldBe("nobody");
        (await harness.SendAsync(headers: [("apikey", "key")])).Sent("X-Consumer-Username").ShouldBe("ann");
    }

    [Fact]
    public async Task Hashed_secrets_are_compared_as_Kong_does()
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = Rfc2898DeriveBytes.Pbkdf2("s3cret", salt, 1000, HashAlgorithmName.SHA512, 32);
        var hashed = $"$pbkdf2-sha512$i=1000,l=32${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(hash).TrimEnd('=')}";
        var document = TestDocuments.Of(["ann"], _ => [new OAuth2Credential { Name = "app", ClientId = "app", ClientSecret = hashed, HashSecret = true }]) with { Transform = false };
        var harness = new PluginHarness(document, time).Use("oauth2", Config());
        (await Token(harness, "grant_type=client_credentials&client_id=app&client_secret=s3cret")).Status.ShouldBe(200);
        (await Token(harness, "grant_type=client_credentials&client_id=app&client_secret=other")).Status.ShouldBe(400);
        HashedSecret.Matches("$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA", "s3cret").ShouldBeFalse();
        HashedSecret.Matches("$pbkdf2-sha512$i=999999999,l=32$c2FsdA$aGFzaA", "s3cret").ShouldBeFalse();
    }

    [Fact]
    public void The_memory_of_tokens_is_bounded()
    {
        var store = new TokenStore(capacity: 100);
        for (var i = 0; i < 1000; i++) store.Add(new IssuedToken(Guid.NewGuid(), Guid.Empty, null, "a" + i, "r" + i, null, null, i, 10, 100_000 + i), i);
        store.Count.ShouldBeLessThanOrEqualTo(100);
        store.FindByAccess("a999", 1000).ShouldNotBeNull();
        store.FindByRefresh("r999", 1000).ShouldNotBeNull();
        store.FindByRefresh("r0", 1000).ShouldBeNull();
        store.FindByAccess("a999", 100_999).ShouldBeNull();
    }

    [Theory]
    [InlineData("plugins: [{name: oauth2, config: {}}]")]
    [InlineData("plugins: [{name: oauth2, config: {enable_client_credentials: true, mandatory_scope: true}}]")]
    [InlineData("consumers: [{username: u, oauth2_credentials: [{name: a, redirect_uris: ['http://x.test#f']}]}]")]
    [InlineData("consumers: [{username: u, oauth2_credentials: [{name: a, redirect_uris: ['/path']}]}]")]
    [InlineData("oauth2_tokens: [{expires_in: 10, credential: {id: 8159efbc-17fd-5db1-9274-5ccfb156ea9f}}]")]
    public void Files_are_checked(string file) => Files.Problems("_format_version: '3.0'\n" + file).ShouldNotBeEmpty();

    [Fact]
    public void Tokens_stand_in_files() => Files.Problems("""
        _format_version: '3.0'
        consumers:
          - username: u
            oauth2_credentials:
              - {id: 8159efbc-17fd-5db1-9274-5ccfb156ea9f, name: a, redirect_uris: ['http://x.test'], oauth2_tokens: [{expires_in: 10, access_token: one}]}
        oauth2_tokens:
          - {expires_in: 10, access_token: two, credential: {id: 8159efbc-17fd-5db1-9274-5ccfb156ea9f}}
        """).ShouldBeEmpty();

    private static (string, string) Form => ("Content-Type", "application/x-www-form-urlencoded");

    private static OAuth2Config Config() => new()
    {
        Scopes = ["read", "write"],
        ProvisionKey = "prov",
        EnableAuthorizationCode = true,
        EnableClientCredentials = true,
        EnableImplicitGrant = true,
        EnablePasswordGrant = true,
    };

    private PluginHarness Harness(OAuth2Config config) => new PluginHarness(Document, time).Use("oauth2", config);

    private static Task<PluginResult> Token(PluginHarness harness, string body, string? basic = null) => harness.SendAsync("/oauth2/token", "POST",
        basic is null ? [Form] : [Form, ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(basic)))], Encoding.UTF8.GetBytes(body), e => e.Scheme = "https");

    private static Task<PluginResult> Authorize(PluginHarness harness, string body) =>
        harness.SendAsync("/oauth2/authorize", "POST", [Form], Encoding.UTF8.GetBytes(body), e => e.Scheme = "https");

    private static Dictionary<string, string> Fields(PluginResult result) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(result.Body)!.ToDictionary(f => f.Key, f => f.Value.ToString());

    private static string? Parameter(string uri, string name) =>
        uri[(uri.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Select(p => p.Split('=')).Where(p => p[0] == name).Select(p => Uri.UnescapeDataString(p[1])).FirstOrDefault();
}
