using System.Text.Json;
using Dapper;
using Sluice.Control.Audit;
using Sluice.Control.Identity;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Identity;

/// <summary>Uses everything that takes or gives a secret, and looks for the secrets where they must not be.</summary>
public sealed class SecretsTests
{
    [Fact]
    public async Task No_secret_is_logged_audited_told_in_an_error_or_stored_as_it_is()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Sqlite);
        await using var app = await AdminApp.StartAsync(address: address);
        var secrets = new List<string> { AdminApp.Password, "hunter2-hunter2", "next good password", "wrong-wrong-wrong", "slc_notatoken", "setup-guess-1" };
        var errors = new List<string>();

        using var client = app.Connect();
        var setup = (await app.Accounts.CreateSetupTokenAsync())!;
        secrets.Add(setup);
        Note(await client.PostAsync("/api/v1/auth/setup", new { token = "setup-guess-1", username = "root", password = AdminApp.Password }));
        Note(await client.PostAsync("/api/v1/auth/setup", new { token = setup, username = "root", password = AdminApp.Password }));
        Note(await client.PostAsync("/api/v1/auth/login", new { username = "root", password = "wrong-wrong-wrong" }));
        Note(await client.PostAsync("/api/v1/auth/login", new { username = "hunter2-hunter2", password = "wrong-wrong-wrong" }));
        using var root = await app.SignInAsync("root");
        var me = (await root.GetAsync("/api/v1/auth/me")).Body.GetProperty("data");
        secrets.Add(me.GetProperty("csrf_token").GetString()!);
        Note(await root.PostAsync("/api/v1/users", new { username = "bob", password = "hunter2-hunter2", role = "nothing" }));
        Note(await root.PostAsync("/api/v1/users", new { username = "bob", password = "hunter2-hunter2", role = "viewer" }));
        Note(await root.PostAsync("/api/v1/users", new { username = "bob", password = "hunter2-hunter2", role = "viewer" }));
        Note(await root.SendAsync(HttpMethod.Patch, "/api/v1/users/bob", new { password = "next good password" }));
        var (_, token) = await root.PostAsync("/api/v1/tokens", new { name = "ci", role = "admin" });
        secrets.Add(token.GetProperty("data").GetProperty("token").GetString()!);
        using (var ci = app.Connect(secrets[^1])) Note(await ci.PostAsync("/nothing", new { }));
        using (var stranger = app.Connect("slc_notatoken")) Note(await stranger.GetAsync("/services"));
        Note(await root.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{secrets[^1]}"));
        var (_, enrolled) = await root.PostAsync("/api/v1/auth/totp", new { password = AdminApp.Password });
        var key = enrolled.GetProperty("data").GetProperty("secret").GetString()!;
        var (_, confirmed) = await root.PostAsync("/api/v1/auth/totp/confirm", new { code = TimeBasedCodes.Code(key, app.Time.GetUtcNow()) });
        secrets.AddRange(confirmed.GetProperty("data").GetProperty("recovery_codes").EnumerateArray().Select(c => c.GetString()!));
        Note(await root.PostAsync("/api/v1/auth/totp/remove", new { password = "wrong-wrong-wrong" }));
        Note(await root.SendAsync(HttpMethod.Post, "/api/v1/auth/password", new { password = AdminApp.Password, new_password = "x", more = "hunter2-hunter2" }));

        var audited = new List<string>();
        await foreach (var entry in app.Audit.ReadAsync(new AuditFilter())) audited.Add(JsonSerializer.Serialize(entry));
        audited.Count.ShouldBeGreaterThan(10);
        app.Logs.Text.ShouldNotBeEmpty();
        await using var database = new Database(address);
        var stored = new List<string>();
        foreach (var table in (string[])["users", "sessions", "api_tokens", "setup_links", "audit"])
            foreach (IDictionary<string, object> row in await database.ReadAsync(c => c.QueryAsync($"SELECT * FROM {table}")))
                stored.Add(string.Join(' ', row.Values.Select(v => v is byte[] bytes ? Convert.ToHexString(bytes) : v?.ToString())));

        foreach (var secret in secrets)
        {
            string.Join('\n', audited).ShouldNotContain(secret, customMessage: "audit log");
            app.Logs.Text.ShouldNotContain(secret, customMessage: "log");
            string.Join('\n', stored).ShouldNotContain(secret, customMessage: "database");
            // A name that nobody has is told back to who typed it, and to nobody else.
            string.Join('\n', errors).ShouldNotContain(secret, customMessage: "errors");
        }
        // The authenticator's key has to be stored; it must be nowhere else.
        string.Join('\n', audited).ShouldNotContain(key);
        app.Logs.Text.ShouldNotContain(key);

        void Note((int Status, JsonElement Body) answer)
        {
            if (answer.Status >= 400) errors.Add(answer.Body.GetRawText());
        }
    }
}
