using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Secrets;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Reading;

/// <summary>References to secrets in documents, against a stand-in for the key-value store of a Vault.</summary>
public sealed class SecretsTests : IAsyncLifetime
{
    private readonly ManualTime time = new();
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-secrets-").FullName;
    private SecretStore secrets = null!;
    private StandInServer vault = null!;
    private string token = "root";
    private string password = "hunter2-hunter2";
    private int status = 200;

    public async ValueTask InitializeAsync()
    {
        secrets = new SecretStore(folder, time);
        vault = await StandInServer.StartAsync(AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        secrets.Dispose();
        await vault.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_key_of_a_KV_2_secret_is_asked_for_as_the_API_wants_it()
    {
        Host("{vault://my-vault/prod/db/host}").ShouldBe("db.internal");
        var request = vault.Requests.ShouldHaveSingleItem();
        (request.Method, request.Target, request["X-Vault-Token"], request["X-Vault-Namespace"], request["X-Vault-Request"]).ShouldBe(("GET", "/v1/kv/data/prod/db", "root", "team", "true"));
    }

    [Fact]
    public void A_path_is_asked_for_once_until_its_time_is_over()
    {
        Host("{vault://my-vault/prod/db/host}");
        Host("{vault://my-vault/prod/db/password}").ShouldBe(password);
        vault.Requests.Count.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(61));
        Host("{vault://my-vault/prod/db/host}");
        vault.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public void AppRole_logs_in_and_does_so_again_when_the_token_was_revoked()
    {
        const string approle = "auth_method: approle, approle_role_id: r, approle_secret_id: s";
        Host("{vault://my-vault/prod/db/host}", approle).ShouldBe("db.internal");
        vault.Requests.Select(r => $"{r.Method} {r.Target}").ShouldBe(["POST /v1/auth/approle/login", "GET /v1/kv/data/prod/db"]);
        JsonDocument.Parse(vault.Requests[0].Body).RootElement.GetRawText().ShouldBe("""{"role_id":"r","secret_id":"s"}""");
        vault.Requests[1]["X-Vault-Token"].ShouldBe("login-1");

        token = "login-3";
        time.Advance(TimeSpan.FromSeconds(61));
        Host("{vault://my-vault/prod/db/host}", approle).ShouldBe("db.internal");
        vault.Requests[^1]["X-Vault-Token"].ShouldBe("login-3");
    }

    [Fact]
    public void A_server_that_is_away_is_not_asked_for_each_reference_and_old_values_stay_in_use()
    {
        Host("{vault://my-vault/prod/db/host}");
        status = 503;
        time.Advance(TimeSpan.FromSeconds(61));
        Host("{vault://my-vault/prod/db/host}").ShouldBe("db.internal");
        Host("{vault://my-vault/prod/db/host}").ShouldBe("db.internal");
        vault.Requests.Count.ShouldBe(2);
        Problems("{vault://my-vault/other/x}").ShouldHaveSingleItem().ShouldEndWith("nothing is behind {vault://my-vault/other/x}: http://127.0.0.1:" + vault.Port + " answered 503 for kv/prod/db");
    }

    [Fact]
    public void What_is_not_there_is_a_problem_that_names_the_reference()
    {
        Problems("{vault://my-vault/prod/db/none}").ShouldHaveSingleItem().ShouldEndWith($"nothing is behind {{vault://my-vault/prod/db/none}}: http://127.0.0.1:{vault.Port} has no field 'none' at prod/db");
        Problems("{vault://my-vault/nowhere/x}").ShouldHaveSingleItem().ShouldEndWith($"http://127.0.0.1:{vault.Port} has nothing at kv/nowhere");
        Problems("{vault://vlt/x}").ShouldHaveSingleItem().ShouldEndWith("only the vaults env, file, hcv and the prefixes of declared vaults are known");
        token = "other";
        Problems("{vault://my-vault/denied/x}").ShouldHaveSingleItem().ShouldEndWith($"http://127.0.0.1:{vault.Port} does not permit reading kv/denied");
    }

    [Fact]
    public void No_problem_shows_a_secret()
    {
        password = "Pass word/%zz!";
        var problems = Problems("{vault://my-vault/prod/db/password}");
        problems.ShouldHaveSingleItem().ShouldContain("{vault://my-vault/prod/db/password}");
        string.Concat(problems).ShouldNotContain("/%zz!");
        Problems("x", "name: '{vault://my-vault/prod/db/password}'").ShouldAllBe(p => !p.Contains("/%zz!", StringComparison.Ordinal));
    }

    [Fact]
    public void The_document_knows_which_values_came_from_references()
    {
        File.WriteAllText(Path.Combine(folder, "host"), "file.internal");
        var document = Read("{vault://file/host}").Document!;
        document.Services[0].Host.ShouldBe("file.internal");
        var secret = document.Secrets.ShouldHaveSingleItem();
        (secret.Reference.Text, secret.Value, secret.ToString()).ShouldBe(("{vault://file/host}", "file.internal", "{vault://file/host}"));
    }

    [Fact]
    public void Without_a_declared_vault_the_environment_says_where_it_is()
    {
        string? Variable(string name) => name switch
        {
            "KONG_VAULT_HCV_PORT" => $"{vault.Port}",
            "KONG_VAULT_HCV_MOUNT" => "kv",
            "KONG_VAULT_HCV_KV" => "v2",
            "KONG_VAULT_HCV_TOKEN" => "root",
            _ => null,
        };
        Files.Read("_format_version: '3.0'\nservices: [{name: s, host: '{vault://hcv/prod/db/host}'}]", new ReadOptions { Environment = Variable, Secrets = secrets })
            .Document!.Services[0].Host.ShouldBe("db.internal");
        Files.Problems("_format_version: '3.0'\nservices: [{name: s, host: '{vault://hcv/prod/db/host}'}]", Files.NoEnvironment with { Secrets = secrets })
            .ShouldHaveSingleItem().ShouldContain("KONG_VAULT_HCV_*: token: required field missing");
    }

    [Fact]
    public async Task A_changed_value_is_noticed_in_the_background()
    {
        File.WriteAllText(Path.Combine(folder, "host"), "one.internal");
        var inUse = Read("{vault://file/host}").Document!.Secrets;
        var changes = 0;
        using var stop = new CancellationTokenSource();
        var watching = secrets.WatchAsync(() => inUse, () => Interlocked.Increment(ref changes), stop.Token);
        time.Advance(TimeSpan.FromSeconds(10));
        File.WriteAllText(Path.Combine(folder, "host"), "two.internal");
        await EventuallyAsync(() => changes == 1);
        for (var i = 0; i < 5; i++) time.Advance(TimeSpan.FromSeconds(2));

        inUse = Read("{vault://my-vault/prod/db/password}").Document!.Secrets;
        password = "rotated-rotated";
        time.Advance(TimeSpan.FromSeconds(60));
        await EventuallyAsync(() => changes == 2);
        await stop.CancelAsync();
        await watching;
    }

    private async Task EventuallyAsync(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        holds().ShouldBeTrue();
    }

    private string? Host(string reference, string auth = "token: root")
    {
        var result = Read(reference, auth: auth);
        result.Problems.ShouldBeEmpty();
        return result.Document!.Services[0].Host;
    }

    private string[] Problems(string host, string service = "name: s") => [.. Read(host, service).Problems.Where(p => p.Severity == Severity.Error).Select(p => p.ToString())];

    private ReadResult Read(string host, string service = "name: s", string auth = "token: root") => Files.Read($$"""
        _format_version: "3.0"
        vaults:
        - name: hcv
          prefix: my-vault
          config: {protocol: http, host: 127.0.0.1, port: {{vault.Port}}, mount: kv, kv: v2, namespace: team, {{auth}}}
        services:
        - {{service}}
          host: "{{host}}"
        """, Files.NoEnvironment with { Secrets = secrets });

    private async Task AnswerAsync(HttpContext http, StandInServer.Received request)
    {
        if (request.Target == "/v1/auth/approle/login")
        {
            token = token == "login-3" ? token : "login-1";
            await http.Response.WriteAsJsonAsync(new { auth = new { client_token = token, lease_duration = 3600 } });
            return;
        }

        http.Response.StatusCode = status != 200 ? status : request["X-Vault-Token"] != token ? 403 : request.Target == "/v1/kv/data/prod/db" ? 200 : 404;
        if (http.Response.StatusCode == 200)
            await http.Response.WriteAsJsonAsync(new { request_id = "x", data = new { data = new { host = "db.internal", password }, metadata = new { version = 3 } } });
    }
}
