using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>A plugin that fails, in whatever way, fails its request and nothing else.</summary>
public sealed class FailingPluginTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScriptedUpstream upstream = new("hello");

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_plugin_that_throws_hangs_loops_or_eats_memory_fails_its_request_with_500()
    {
        folder.Write("plugins/bad.cs", Bad);
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configuration()), "--plugin-timeout", "1");
        foreach (var path in new[] { "/throw", "/never", "/memory", "/deep", "/respond", "/loop" })
        {
            var (status, body) = await sluice.GetAsync(path);
            status.ShouldBe(500, path);
            body.ShouldContain("\"message\":\"An unexpected error occurred\"", Case.Sensitive, path);
        }

        // Neither the log stage nor the next request suffers.
        (await sluice.GetAsync("/record")).Status.ShouldBe(200);
        (await sluice.GetAsync("/wait")).ShouldBe((200, "hello"));

        await Eventually.HoldsAsync(
            async () =>
            {
                var metrics = (await sluice.AdminAsync("/metrics")).Body;
                return Has(metrics, "error") && Has(metrics, "timeout") && Has(metrics, "held_loop") && Has(metrics, "memory");
            },
            "every kind is counted");
        sluice.Errors.ShouldContain("plugin bad failed request ");
        sluice.Errors.ShouldContain("bad.cs:line 11"); // where it threw
        (await sluice.AdminAsync("/status")).Body.ShouldContain("\"plugin\": \"bad\"");
    }

    [Fact]
    public async Task One_that_fails_again_and_again_is_left_alone_where_the_settings_say_so()
    {
        folder.Write("plugins/bad.cs", Bad);
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", Configuration()), "--plugin-failures", "3");
        for (var i = 0; i < 3; i++) (await sluice.GetAsync("/throw")).Status.ShouldBe(500);

        // It would have let this one through; what it decides is not decided without it.
        (await sluice.GetAsync("/fine")).Status.ShouldBe(500);
        (await sluice.AdminAsync("/status")).Body.ShouldContain("\"state\": \"paused\"");

        // Another version gets another chance.
        folder.Write("plugins/bad.cs", Bad + "// better");
        await Eventually.HoldsAsync(async () => (await sluice.GetAsync("/fine")).Status == 200, "it runs again");
    }

    private static bool Has(string metrics, string kind) =>
        metrics.Split('\n').Any(l => l.StartsWith($"gateway_plugin_failures_total{{plugin=\"bad\",kind=\"{kind}\"}}", StringComparison.Ordinal) && !l.EndsWith(" 0", StringComparison.Ordinal));

    private string Configuration() =>
        $$"""
        _format_version: '3.0'
        services:
        - name: upstream
          url: http://127.0.0.1:{{upstream.Port}}
          routes:
          - name: all
            paths: [/]
            strip_path: false
        plugins: [{ name: bad }]
        """;

    private const string Bad =
        """
        using Sluice.Gateway.Pipeline;
        public sealed record BadConfig;
        public sealed class BadPlugin : Plugin
        {
            public static readonly PluginDescriptor Descriptor = new PluginDescriptor<BadPlugin, BadConfig>((_, _) => new()) { Name = "bad", Summary = "Fails." };
            public override async ValueTask<Verdict> AcceptAsync(Exchange exchange)
            {
                switch (exchange.Path)
                {
                    case "/throw":
                        throw new InvalidOperationException("oh no");
                    case "/never":
                        await new TaskCompletionSource().Task;
                        break;
                    case "/wait":
                        await Task.Delay(10);
                        break;
                    case "/loop":
                        var n = 0;
                        while (true) n++;
                    case "/memory":
                        var all = new List<byte[]>();
                        while (true) all.Add(new byte[1 << 20]);
                    case "/deep":
                        Deep(0);
                        break;
                }
                return default;
            }
            public override void Respond(Exchange exchange)
            {
                if (exchange.Path == "/respond") throw new InvalidOperationException("late");
            }
            public override void Record(Exchange exchange)
            {
                if (exchange.Path == "/record") throw new InvalidOperationException("later");
            }
            private static int Deep(int n)
            {
                return Deep(n + 1) + 1;
            }
        }

        """;
}
