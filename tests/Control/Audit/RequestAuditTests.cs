using System.Text.Json;
using Sluice.Control.Audit;
using Sluice.Control.Identity;
using Sluice.Control.Tests.Identity;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Audit;

public sealed class RequestAuditTests
{
    [Fact]
    public async Task Every_write_is_entered_with_who_and_what()
    {
        await using var app = await AdminApp.StartAsync();
        await app.AddUserAsync("alice");
        using var alice = await app.SignInAsync("alice");
        (await alice.PostAsync("/api/v1/users", new { username = "bob", password = "a long password", role = "viewer" })).Status.ShouldBe(201);
        (await alice.SendAsync(HttpMethod.Patch, "/api/v1/users/bob", new { role = "operator" })).Status.ShouldBe(200);
        (await alice.SendAsync(HttpMethod.Delete, "/api/v1/users/bob")).Status.ShouldBe(204);
        (await alice.SendAsync(HttpMethod.Delete, "/api/v1/users/bob")).Status.ShouldBe(404);
        (await alice.GetAsync("/api/v1/users")).Status.ShouldBe(200);

        var entries = (await app.Audit.ListAsync(new AuditFilter(), 0, 100)).Entries.Reverse().ToList();
        entries.Select(e => $"{e.ActorKind}:{e.Actor} {e.Action} {e.Object} {e.Status} {e.Outcome} {e.Detail}".TrimEnd()).ShouldBe(
        [
            "anonymous:alice auth.login  200 success SignedIn",
            "user:alice users.create bob 201 success",
            "user:alice users.update bob 200 success role Operator",
            "user:alice users.delete bob 204 success",
            "user:alice users.delete bob 404 failure",
        ]);
        entries.ShouldAllBe(e => e.Address == "127.0.0.1" && e.RequestId.Length == 32);
        (await app.Audit.VerifyAsync()).BrokenAt.ShouldBeNull();
    }

    [Fact]
    public async Task Every_refusal_is_entered_and_a_flood_is_cut_short()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        using var viewer = app.Connect(await app.AddTokenAsync(Role.Viewer));
        (await viewer.PostAsync("/services", new { })).Status.ShouldBe(403);
        using var nobody = app.Connect();
        (await nobody.PostAsync("/api/v1/auth/login", new { username = "nobody", password = "my own password" })).Status.ShouldBe(401);
        var entries = (await app.Audit.ListAsync(new AuditFilter(), 0, 100)).Entries;
        entries.Select(e => $"{e.Action} {e.Detail} {e.Outcome}").ShouldBe(["auth.login Refused refused", "services.create NOT_ALLOWED refused"]);
        entries[0].Actor.ShouldBe("(unknown user)", "a password typed in the wrong field must not be entered");

