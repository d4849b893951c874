using Sluice.Control.Identity;

namespace Sluice.Control.Tests.Identity;

public sealed class AdminGuardTests
{
    [Fact]
    public async Task This_machine_is_let_in_until_somebody_has_an_account()
    {
        await using var app = await AdminApp.StartAsync();
        using var client = app.Connect();
        (await client.GetAsync("/services")).Status.ShouldBe(200);
        (await client.PostAsync("/services", new { })).Status.ShouldBe(200);
        await app.AddUserAsync();
        (await client.GetAsync("/services")).Status.ShouldBe(401);
        (await client.PostAsync("/services", new { })).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Nobody_else_is_let_in()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        using var client = app.Connect();
        foreach (var page in (string[])["/services", "/status", "/metrics", "/api/v1/users", "/api/v1/auth/me", "/nothing"])
            (await client.GetAsync(page)).Status.ShouldBe(401, page);
        (await client.GetAsync("/health/live")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task With_on_this_machine_is_like_any_other()
    {
        await using var app = await AdminApp.StartAsync(settings: new AdminGuardSettings { Access = AdminAccess.On });
        using var client = app.Connect();
        (await client.GetAsync("/services")).Status.ShouldBe(401);
        (await client.GetAsync("/status")).Status.ShouldBe(200, "the pages stay open here");
    }

    [Fact]
    public async Task With_off_everybody_is_let_in()
    {
        await using var app = await AdminApp.StartAsync(settings: new AdminGuardSettings { Access = AdminAccess.Off }, remote: true);
        using var client = app.Connect();
        (await client.PostAsync("/services", new { })).Status.ShouldBe(200);
        (await client.GetAsync("/api/v1/users")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_status_listener_has_its_pages_for_everybody_and_nothing_else()
    {
        await using var app = await AdminApp.StartAsync(remote: true, door: new AdminDoor(StatusOnly: true));
        using var client = app.Connect();
        foreach (var page in (string[])["/status", "/metrics", "/health/live"]) (await client.GetAsync(page)).Status.ShouldBe(200, page);
        foreach (var page in (string[])["/services", "/api/v1/users", "/api/v1/auth/me"]) (await client.GetAsync(page)).Status.ShouldBe(404, page);
        (await client.PostAsync("/api/v1/auth/login", new { })).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Via", "1.1 front")]
    public async Task What_a_proxy_on_this_machine_sends_on_is_not_local(string header, string value)
    {
        await using var app = await AdminApp.StartAsync();
        using var client = app.Connect();
        (await client.SendAsync(HttpMethod.Get, "/services", change: r => r.Headers.Add(header, value))).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1:8001", 200)]
    [InlineData("[::1]", 200)]
    [InlineData("Admin.Example.com", 200)]
    [InlineData("evil.example.com", 403)]
    [InlineData("localhost.evil.example.com", 403)]
    public async Task A_name_that_was_made_to_lead_here_is_refused(string host, int expected)
    {
        await using var app = await AdminApp.StartAsync(settings: new AdminGuardSettings { Hosts = ["admin.example.com"] });
        using var client = app.Connect();
        (await client.SendAsync(HttpMethod.Get, "/services", change: r =>
        {
            r.Headers.Host = host;
            r.Headers.Add("Accept-Encoding", "gzip, deflate");
        })).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task A_program_may_use_any_name()
    {
        await using var app = await AdminApp.StartAsync();
        using var client = app.Connect();
        (await client.SendAsync(HttpMethod.Get, "/services", change: r => r.Headers.Host = "gateway.internal")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_page_of_another_origin_changes_nothing()
    {
        await using var app = await AdminApp.StartAsync();
        using var client = app.Connect();
        foreach (var origin in (string[])["https://evil.example.com", "null", "http://127.0.0.1:1"])
            (await client.SendAsync(HttpMethod.Post, "/services", change: r => r.Headers.Add("Origin", origin))).Status.ShouldBe(403, origin);
        (await client.SendAsync(HttpMethod.Post, "/services", change: r => r.Headers.Add("Sec-Fetch-Site", "cross-site"))).Status.ShouldBe(403);
        (await client.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { username = "a", password = "b" }, r => r.Headers.Add("Origin", "https://evil.example.com"))).Status.ShouldBe(403);
        (await client.SendAsync(HttpMethod.Post, "/services", change: r => r.Headers.Add("Origin", app.Address.GetLeftPart(UriPartial.Authority)))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task With_off_a_browser_still_has_to_use_a_name_that_is_ours()
    {
        await using var app = await AdminApp.StartAsync(settings: new AdminGuardSettings { Access = AdminAccess.Off });
        using var client = app.Connect();
        (await client.SendAsync(HttpMethod.Post, "/services", change: r =>
        {
            r.Headers.Host = "evil.example.com";
            r.Headers.Add("Origin", "http://evil.example.com");
        })).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData(Role.Viewer, 200, 403, 403)]
    [InlineData(Role.Operator, 200, 200, 403)]
    [InlineData(Role.Admin, 200, 200, 200)]
    public async Task Roles_say_what_a_token_may_do(Role role, int read, int write, int administer)
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        using var client = app.Connect(await app.AddTokenAsync(role));
        (await client.GetAsync("/services")).Status.ShouldBe(read);
        (await client.PostAsync("/services", new { })).Status.ShouldBe(write);
        foreach (var path in (string[])["/api/v1/users", "/API/v1/Users", "/api/v1/%75sers", "/api/v1/tokens", "/api/v1/audit"])
            (await client.GetAsync(path)).Status.ShouldBe(administer, path);
        (await client.GetAsync("/status")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Kongs_header_carries_a_token_too()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        using var client = app.Connect();
        var token = await app.AddTokenAsync(Role.Viewer);
        (await client.SendAsync(HttpMethod.Get, "/services", change: r => r.Headers.Add("Kong-Admin-Token", token))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_token_that_is_wrong_expired_or_revoked_is_refused_even_from_this_machine()
    {
        await using var app = await AdminApp.StartAsync();
        var (token, secret) = await app.Accounts.Tokens.CreateAsync("ci", Role.Admin, [], TimeSpan.FromDays(1), "test");
        using var client = app.Connect(secret);
        (await client.GetAsync("/services")).Status.ShouldBe(200);
        app.Time.Move(TimeSpan.FromDays(1));
        (await client.GetAsync("/services")).Status.ShouldBe(401);
        using var revoked = app.Connect(await app.AddTokenAsync(Role.Admin));
        (await revoked.GetAsync("/services")).Status.ShouldBe(200);
        foreach (var each in await app.Accounts.Tokens.ListAsync()) await app.Accounts.Tokens.RevokeAsync(each.Id);
        (await revoked.GetAsync("/services")).Status.ShouldBe(401);
        foreach (var wrong in (string[])["slc_wrong", "x", new string('x', 5000)])
        {
            using var stranger = app.Connect(wrong);
            (await stranger.GetAsync("/services")).Status.ShouldBe(401);
        }
    }

    [Fact]
    public async Task Who_is_limited_to_a_tenant_comes_only_where_that_is_heeded()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        using var client = app.Connect(await app.AddTokenAsync(Role.Admin, "tenant:acme"));
        (await client.GetAsync("/api/v1/config/routes")).Body.GetString().ShouldBe("acme's");
        using var other = app.Connect(await app.AddTokenAsync(Role.Admin, "tenant:globex"));
        (await other.GetAsync("/api/v1/config/routes")).Body.GetString().ShouldBe("others'");
        foreach (var path in (string[])["/services", "/api/v1/users", "/api/v1/tokens", "/api/v1/audit"])
            (await client.GetAsync(path)).Status.ShouldBe(403, path);
        (await client.GetAsync("/api/v1/auth/me")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_refusal_says_so_in_the_form_of_its_api()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        using var client = app.Connect();
        var (_, kongs) = await client.GetAsync("/services");
        kongs.GetProperty("message").GetString()!.ShouldContain("API token");
        var (_, ours) = await client.GetAsync("/api/v1/users");
        ours.GetProperty("success").GetBoolean().ShouldBeFalse();
        ours.GetProperty("error").GetProperty("code").GetString().ShouldBe("AUTHENTICATION_REQUIRED");
        ours.GetProperty("meta").GetProperty("version").GetString().ShouldBe("v1");
        ours.GetProperty("meta").GetProperty("request_id").GetString()!.ShouldMatch("^[0-9a-f]{32}$");
    }
}
