using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.KeyAuth;
using Sluice.Gateway.Plugins.Session;

namespace Sluice.Gateway.Tests.Plugins.Session;

public class SessionPluginTests
{
    private static readonly GatewayDocument Document = TestDocuments.Of(
        ["ann", "bob", "nobody"],
        c => c.Username is "nobody" ? [] : [new KeyAuthCredential { Id = TestDocuments.IdOf("key of " + c.Username), Key = c.Username + "-key" }]);

    private readonly ManualTime time = new();

    [Theory]
    [InlineData("cookie")]
    [InlineData("kong")]
    public async Task A_session_begins_with_the_first_good_credential_and_stands_for_it(string storage)
    {
        var harness = Harness(Config() with { Storage = storage });
        (await harness.SendAsync()).Header("Set-Cookie").ShouldBeNull();
        var first = await harness.SendAsync(headers: [("apikey", "ann-key")]);
        var cookie = first.Header("Set-Cookie").ShouldNotBeNull();
        cookie.ShouldEndWith("; Path=/; SameSite=Strict; Secure; HttpOnly");
        cookie.ShouldNotContain("ann");

        var second = await harness.SendAsync(headers: [("Cookie", $"a=b; {Value(cookie)}")]);
        second.Sent("X-Consumer-Username").ShouldBe("ann");
        second.Sent("X-Credential-Identifier").ShouldBe(TestDocuments.IdOf("key of ann").ToString());
        second.Sent("X-Anonymous-Consumer").ShouldBeNull();
        second.Header("Set-Cookie").ShouldBeNull();
    }

    [Fact]
    public async Task Attributes_are_as_configured()
    {
        var config = Config() with { CookieName = "sid", CookiePath = "/app", CookieSameSite = "Lax", CookieHttpOnly = false, CookieSecure = false, CookieDomain = "shop.test" };
        (await Begin(config)).ShouldMatch("^sid=[A-Za-z0-9_-]{100,}; Domain=shop.test; Path=/app; SameSite=Lax$");
        (await Begin(Config() with { CookieSameSite = "None", CookieSecure = false })).ShouldEndWith("; Path=/; SameSite=None; Secure; HttpOnly");
        (await Begin(Config() with { CookieSameSite = "Default", CookieSecure = false })).ShouldEndWith("; Path=/; HttpOnly");
    }

    [Fact]
    public async Task Every_changed_or_foreign_cookie_is_none()
    {
        var harness = Harness(Config());
        var value = Value(await Begin(harness));
        var name = value.IndexOf('=', StringComparison.Ordinal) + 1;
        for (var i = name; i < value.Length; i += 7)
        {
            var changed = value[..i] + (value[i] == 'A' ? 'B' : 'A') + value[(i + 1)..];
            (await harness.SendAsync(headers: [("Cookie", changed)])).Sent("X-Consumer-Username").ShouldBe("nobody", changed);
        }

        foreach (var bad in new[] { "session=", "session=x", "session=" + new string('A', 5000), value[..^4], value + "AAAA" })
            (await harness.SendAsync(headers: [("Cookie", bad)])).Sent("X-Consumer-Username").ShouldBe("nobody");
        (await Harness(Config() with { Secret = "another" }).SendAsync(headers: [("Cookie", value)])).Sent("X-Consumer-Username").ShouldBe("nobody");
        (await Harness(Config() with { Audience = "other" }).SendAsync(headers: [("Cookie", value)])).Sent("X-Consumer-Username").ShouldBe("nobody");
    }

    [Fact]
    public async Task The_lasting_cookie_is_no_good_as_the_other()
    {
        var harness = Harness(Config() with { Remember = true });
        var cookies = (await harness.SendAsync(headers: [("apikey", "ann-key")])).Exchange.Response.Headers.SetCookie;
        cookies.Count.ShouldBe(2);
        cookies[1]!.ShouldStartWith("remember=");
        cookies[1]!.ShouldEndWith("; Max-Age=604800");
        (await harness.SendAsync(headers: [("Cookie", Value(cookies[1]!).Replace("remember=", "session=", StringComparison.Ordinal))]))
            .Sent("X-Consumer-Username").ShouldBe("nobody");
    }

