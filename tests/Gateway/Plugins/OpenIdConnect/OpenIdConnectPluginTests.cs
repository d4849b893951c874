using System.Text;
using System.Text.Json;
using Sluice.Gateway.Plugins.IdentityProviders;
using Sluice.Gateway.Plugins.OpenIdConnect;
using Sluice.Gateway.Telemetry;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.OpenIdConnect;

/// <summary>Against npm's oidc-provider, with its own clock: the tests' stands at the true time.</summary>
public sealed class OpenIdConnectPluginTests(OpenIdProviderFixture fixture) : IClassFixture<OpenIdProviderFixture>
{
    private const string Resource = "https://orders.test";

    [Fact]
    public async Task A_browser_logs_in_and_is_known_by_its_session()
    {
        var gateway = Harness(WithLogin() with { ConsumerClaim = ["sub"], UpstreamHeadersClaims = ["sub"], UpstreamHeadersNames = ["X-User"], SessionSecret = "s" });
        using var browser = new Browser(gateway);
        var back = await browser.LogInAsync("/orders?page=2");
        back.Status.ShouldBe(302);
        back.Header("Location").ShouldBe("/orders?page=2");
        browser.Cookies.ShouldContainKey("session");
        browser.Cookies.ShouldNotContainKey("authorization");

        var page = await browser.GetAsync("/orders?page=2");
        page.Status.ShouldBe(200);
        page.Sent("X-Consumer-Username").ShouldBe("ann");
        page.Sent("X-User").ShouldBe("ann");
        page.Sent("Authorization")!.ShouldStartWith("Bearer ");
        page.Sent("Cookie").ShouldBeNull();
    }

