using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.Identity;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Identity;

public sealed class AccountsTests
{
    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Five_wrong_passwords_lock_an_account_for_five_minutes_also_side_by_side(DatabaseKind kind)
    {
        await using var app = await AdminApp.StartAsync(kind);
        await app.AddUserAsync();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => app.Accounts.SignInAsync("alice", "wrong", null, default))));
        (await app.Accounts.SignInAsync("alice", AdminApp.Password, null, default)).Outcome.ShouldBe(SignInOutcome.Refused);
        app.Time.Move(TimeSpan.FromMinutes(5));
        (await app.Accounts.SignInAsync("alice", AdminApp.Password, null, default)).Outcome.ShouldBe(SignInOutcome.SignedIn);
        for (var i = 0; i < 4; i++) await app.Accounts.SignInAsync("alice", "wrong", null, default);
        (await app.Accounts.SignInAsync("alice", AdminApp.Password, null, default)).Outcome.ShouldBe(SignInOutcome.SignedIn);
        await app.Accounts.SignInAsync("alice", "wrong", null, default);
        (await app.Accounts.SignInAsync("alice", AdminApp.Password, null, default)).Outcome.ShouldBe(SignInOutcome.SignedIn, "signing in has set the count back");
    }

    [Fact]
    public async Task A_password_of_older_days_is_stored_anew_when_its_user_signs_in()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        using (var old = new Accounts(database, TimeProvider.System, NullLoggerFactory.Instance, iterations: 1000))
            await old.CreateUserAsync("alice", AdminApp.Password, Role.Admin, []);
        var before = await HashAsync();
        using var now = new Accounts(database, TimeProvider.System, NullLoggerFactory.Instance);
        (await now.SignInAsync("alice", AdminApp.Password, null, default)).Outcome.ShouldBe(SignInOutcome.SignedIn);
        var after = await HashAsync();
        after.ShouldNotBe(before);
        // The format of ASP.NET Core Identity: version 1, then PBKDF2's function (2 is HMAC-SHA-512) and its iterations.
        var bytes = Convert.FromBase64String(after);
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)).ShouldBe(2);
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(5)).ShouldBe(Users.Iterations);
        (await now.SignInAsync("alice", AdminApp.Password, null, default)).Outcome.ShouldBe(SignInOutcome.SignedIn);

        async Task<string> HashAsync() => (await database.ReadAsync(c => c.ExecuteScalarAsync<string>("SELECT password_hash FROM users")))!;
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Names_are_the_same_in_any_case_and_taken_once(DatabaseKind kind)
    {
        await using var app = await AdminApp.StartAsync(kind);
        await app.AddUserAsync("Alice");
        (await app.Accounts.CreateUserAsync("ALICE", AdminApp.Password, Role.Viewer, [])).User.ShouldBeNull();
        (await app.Accounts.FindUserAsync("alice"))!.Name.ShouldBe("Alice");
    }

    [Theory]
    [InlineData("short")]
    [InlineData("          ")]
    [InlineData("alice-2026-x")]
    public async Task A_weak_password_is_refused(string password)
    {
        await using var app = await AdminApp.StartAsync();
        var (user, problems) = await app.Accounts.CreateUserAsync("alice", password, Role.Admin, []);
        user.ShouldBeNull();
        problems.ShouldHaveSingleItem();
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task The_set_up_link_makes_the_first_administrator_and_no_other(DatabaseKind kind)
    {
        await using var app = await AdminApp.StartAsync(kind, remote: true);
        using var client = app.Connect();
        var first = (await app.Accounts.CreateSetupTokenAsync())!;
        var second = (await app.Accounts.CreateSetupTokenAsync())!;
        (await Setup("wrong", "root")).ShouldBe(403);
        (await Setup(first, "root", "short")).ShouldBe(400);
        app.Time.Move(TimeSpan.FromMinutes(59));
        (await Setup(first, "root")).ShouldBe(201);
        (await Setup(first, "root2")).ShouldBe(403);
        (await Setup(second, "root2")).ShouldBe(403, "there is somebody now");
        (await app.Accounts.CreateSetupTokenAsync()).ShouldBeNull();
        (await app.Accounts.FindUserAsync("root"))!.Role.ShouldBe(Role.Admin);
        (await client.GetAsync("/api/v1/users")).Status.ShouldBe(200, "setting up signs in");

        async Task<int> Setup(string token, string username, string password = AdminApp.Password) =>
            (await client.PostAsync("/api/v1/auth/setup", new { token, username, password })).Status;
    }

    [Fact]
    public async Task A_set_up_link_expires()
    {
        await using var app = await AdminApp.StartAsync(remote: true);
        using var client = app.Connect();
        var token = await app.Accounts.CreateSetupTokenAsync();
        app.Time.Move(TimeSpan.FromHours(1));
        (await client.PostAsync("/api/v1/auth/setup", new { token, username = "root", password = AdminApp.Password })).Status.ShouldBe(403);
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        await using var app = await AdminApp.StartAsync();
        await app.AddUserAsync("root");
        using var root = await app.SignInAsync("root");
        foreach (var change in (object[])[new { role = "operator" }, new { disabled = true }, new { scopes = new[] { "tenant:acme" } }])
            (await root.SendAsync(HttpMethod.Patch, "/api/v1/users/root", change)).Status.ShouldBe(409);
        (await root.SendAsync(HttpMethod.Delete, "/api/v1/users/root")).Status.ShouldBe(409);
        await app.AddUserAsync("other");
        (await root.SendAsync(HttpMethod.Delete, "/api/v1/users/root")).Status.ShouldBe(204);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Tokens_are_made_listed_and_revoked(DatabaseKind kind)
    {
        await using var app = await AdminApp.StartAsync(kind);
        using var client = app.Connect();
        var (status, made) = await client.PostAsync("/api/v1/tokens", new { name = "ci", role = "operator", scopes = new[] { "tenant:acme" }, expires_in = 3600 });
        status.ShouldBe(201);
        var secret = made.GetProperty("data").GetProperty("token").GetString()!;
        secret.ShouldMatch("^slc_[A-Za-z0-9_-]{43}$");
        (await client.PostAsync("/api/v1/tokens", new { name = "ci", role = "viewer" })).Status.ShouldBe(409);
        using (var user = app.Connect(secret)) (await user.GetAsync("/api/v1/auth/me")).Body.GetProperty("data").GetProperty("scopes")[0].GetString().ShouldBe("tenant:acme");
        var (_, list) = await client.GetAsync("/api/v1/tokens");
        var token = list.GetProperty("data")[0];
        token.GetProperty("hint").GetString().ShouldBe(secret[..8]);
        token.TryGetProperty("used_at", out _).ShouldBeTrue();
        list.GetRawText().ShouldNotContain(secret);
        (await client.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{token.GetProperty("id").GetString()}")).Status.ShouldBe(204);
        (await client.SendAsync(HttpMethod.Delete, "/api/v1/tokens/ci")).Status.ShouldBe(404);
    }
}