    [Theory]
    [InlineData("cookie")]
    [InlineData("kong")]
    public async Task The_lasting_cookie_brings_a_session_back(string storage)
    {
        var harness = Harness(Config() with { Remember = true, Storage = storage });
        var cookies = (await harness.SendAsync(headers: [("apikey", "ann-key")])).Exchange.Response.Headers.SetCookie;
        time.Advance(TimeSpan.FromDays(3));
        var back = await harness.SendAsync(headers: [("Cookie", $"{Value(cookies[0]!)}; {Value(cookies[1]!)}")]);
        back.Sent("X-Consumer-Username").ShouldBe("ann");
        back.Exchange.Response.Headers.SetCookie.Count.ShouldBe(2);
        (await harness.SendAsync(headers: [("Cookie", Value(back.Exchange.Response.Headers.SetCookie[0]!))])).Sent("X-Consumer-Username").ShouldBe("ann");
        time.Advance(TimeSpan.FromDays(8));
        (await harness.SendAsync(headers: [("Cookie", Value(cookies[1]!))])).Sent("X-Consumer-Username").ShouldBe("nobody");
    }

    [Fact]
    public async Task A_session_ends_when_it_is_not_used()
    {
        var harness = Harness(Config());
        var cookie = Value(await Begin(harness));
        time.Advance(TimeSpan.FromSeconds(900));
        var used = await harness.SendAsync(headers: [("Cookie", cookie)]);
        used.Sent("X-Consumer-Username").ShouldBe("ann");
        var touched = Value(used.Header("Set-Cookie").ShouldNotBeNull());
        time.Advance(TimeSpan.FromSeconds(1));
        (await harness.SendAsync(headers: [("Cookie", cookie)])).Sent("X-Consumer-Username").ShouldBe("nobody");
        (await harness.SendAsync(headers: [("Cookie", touched)])).Sent("X-Consumer-Username").ShouldBe("ann");
    }

