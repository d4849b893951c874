using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>Plugins of one's own in the running gateway: compiled at the start and whenever their file changes.</summary>
public sealed class OwnPluginTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScriptedUpstream upstream = new("hello");

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_plugin_beside_the_configuration_runs_and_follows_its_file()
    {
        folder.Write("plugins/greet.cs", Plugin("one"));
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configuration("greet")));
        (await GreetingAsync(sluice)).ShouldBe("one");
        var schema = JsonDocument.Parse((await sluice.AdminAsync("/api/v1/plugins/greet/schema")).Body).RootElement.GetProperty("data");
        schema.GetProperty("properties").GetProperty("greeting").GetProperty("description").GetString().ShouldBe("What is said.");
        (await SourceAsync(sluice, "greet")).ShouldNotBeNull().ShouldEndWith("greet.cs");
        (await SourceAsync(sluice, "cors")).ShouldBe("built-in");

        folder.Write("plugins/greet.cs", Plugin("two"));
        await Eventually.HoldsAsync(async () => await GreetingAsync(sluice) == "two", "the new code runs");

        // What does not compile changes nothing and is reported with its place.
        folder.Write("plugins/greet.cs", Plugin("three").Replace("Respond", "Respnod", StringComparison.Ordinal));
        var refused = await RefusedAsync(sluice);
        refused.ShouldContain("greet.cs:10:");
        refused.ShouldContain("Respnod");
        (await GreetingAsync(sluice)).ShouldBe("two");

        // Nor does a plugin that the configuration does not fit.
        folder.Write("plugins/greet.cs", Plugin("three").Replace("Name = \"greet\"", "Name = \"greets\"", StringComparison.Ordinal));
        await Eventually.HoldsAsync(async () => (await RefusedAsync(sluice)).Contains("'greet' is not known", StringComparison.Ordinal), "the configuration no longer fits");
        (await GreetingAsync(sluice)).ShouldBe("two");

        folder.Write("plugins/greet.cs", Plugin("four"));
        sluice.Signal(PosixSignal.SIGHUP);
        await Eventually.HoldsAsync(async () => await GreetingAsync(sluice) == "four", "the next code runs");

        // The code that was replaced leaves the memory.
        await Eventually.HoldsAsync(
            async () => (await sluice.AdminAsync("/metrics")).Body.Contains("gateway_plugin_files 1\n", StringComparison.Ordinal), "only one version is in memory");
    }

    [Fact]
    public async Task A_gateway_whose_plugins_do_not_compile_does_not_start()
    {
        var file = folder.Write("plugins/greet.cs", "nonsense");
        var ended = await SluiceProcess.RunAsync("run", "--config", folder.Write("kong.yml", Configuration("greet")), "--proxy", "127.0.0.1:0", "--admin", "off");
        ended.ExitCode.ShouldBe(1);
        ended.Errors.ShouldContain($"{file}:1:1: ");
    }

    [Fact]
    public async Task Without_plugins_of_one_s_own_the_compiler_is_not_loaded()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configuration(null)));
        (await sluice.GetAsync("/")).Status.ShouldBe(200);
        File.ReadAllText($"/proc/{sluice.Id}/maps").ShouldNotContain("Microsoft.CodeAnalysis");
    }

    private static async Task<string?> SourceAsync(SluiceProcess sluice, string plugin) =>
        JsonDocument.Parse((await sluice.AdminAsync("/api/v1/plugins/" + plugin)).Body).RootElement.GetProperty("data").GetProperty("source").GetString();

    private static async Task<string?> GreetingAsync(SluiceProcess sluice)
    {
        using var client = new HttpClient { Timeout = RawClient.Patience };
        using var response = await client.GetAsync(new Uri(sluice.Proxy[0], "/"));
        return response.Headers.TryGetValues("X-Greeting", out var values) ? values.Single() : null;
    }

    private static async Task<string> RefusedAsync(SluiceProcess sluice)
    {
        var problems = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                var status = JsonDocument.Parse((await sluice.AdminAsync("/status")).Body).RootElement.GetProperty("configuration");
                if (!status.TryGetProperty("last_refused", out var refused) || refused.ValueKind == JsonValueKind.Null) return false;
                problems = refused.GetProperty("problems").ToString();
                return true;
            },
            "it is refused");
        return problems;
    }

    private string Configuration(string? plugin) =>
        $$"""
        _format_version: '3.0'
        services:
        - name: upstream
          url: http://127.0.0.1:{{upstream.Port}}
          routes:
          - name: all
            paths: [/]
        plugins: [{{(plugin is null ? "" : $"{{ name: {plugin} }}")}}]
        """;

    private static string Plugin(string greeting) =>
        $$"""
        using Sluice.Gateway.Pipeline;
        public sealed record GreetConfig
        {
            /// <summary>What is said.</summary>
            public string Greeting { get; init; } = "{{greeting}}";
        }
        public sealed class GreetPlugin(GreetConfig config) : Plugin
        {
            public static readonly PluginDescriptor Descriptor = new PluginDescriptor<GreetPlugin, GreetConfig>((config, _) => new(config)) { Name = "greet", Summary = "Greets." };
            public override void Respond(Exchange exchange) => exchange.Response.Headers["X-Greeting"] = config.Greeting;
        }
        """;
}
