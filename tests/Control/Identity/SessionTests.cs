using Sluice.Control.Identity;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Tests.Identity;

public sealed class SessionTests
{
    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_user_signs_in_works_and_signs_out(DatabaseKind kind)
    {
        await using var app = await AdminApp.StartAsync(kind, remote: true);
        await app.AddUserAsync("alice", Role.Operator);
        using var browser = await app.SignInAsync("ALICE");
        var (_, me) = await browser.GetAsync("/api/v1/auth/me");
        me.GetProperty("data").GetProperty("name").GetString().ShouldBe("alice");
        me.GetProperty("data").GetProperty("role").GetString().ShouldBe("operator");
        (await browser.PostAsync("/services", new { })).Status.ShouldBe(200);
        (await browser.GetAsync("/api/v1/users")).Status.ShouldBe(403);
        (await browser.PostAsync("/api/v1/auth/logout", new { })).Status.ShouldBe(200);
        (await browser.GetAsync("/services")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task The_cookie_is_kept_from_scripts_and_other_sites()
    {
        await using var app = await AdminApp.StartAsync();
        await app.AddUserAsync();
        using var client = app.Connect();
        using var response = await client.Http.PostAsync("/api/v1/auth/login", System.Net.Http.Json.JsonContent.Create(new { username = "alice", password = AdminApp.Password }));
        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        foreach (var part in (string[])["httponly", "samesite=strict", "path=/"]) cookie.ShouldContain(part);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task A_change_needs_the_token_that_only_the_own_page_can_read()
    {
        await using var app = await AdminApp.StartAsync();
        await app.AddUserAsync();
        using var browser = await app.SignInAsync();
        browser.Http.DefaultRequestHeaders.Remove("X-Sluice-CSRF");
        (await browser.PostAsync("/services", new { })).Status.ShouldBe(403);
        (await browser.SendAsync(HttpMethod.Post, "/services", change: r => r.Headers.Add("X-Sluice-CSRF", new string('0', 64)))).Status.ShouldBe(403);
        (await browser.GetAsync("/services")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_session_ends_when_idle_and_after_its_lifetime()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        await app.AddUserAsync();
        using var idle = await app.SignInAsync();
        app.Time.Move(TimeSpan.FromMinutes(59));
        (await idle.GetAsync("/services")).Status.ShouldBe(200);
        app.Time.Move(TimeSpan.FromMinutes(61));
        (await idle.GetAsync("/services")).Status.ShouldBe(401);

        using var busy = await app.SignInAsync();
        for (var i = 0; i < 23; i++)
        {
            app.Time.Move(TimeSpan.FromMinutes(31));
            (await busy.GetAsync("/services")).Status.ShouldBe(200);
        }
        app.Time.Move(TimeSpan.FromMinutes(31));
        (await busy.GetAsync("/services")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_new_password_ends_the_sessions_elsewhere()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        await app.AddUserAsync();
        using var here = await app.SignInAsync();
        using var elsewhere = await app.SignInAsync();
        var (status, body) = await here.PostAsync("/api/v1/auth/password", new { password = AdminApp.Password, new_password = "another good password" });
        status.ShouldBe(200, body.GetRawText());
        (await here.GetAsync("/services")).Status.ShouldBe(200);
        (await elsewhere.GetAsync("/services")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_user_who_is_disabled_or_loses_a_role_notices_at_once()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        await app.AddUserAsync("root");
        await app.AddUserAsync("bob", Role.Operator);
        using var root = await app.SignInAsync("root");
        using var bob = await app.SignInAsync("bob");
        (await root.SendAsync(HttpMethod.Patch, "/api/v1/users/bob", new { role = "viewer" })).Status.ShouldBe(200);
        (await bob.PostAsync("/services", new { })).Status.ShouldBe(403);
        (await root.SendAsync(HttpMethod.Patch, "/api/v1/users/bob", new { disabled = true })).Status.ShouldBe(200);
        (await bob.GetAsync("/services")).Status.ShouldBe(401);
        (await root.SendAsync(HttpMethod.Patch, "/api/v1/users/bob", new { disabled = false })).Status.ShouldBe(200);
        using var again = await app.SignInAsync("bob");
        (await root.SendAsync(HttpMethod.Delete, "/api/v1/users/bob/sessions")).Status.ShouldBe(204);
        (await again.GetAsync("/services")).Status.ShouldBe(401);
    }
}
