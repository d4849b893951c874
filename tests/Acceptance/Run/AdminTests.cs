using System.Text.Json;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Run;

public sealed class AdminTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScriptedUpstream upstream = new("hello");

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Fact]
    public async Task Status_says_what_runs_on_which_configuration()
    {
        var file = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port));
        await using var sluice = await SluiceProcess.ServeAsync(file, "--transport", "sockets");
        var (code, body) = await sluice.AdminAsync("/status");
        code.ShouldBe(200);
        var status = JsonDocument.Parse(body).RootElement;
        status.GetProperty("version").GetString()!.ShouldMatch(@"^\d+\.\d+\.\d+$");
        status.GetProperty("uptime_seconds").GetInt64().ShouldBeInRange(0, 60);
        status.GetProperty("transport").GetString().ShouldBe("sockets");
        status.GetProperty("state").GetString().ShouldBe("serving");
        var configuration = status.GetProperty("configuration");
        configuration.GetProperty("files")[0].GetString().ShouldBe(file);
        configuration.GetProperty("counts").GetProperty("routes").GetInt32().ShouldBe(1);
        configuration.GetProperty("generation").GetInt32().ShouldBe(1);
        status.GetProperty("configuration_hash").GetString().ShouldBe(configuration.GetProperty("hash").GetString());
        foreach (var kongs in (string[])["server", "memory", "database"]) status.TryGetProperty(kongs, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Status_shows_no_secret()
    {
        var text = Configurations.OneRoute(upstream.Port) + "\nconsumers:\n- username: alice\n  keyauth_credentials:\n  - key: a-very-secret-key\n";
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", text));
        folder.Write("kong.yml", text + "  - key: a-very-secret-key\n");
        await Task.Delay(1500);
        (await sluice.AdminAsync("/status")).Body.ShouldNotContain("a-very-secret-key");
        sluice.Errors.ShouldNotContain("a-very-secret-key");
    }

    [Fact]
    public async Task Live_and_ready_answer_200()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)));
        (await sluice.AdminAsync("/health/live")).Status.ShouldBe(200);
        (await sluice.AdminAsync("/health/ready")).Status.ShouldBe(200);
        (await sluice.AdminAsync("/nothing")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task The_status_listener_shows_the_same_pages()
    {
        var port = FreePorts.Next();
        var environment = new Dictionary<string, string> { ["KONG_STATUS_LISTEN"] = $"127.0.0.1:{port}" };
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configurations.OneRoute(upstream.Port)), environment);
        using var client = new HttpClient();
        (await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/status"))).ShouldContain("configuration_hash");
        (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/status/ready"))).IsSuccessStatusCode.ShouldBeTrue();
    }
}