        for (var i = 0; i < 150; i++) (await nobody.GetAsync("/services")).Status.ShouldBe(401);
        var flooded = (await app.Audit.ListAsync(new AuditFilter(), 0, 1)).Total;
        flooded.ShouldBe(100);
        app.Time.Move(TimeSpan.FromSeconds(1));
        (await nobody.GetAsync("/services")).Status.ShouldBe(401);
        (await app.Audit.ListAsync(new AuditFilter(), 0, 1)).Entries.Single().Detail.ShouldContain("52 more");
    }

    [Fact]
    public async Task A_write_that_cannot_be_entered_does_not_happen()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var app = await AdminApp.StartAsync(address: DatabaseAddress.Parse(await server.CreateDatabaseAsync()));
        using var client = app.Connect();
        (await client.PostAsync("/services", new { })).Status.ShouldBe(200);
        await server.KillAsync();
        (await client.PostAsync("/services", new { })).Status.ShouldBe(503);
        (await client.GetAsync("/status")).Status.ShouldBe(200);
        (await client.GetAsync("/health/live")).Status.ShouldBe(200);
        var (status, body) = await client.GetAsync("/api/v1/audit");
        status.ShouldBe(503);
        body.GetProperty("error").GetProperty("code").GetString().ShouldBe("STORE_UNAVAILABLE");
    }

    [Fact]
    public async Task Old_entries_go_once_a_day()
    {
        await using var app = await AdminApp.StartAsync();
        using var client = app.Connect();
        await client.PostAsync("/services", new { });
        app.Time.Move(TimeSpan.FromDays(31));
        await client.PostAsync("/services", new { });
        var entries = (await app.Audit.ListAsync(new AuditFilter(), 0, 10)).Entries;
        entries.Select(e => $"{e.Action} {e.Detail}".TrimEnd()).ShouldBe(["audit.prune 2 older than 30 days", "services.create"]);
        (await app.Audit.VerifyAsync()).BrokenAt.ShouldBeNull();
    }

    [Theory]
    [InlineData("/consumers/alice/key-auth/the-key-itself", "/consumers/alice/key-auth/***")]
    [InlineData("/consumers/alice/jwt/8d257a85-2ac0-5869-b244-e2882409f85d", "/consumers/alice/jwt/8d257a85-2ac0-5869-b244-e2882409f85d")]
    [InlineData("/api/v1/tokens/slc_abcDEF-123_x", "/api/v1/tokens/slc_***")]
    [InlineData("/services/orders", "/services/orders")]
    public void Secrets_in_paths_are_masked(string path, string shown) => AuditedRequest.Mask(path).ShouldBe(shown);

    [Theory]
    [InlineData("POST", "/services", "services.create", "")]
    [InlineData("PATCH", "/services/orders", "services.update", "orders")]
    [InlineData("POST", "/services/orders/routes", "routes.create", "orders")]
    [InlineData("DELETE", "/upstreams/u/targets/t", "targets.delete", "t")]
    [InlineData("PUT", "/api/v1/config/routes/a", "routes.update", "a")]
    [InlineData("POST", "/api/v1/config/routes", "routes.create", "")]
    [InlineData("POST", "/api/v1/auth/totp/confirm", "auth.totp.confirm", "")]
    public void Actions_are_read_from_paths(string method, string path, string action, string about) => AuditedRequest.Read(method, path).ShouldBe((action, about));

    [Fact]
    public async Task The_log_is_listed_exported_and_checked()
    {
        await using var app = await AdminApp.StartAsync();
        using var client = app.Connect();
        await app.Audit.AppendAsync(new AuditEntry { Actor = "=cmd(\"x\")", Action = "a,b", Outcome = "success" });
        await client.PostAsync("/services", new { });

        var (_, list) = await client.GetAsync("/api/v1/audit?outcome=success&per_page=1");
        list.GetProperty("data").GetArrayLength().ShouldBe(1);
        list.GetProperty("data")[0].GetProperty("action").GetString().ShouldBe("services.create");
        list.GetProperty("meta").GetProperty("total").GetInt32().ShouldBe(2);

        var lines = (await client.Http.GetStringAsync(new Uri("/api/v1/audit/export", UriKind.Relative))).TrimEnd('\n').Split('\n');
        lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("action").GetString()).ShouldBe(["a,b", "services.create"]);
        var csv = (await client.Http.GetStringAsync(new Uri("/api/v1/audit/export?format=csv&text=cmd", UriKind.Relative))).TrimEnd().Split("\r\n");
        csv.Length.ShouldBe(2);
        csv[1].ShouldContain(",\"'=cmd(\"\"x\"\")\",", customMessage: "a spreadsheet must not run it");
        csv[1].ShouldContain(",\"a,b\",");

        var (_, verdict) = await client.GetAsync("/api/v1/audit/verify");
        verdict.GetProperty("data").GetProperty("whole").GetBoolean().ShouldBeTrue();

        foreach (var bad in (string[])["?page=0", "?page=x", "?per_page=5000", "?from=yesterday", "?outcome=good", "?actor=a&actor=b", "?text=%00", "?color=red", "/export?format=xml"])
            (await client.GetAsync("/api/v1/audit" + bad)).Status.ShouldBe(400, bad);
    }
}