    [Fact]
    public async Task A_session_is_renewed_in_its_last_quarter_and_ends_for_good_in_the_end()
    {
        var harness = Harness(Config() with { IdlingTimeout = 0, RollingTimeout = 100, AbsoluteTimeout = 250 });
        var cookie = Value(await Begin(harness));
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(75));
            (await harness.SendAsync(headers: [("Cookie", cookie)])).Header("Set-Cookie").ShouldBeNull();
            time.Advance(TimeSpan.FromSeconds(5));
            cookie = Value((await harness.SendAsync(headers: [("Cookie", cookie)])).Header("Set-Cookie").ShouldNotBeNull());
        }

        time.Advance(TimeSpan.FromSeconds(11));
        (await harness.SendAsync(headers: [("Cookie", cookie)])).Sent("X-Consumer-Username").ShouldBe("nobody");
    }

    [Fact]
    public async Task In_memory_an_old_id_is_good_for_a_moment_after_renewal()
    {
        var harness = Harness(Config() with { Storage = "kong", IdlingTimeout = 0, RollingTimeout = 100 });
        var cookie = Value(await Begin(harness));
        time.Advance(TimeSpan.FromSeconds(80));
        (await harness.SendAsync(headers: [("Cookie", cookie)])).Header("Set-Cookie").ShouldNotBeNull();
        (await harness.SendAsync(headers: [("Cookie", cookie)])).Sent("X-Consumer-Username").ShouldBe("ann");
        time.Advance(TimeSpan.FromSeconds(10));
        (await harness.SendAsync(headers: [("Cookie", cookie)])).Sent("X-Consumer-Username").ShouldBe("nobody");
    }

    [Theory]
    [InlineData("POST", "/?session_logout=1", null, true)]
    [InlineData("DELETE", "/?session_logout", null, true)]
    [InlineData("GET", "/?session_logout=1", null, false)]
    [InlineData("POST", "/", "session_logout=1", true)]
    [InlineData("POST", "/", "other=1", false)]
    [InlineData("POST", "/", "{\"session_logout\":true}", true)]
    [InlineData("POST", "/", "{\"session_logout\":false}", false)]
    public async Task Logging_out_ends_the_session(string method, string target, string? body, bool ends)
    {
        var harness = Harness(Config() with { Storage = "kong", ReadBodyForLogout = true });
        var cookie = Value(await Begin(harness));
        var type = body?.StartsWith('{') == true ? "application/json" : "application/x-www-form-urlencoded";
        var result = await harness.SendAsync(target, method, [("Cookie", cookie), ("Content-Type", type)],
            body is null ? null : Encoding.UTF8.GetBytes(body));
        if (ends)
        {
            result.Status.ShouldBe(200);
            result.Body.ShouldBe("");
            result.Header("Set-Cookie").ShouldBe("session=; Path=/; SameSite=Strict; Secure; HttpOnly; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0");
        }

        (await harness.SendAsync(headers: [("Cookie", cookie)])).Sent("X-Consumer-Username").ShouldBe(ends ? "nobody" : "ann");
    }

    [Fact]
    public async Task A_body_is_only_looked_into_where_that_is_asked_for()
    {
        var harness = Harness(Config());
        var result = await harness.SendAsync("/", "POST", [("Cookie", Value(await Begin(harness))), ("Content-Type", "application/x-www-form-urlencoded")], "session_logout=1"u8.ToArray());
        result.Body.ShouldBe("upstream");
        result.Exchange.BufferedRequestBody.ShouldBeNull();
    }

    [Fact]
    public async Task The_session_of_a_consumer_that_has_gone_is_ended()
    {
        var cookie = Value(await Begin(Harness(Config())));
        var harness = new PluginHarness(TestDocuments.Of(["nobody"], _ => []), time).Use("session", Config()).Use("key-auth", new KeyAuthConfig { Anonymous = "nobody" });
        var result = await harness.SendAsync(headers: [("Cookie", cookie)]);
        result.Sent("X-Consumer-Username").ShouldBe("nobody");
        result.Header("Set-Cookie")!.ShouldStartWith("session=; ");
    }

    [Fact]
    public async Task Another_credential_begins_a_session_of_its_own()
    {
        var harness = new PluginHarness(Document, time).Use("session", Config()).Use("key-auth", new KeyAuthConfig());
        var cookie = Value((await harness.SendAsync(headers: [("apikey", "ann-key")])).Header("Set-Cookie")!);
        (await harness.SendAsync(headers: [("Cookie", cookie)])).Status.ShouldBe(401);
        var other = Value((await harness.SendAsync(headers: [("Cookie", cookie), ("apikey", "bob-key")])).Header("Set-Cookie").ShouldNotBeNull());
        (await Harness(Config()).SendAsync(headers: [("Cookie", other)])).Sent("X-Consumer-Username").ShouldBe("bob");
    }

    [Fact]
    public async Task Client_and_upstream_are_told_what_is_configured()
    {
        var harness = Harness(Config() with { RequestHeaders = ["id", "subject", "timeout", "rolling-timeout"], ResponseHeaders = ["audience", "idling-timeout"] });
        var first = await harness.SendAsync(headers: [("apikey", "ann-key"), ("Session-Id", "spoof")]);
        first.Header("Session-Audience").ShouldBe("default");
        first.Header("Session-Idling-Timeout").ShouldBe("900");
        time.Advance(TimeSpan.FromSeconds(30));
        var second = await harness.SendAsync(headers: [("Cookie", Value(first.Header("Set-Cookie")!))]);
        second.Sent("Session-Id")!.Length.ShouldBe(43);
        second.Sent("Session-Subject").ShouldBe("ann");
        second.Sent("Session-Timeout").ShouldBe("870");
        second.Sent("Session-Rolling-Timeout").ShouldBe("3570");
        second.Header("Session-Idling-Timeout").ShouldBe("870");
    }

    [Fact]
    public async Task Without_a_secret_sessions_survive_reloads_all_the_same()
    {
        var config = Config() with { Secret = null };
        var harness = Harness(config);
        var cookie = Value(await Begin(harness));
        var next = harness.Reload(Document, h => h.Use("session", config).Use("key-auth", new KeyAuthConfig { Anonymous = "nobody" }));
        (await next.SendAsync(headers: [("Cookie", cookie)])).Sent("X-Consumer-Username").ShouldBe("ann");
    }

    [Fact]
    public void The_memory_of_sessions_is_bounded()
    {
        var store = new SessionStore(capacity: 100);
        for (var i = 0; i < 1000; i++) store.Put(State(i), ends: 10_000 + i, now: i);
        store.Count.ShouldBeLessThanOrEqualTo(100);
        store.Find("999", 1000).ShouldNotBeNull();
        store.Find("999", 10_999).ShouldBeNull();
        store.Find("0", 1000).ShouldBeNull();

        static SessionState State(int i) => new($"{i}", "", "", Guid.Empty, Guid.Empty, 0, 0, 0, 0);
    }

    private static SessionConfig Config() => new() { Secret = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

    private static string Value(string cookie) => cookie.Split(';')[0];

    private static async Task<string> Begin(PluginHarness harness) =>
        (await harness.SendAsync(headers: [("apikey", "ann-key")])).Exchange.Response.Headers.SetCookie[0]!;

    private Task<string> Begin(SessionConfig config) => Begin(Harness(config));

    private PluginHarness Harness(SessionConfig config) =>
        new PluginHarness(Document, time).Use("session", config).Use("key-auth", new KeyAuthConfig { Anonymous = "nobody" });
}
