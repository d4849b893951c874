using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>Secrets that change while the program runs, endpoints that are found, and what the pages say of them.</summary>
public sealed class SecretsTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScriptedUpstream upstream = new("hello");

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_rotated_secret_takes_over_without_a_restart_and_no_page_shows_it()
    {
        folder.Write("secrets/alice", "first-first-first\n");
        folder.Write("endpoints.yaml", $"- 127.0.0.1:{upstream.Port}");
        var file = folder.Write("kong.yml", $$"""
            _format_version: "3.0"
            consumers:
            - username: alice
              keyauth_credentials: [{key: "{vault://file/alice}"}]
            services:
            - name: s
              discovery: {file: {path: "{{folder.PathOf("endpoints.yaml")}}"} }
              routes: [{name: r, paths: [/]}]
              plugins: [{name: key-auth}]
            """);
        await using var sluice = await SluiceProcess.ServeAsync(file, "--secrets", folder.PathOf("secrets"));
        (await sluice.GetAsync("/?apikey=first-first-first")).Status.ShouldBe(200);

        folder.Write("secrets/alice", "second-second-second\n");
        await Eventually.HoldsAsync(async () => (await sluice.GetAsync("/?apikey=second-second-second")).Status == 200, "the new key is taken");
        (await sluice.GetAsync("/?apikey=first-first-first")).Status.ShouldBe(401);

        var status = (await sluice.AdminAsync("/status")).Body;
        var discovery = JsonDocument.Parse(status).RootElement.GetProperty("services")[0].GetProperty("discovery");
        discovery.GetProperty("up").GetBoolean().ShouldBeTrue();
        discovery.GetProperty("endpoints").GetInt32().ShouldBe(1);
        (status + (await sluice.AdminAsync("/metrics")).Body + sluice.Output + sluice.Errors).ShouldNotContain("second-second");
    }

    [Fact]
    public async Task A_secret_that_is_missing_keeps_the_program_from_starting_and_check_only_warns()
    {
        var file = folder.Write("kong.yml", """
            _format_version: "3.0"
            services: [{name: s, host: "{vault://file/nowhere}"}]
            """);
        var run = await SluiceProcess.RunAsync("run", "--config", file, "--secrets", folder.Root, "--proxy", "127.0.0.1:0", "--admin", "off");
        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("nothing is behind {vault://file/nowhere}: there is no file nowhere");
        (await SluiceProcess.RunAsync("check", file)).ExitCode.ShouldBe(0);
    }
}