    [Fact]
    public async Task A_login_is_asked_for_with_a_proof_key_a_state_and_a_nonce()
    {
        var asked = await Harness(WithLogin()).SendAsync("/orders");
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(asked.Header("Location")!).Query);
        query["response_type"].ShouldBe("code");
        query["code_challenge_method"].ShouldBe("S256");
        query["code_challenge"]!.Length.ShouldBe(43);
        query["state"]!.Length.ShouldBe(43);
        query["nonce"]!.Length.ShouldBe(43);
        asked.Header("Set-Cookie")!.ShouldContain("HttpOnly");
        asked.Header("Cache-Control").ShouldBe("no-store");
    }

    [Fact]
    public async Task Somebody_elses_way_back_is_refused()
    {
        var gateway = Harness(WithLogin());
        using var victim = new Browser(gateway);
        using var attacker = new Browser(gateway);
        var theirs = await attacker.AtProviderAsync((await attacker.GetAsync("/")).Header("Location")!);
        (await victim.GetAsync("/")).Status.ShouldBe(302);
        (await victim.GetAsync(theirs)).Status.ShouldBe(401);
        victim.Cookies.ShouldNotContainKey("session");
    }

    [Fact]
    public async Task A_code_is_good_once()
    {
        var gateway = Harness(WithLogin());
        using var browser = new Browser(gateway);
        var way = await browser.AtProviderAsync((await browser.GetAsync("/")).Header("Location")!);
        var pending = browser.Cookies["authorization"];
        (await browser.GetAsync(way)).Status.ShouldBe(302);
        (await gateway.SendAsync(way, headers: [("Cookie", "authorization=" + pending)])).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("//evil.test/x")]
    [InlineData("/\\evil.test/x")]
    public async Task A_login_never_leads_to_another_host(string target)
    {
        using var browser = new Browser(Harness(WithLogin()));
        (await browser.LogInAsync(target)).Header("Location").ShouldBe("/evil.test/x");
    }

    [Fact]
    public async Task Who_cannot_log_in_is_refused_and_not_sent_away()
    {
        var result = await Harness(WithLogin()).SendAsync(method: "POST");
        result.Status.ShouldBe(401);
        result.Header("WWW-Authenticate").ShouldBe("Bearer realm=\"127.0.0.1\"");
    }

    [Fact]
    public async Task A_session_is_gone_on_with_by_its_refresh_token_once_for_all_who_ask_at_once()
    {
        var gateway = Harness(WithLogin() with { SessionIdlingTimeout = 0, UpstreamHeadersClaims = ["sub"], UpstreamHeadersNames = ["X-User"] });
        using var browser = new Browser(gateway);
        await browser.LogInAsync("/");
        var before = await browser.GetAsync("/");

        // The provider's clock goes on as always; its access tokens are good for 300 seconds, its ID tokens are found good by a leeway.
        gateway.Time.Advance(TimeSpan.FromSeconds(301));
        var old = browser.Cookies.Select(c => $"{c.Key}={c.Value}").ToArray();
        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => gateway.SendAsync(headers: [("Cookie", string.Join("; ", old))])));
        results.ShouldAllBe(r => r.Status == 200);
        results.Select(r => r.Sent("Authorization")).Distinct().Count().ShouldBe(1);
        results[0].Sent("Authorization").ShouldNotBe(before.Sent("Authorization"));
        results[0].Sent("X-User").ShouldBe("ann");
        results[0].Header("Set-Cookie")!.ShouldContain("session=");
    }

    [Fact]
    public async Task Logging_out_ends_the_session_here_and_at_the_provider()
    {
        var gateway = Harness(WithLogin() with { LogoutUriSuffix = "/logout", LogoutMethods = ["POST"], LogoutRedirectUri = ["http://gateway.test/bye"], LogoutRevoke = true });
        using var browser = new Browser(gateway);
        await browser.LogInAsync("/");
        var result = await browser.GetAsync("/logout", "POST");
        result.Status.ShouldBe(302);
        result.Header("Location")!.ShouldStartWith(fixture.Server.Issuer + "/session/end?client_id=gateway&id_token_hint=");
        result.Header("Location")!.ShouldEndWith("&post_logout_redirect_uri=http%3A%2F%2Fgateway.test%2Fbye");
        browser.Cookies.ShouldNotContainKey("session");
        (await browser.GetAsync("/")).Status.ShouldBe(302);
    }

    [Fact]
    public async Task Sessions_of_another_secret_and_damaged_ones_are_none()
    {
        using var browser = new Browser(Harness(WithLogin() with { SessionSecret = "one" }));
        await browser.LogInAsync("/");
        var cookie = browser.Cookies["session"];
        (await Harness(WithLogin() with { SessionSecret = "two" }).SendAsync(headers: [("Cookie", "session=" + cookie)])).Status.ShouldBe(302);
        (await Harness(WithLogin() with { SessionSecret = "one" }).SendAsync(headers: [("Cookie", "session=" + cookie[..^4] + "AAAA")])).Status.ShouldBe(302);
        (await Harness(WithLogin() with { SessionSecret = "one" }).SendAsync(headers: [("Cookie", "session=9." + cookie[2..])])).Status.ShouldBe(302);
    }

    [Fact]
    public async Task A_client_shows_its_secret_and_the_upstream_gets_its_token()
    {
        var gateway = Harness(Basics("client_credentials") with { Scopes = ["orders:read"], ScopesRequired = ["orders:read"], AudienceRequired = [Resource] });
        var result = await gateway.SendAsync(headers: [Basic("robot", "robot-secret")]);
        result.Status.ShouldBe(200);
        result.Sent("X-Credential-Identifier").ShouldBe("robot");
        var token = result.Sent("Authorization");
        token!.ShouldStartWith("Bearer ey");
        (await gateway.SendAsync(headers: [Basic("robot", "robot-secret")])).Sent("Authorization").ShouldBe(token);
        (await gateway.SendAsync(headers: [Basic("robot", "wrong")])).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_bearer_token_is_verified_by_the_providers_keys()
    {
        var token = await TokenAsync(Resource, "orders:read");
        var gateway = Harness(Basics("bearer") with { ScopesRequired = ["orders:write", "orders:read"], DownstreamHeadersClaims = ["client_id"], DownstreamHeadersNames = ["X-Client"] });
        for (var i = 0; i < 2; i++)
        {
            var result = await gateway.SendAsync(headers: [("Authorization", "Bearer " + token)]);
            result.Status.ShouldBe(200);
            result.Header("X-Client").ShouldBe("robot");
        }

        var parts = token.Split('.');
        var forged = parts[0] + "." + System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"iss":"{{fixture.Server.Issuer}}","scope":"orders:write"}""")) + "." + parts[2];
        var refused = await gateway.SendAsync(headers: [("Authorization", "Bearer " + forged)]);
        refused.Status.ShouldBe(401);
        refused.Header("WWW-Authenticate").ShouldBe("Bearer realm=\"127.0.0.1\", error=\"invalid_token\"");
        gateway.Time.Advance(TimeSpan.FromMinutes(20));
        (await gateway.SendAsync(headers: [("Authorization", "Bearer " + token)])).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("orders:write", 403)]
    [InlineData("orders:read orders:write", 403)]
    [InlineData("orders:read", 200)]
    public async Task Callers_without_what_is_required_are_forbidden(string required, int status)
    {
        var token = await TokenAsync(Resource, "orders:read");
        (await Harness(Basics("bearer") with { ScopesRequired = [required] }).SendAsync(headers: [("Authorization", "Bearer " + token)])).Status.ShouldBe(status);
        if (status == 200) (await Harness(Basics("bearer") with { ConsumerClaim = ["sub"] }).SendAsync(headers: [("Authorization", "Bearer " + token)])).Status.ShouldBe(403);
    }

    [Fact]
    public async Task The_provider_is_asked_about_opaque_tokens()
    {
        var token = await TokenAsync(null, null);
        token.ShouldNotContain(".");
        var gateway = Harness(Basics("introspection") with { CredentialClaim = ["client_id"] });
        var result = await gateway.SendAsync(headers: [("Authorization", "Bearer " + token)]);
        result.Status.ShouldBe(200);
        result.Sent("X-Credential-Identifier").ShouldBe("robot");
        (await gateway.SendAsync(headers: [("Authorization", "Bearer nonsense")])).Status.ShouldBe(401);
        (await Harness(Basics("bearer")).SendAsync(headers: [("Authorization", "Bearer " + token)])).Status.ShouldBe(401);
    }

    [Fact]
    public async Task What_clients_say_of_themselves_is_not_believed_and_credentials_can_be_hidden()
    {
        var token = await TokenAsync(Resource, "orders:read");
        var config = Basics("bearer") with { UpstreamHeadersClaims = ["name"], UpstreamHeadersNames = ["X-Name"], HideCredentials = true, UpstreamAccessTokenHeader = "" };
        var result = await Harness(config).SendAsync(headers: [("Authorization", "Bearer " + token), ("X-Name", "root")]);
        result.Status.ShouldBe(200);
        result.Sent("X-Name").ShouldBeNull();
        result.Sent("Authorization").ShouldBeNull();
    }

    [Fact]
    public async Task While_the_provider_is_away_callers_are_refused_and_it_is_not_asked_for_each()
    {
        var gateway = Harness(Basics("bearer") with { Issuer = "http://127.0.0.1:1" });
        var token = await TokenAsync(Resource, "orders:read");
        for (var i = 0; i < 3; i++) (await gateway.SendAsync(headers: [("Authorization", "Bearer " + token)])).Status.ShouldBe(503);
        var metrics = new PrometheusText();
        gateway.Shared.OfType<ProviderCalls>().ShouldHaveSingleItem().WriteTo(metrics, null!);
        metrics.ToString()!.ShouldContain("gateway_identity_provider_calls_total{server=\"127.0.0.1:1\",purpose=\"discovery\",outcome=\"failed\"} 1");
    }

    [Fact]
    public async Task The_anonymous_consumer_takes_the_place_of_a_login()
    {
        var result = await Harness(WithLogin() with { Anonymous = "ann" }).SendAsync();
        result.Status.ShouldBe(200);
        result.Sent("X-Anonymous-Consumer").ShouldBe("true");
    }

    private static (string, string) Basic(string name, string secret) => ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));

    private OpenIdConnectConfig Basics(params string[] methods)
    {
        Assert.SkipUnless(OpenIdProviderServer.IsPossible, "there are no node and npm here");
        return new OpenIdConnectConfig
        {
            Issuer = fixture.Server.Issuer,
            ClientId = ["gateway"],
            ClientSecret = ["gateway-secret"],
            AuthMethods = methods,
            TokenPostArgsNames = methods.Contains("client_credentials") ? ["resource"] : [],
            TokenPostArgsValues = methods.Contains("client_credentials") ? [Resource] : [],
            Leeway = 600,
        };
    }

    private OpenIdConnectConfig WithLogin() => Basics("authorization_code", "session") with { RedirectUri = ["http://gateway.test/callback"], Scopes = ["openid", "offline_access"] };

    private PluginHarness Harness(OpenIdConnectConfig config)
    {
        var time = new ManualTime();
        time.Set(TimeProvider.System.GetUtcNow());
        return new PluginHarness(TestDocuments.Of(["ann"], _ => []), time).Use("openid-connect", config);
    }

    /// <summary>A token of the client <c>robot</c>.</summary>
    private async Task<string> TokenAsync(string? resource, string? scope)
    {
        using var http = new HttpClient();
        Dictionary<string, string> form = new() { ["grant_type"] = "client_credentials" };
        if (resource is not null) form["resource"] = resource;
        if (scope is not null) form["scope"] = scope;
        using var request = new HttpRequestMessage(HttpMethod.Post, fixture.Server.Issuer + "/token") { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("robot:robot-secret"u8));
        using var answer = await http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(body);
        return JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString()!;
    }
}
