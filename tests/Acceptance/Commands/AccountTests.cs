using System.Diagnostics;
using System.Net;
using Sluice.Acceptance.Harness;
using Sluice.Acceptance.Run;

namespace Sluice.Acceptance.Commands;

public sealed class AccountTests : IDisposable
{
    private const int NoUpstream = 9;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_token_made_at_the_command_line_opens_the_listener_and_revoking_it_closes_it()
    {
        var data = Path.Combine(folder.Root, "data");
        var made = await SluiceProcess.RunAsync("token", "create", "ci", "--role", "operator", "--expires", "90", "--data", data);
        made.ExitCode.ShouldBe(0, made.Errors);
        var token = made.Output.Trim();
        token.ShouldStartWith("slc_");
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(NoUpstream)), "--data", data, "--admin-auth", "on");
        using var client = new HttpClient { BaseAddress = sluice.Admin };
        (await client.GetAsync("/api/v1/auth/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await client.GetAsync("/status")).StatusCode.ShouldBe(HttpStatusCode.OK);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        (await client.GetStringAsync("/api/v1/auth/me")).ShouldContain("\"operator\"");
        (await client.GetAsync("/api/v1/users")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.GetStringAsync("/api/v1/nodes")).ShouldContain("\"self\":true");
        var node = File.ReadAllText(Path.Combine(data, "node-id")).Trim();
        (await client.GetStringAsync("/api/v1/nodes")).ShouldContain($"\"{node}\"");
        (await client.GetStringAsync("/")).ShouldContain($"\"node_id\":\"{node}\"");

        using var service = new StringContent("""{"name":"orders","url":"http://127.0.0.1:9"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        var answer = await client.PostAsync("/services", service);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        (await client.GetStringAsync("/api/v1/config/releases")).ShouldContain("\"author\":\"ci\"");
        var admin = (await SluiceProcess.RunAsync("token", "create", "boss", "--role", "admin", "--data", data)).Output.Trim();
        client.DefaultRequestHeaders.Authorization = new("Bearer", admin);
        (await client.GetStringAsync("/api/v1/audit?action=services.create")).ShouldContain("\"detail\":\"release ");
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);

        (await SluiceProcess.RunAsync("token", "list", "--data", data)).Output.ShouldContain(token[..8]);
        (await SluiceProcess.RunAsync("token", "revoke", "ci", "--data", data)).ExitCode.ShouldBe(0);
        (await client.GetAsync("/api/v1/auth/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SluiceProcess.RunAsync("token", "revoke", "ci", "--data", data)).ExitCode.ShouldBe(2);
        (sluice.Output + sluice.Errors).ShouldNotContain(token);
    }

    [Fact]
    public async Task A_listener_that_others_reach_prints_a_link_for_the_first_administrator()
    {
        var file = folder.Write("kong.yml", Configurations.OneRoute(NoUpstream));
        await using var sluice = await SluiceProcess.StartAsync(["run", "--config", file, "--proxy", "127.0.0.1:0", "--admin", "0.0.0.0:0", "--loops", "1"]);
        var link = sluice.Output.Split('\n').Single(l => l.Contains("/setup?token=", StringComparison.Ordinal)).Split(' ').Single(w => w.Contains("/setup", StringComparison.Ordinal));
        var token = new Uri(link).Query["?token=".Length..];
        using var client = new HttpClient { BaseAddress = new UriBuilder(link) { Host = "127.0.0.1", Path = "/", Query = "" }.Uri };
        (await client.GetStringAsync("/setup")).ShouldContain("First administrator");
        using var body = new StringContent($$"""{"token":"{{token}}","username":"root","password":"a long enough one"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        (await client.PostAsync("/api/v1/auth/setup", body)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await client.GetStringAsync("/api/v1/auth/me")).ShouldContain("\"root\"");
    }

    [Fact]
    public async Task Users_are_listed_and_wrong_words_are_explained()
    {
        var data = Path.Combine(folder.Root, "data");
        (await AddAsync(data, "alice", "a long enough one")).ShouldBe((0, "alice may sign in as operator\n"));
        (await AddAsync(data, "bob", "short")).Code.ShouldBe(2);
        var list = await SluiceProcess.RunAsync("user", "list", "--data", data);
        list.Output.ShouldContain("alice");
        list.Output.ShouldNotContain("bob");
        var wrong = await SluiceProcess.RunAsync("token", "create", "ci", "--role", "boss", "--data", data);
        wrong.ExitCode.ShouldBe(2);
        wrong.Errors.ShouldContain("viewer, operator or admin");
        (await SluiceProcess.RunAsync("token", "create", "ci", "--role", "admin", "--scope", "acme", "--data", data)).Errors.ShouldContain("tenant:NAME");
        (await SluiceProcess.RunAsync("token", "create", "ci", "--role", "admin", "--database", "nonsense")).ExitCode.ShouldBe(2);
    }

    /// <summary>The password comes through the input, where nobody else sees it.</summary>
    private static async Task<(int Code, string Output)> AddAsync(string data, string name, string password)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "sluice.dll"), "user", "add", name, "--role", "operator", "--data", data])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        await process.StandardInput.WriteLineAsync(password);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
