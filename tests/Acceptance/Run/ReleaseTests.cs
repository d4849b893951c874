using System.Net.WebSockets;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>The stored configuration of the built program, by its own commands.</summary>
public sealed class ReleaseTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Fact]
    public async Task A_configuration_is_planned_applied_brought_back_and_exported()
    {
        await using var upstream = new ScriptedUpstream("hello");
        var file = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/old"));
        var next = folder.Write("next.yml", Configurations.OneRoute(upstream.Port, "/new"));
        await using var sluice = await SluiceProcess.ServeAsync(file, "--data", folder.PathOf("data"));

        (await CommandAsync(sluice, "plan", next)).Output.ShouldContain("paths: [\"/old\"] -> [\"/new\"]");
        (await sluice.GetAsync("/old")).Status.ShouldBe(200);
        (await CommandAsync(sluice, "apply", next, "-m", "move it")).Output.ShouldContain("release 2 is served");
        (await sluice.GetAsync("/new")).Status.ShouldBe(200);
        (await CommandAsync(sluice, "diff")).Output.ShouldContain("[\"/new\"] -> [\"/old\"]");
        (await CommandAsync(sluice, "apply", file, "--on", "1")).ExitCode.ShouldBe(5);

        (await CommandAsync(sluice, "rollback", "1")).Output.ShouldContain("release 3 is served");
        (await sluice.GetAsync("/old")).Status.ShouldBe(200);
        var listed = (await CommandAsync(sluice, "releases")).Output;
        listed.ShouldContain("move it");
        listed.ShouldContain("rollback to 1");
        (await CommandAsync(sluice, "diff", "1", "3")).Output.ShouldBe("nothing changes\n");

        var exported = folder.Write("exported.yml", (await CommandAsync(sluice, "export")).Output);
        (await CommandAsync(sluice, "plan", exported)).Output.ShouldBe("nothing changes\n");
        var wrong = await CommandAsync(sluice, "apply", folder.Write("wrong.yml", "_format_version: '3.0'\nservices:\n- name: s\n  prot: 1\n"));
        wrong.ExitCode.ShouldBe(1);
        wrong.Errors.ShouldContain("line 4: service \"s\": prot: unknown field");
    }

    [Fact]
    public async Task A_restart_serves_the_newest_release_and_an_unchanged_file_overwrites_nothing()
    {
        await using var upstream = new ScriptedUpstream("hello");
        var file = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/old"));
        await using (var first = await SluiceProcess.ServeAsync(file, "--data", folder.PathOf("data")))
            (await CommandAsync(first, "apply", folder.Write("next.yml", Configurations.OneRoute(upstream.Port, "/new")))).ExitCode.ShouldBe(0);

        await using (var second = await SluiceProcess.ServeAsync(file, "--data", folder.PathOf("data")))
        {
            (await second.GetAsync("/new")).Status.ShouldBe(200);
            (await second.AdminAsync("/status")).Body.ShouldContain("\"to_be_as_the_file\": \"1 updated\"");
        }

        folder.Write("kong.yml", Configurations.OneRoute(upstream.Port, "/newest"));
        await using (var third = await SluiceProcess.ServeAsync(file, "--data", folder.PathOf("data"), "--lead", "api"))
            (await third.GetAsync("/new")).Status.ShouldBe(200);
        await using var fourth = await SluiceProcess.ServeAsync(file, "--data", folder.PathOf("data"));
        (await fourth.GetAsync("/newest")).Status.ShouldBe(200);
        fourth.Errors.ShouldContain("OVERWRITES");
    }

    [Fact]
    public async Task A_plan_says_what_would_become_of_recent_requests()
    {
        await using var upstream = new ScriptedUpstream("hello");
        string File(string name, string routes, string consumer = "") => folder.Write(name, $"""
            _format_version: "3.0"
            services:
            - name: orders
              url: http://127.0.0.1:{upstream.Port}
              routes: [{routes}]
            consumers: [{consumer}]
            """);
        const string ann = "{username: ann, keyauth_credentials: [{key: geheim}]}";
        var file = File("kong.yml", "{name: v1, paths: [/orders]}, {name: keyed, paths: [/keyed], plugins: [{name: key-auth}]}, {name: open, paths: [/open]}", ann);
        await using var sluice = await SluiceProcess.ServeAsync(file, "--recent-requests-every", "1");
        using var client = new HttpClient { Timeout = RawClient.Patience };
        for (var i = 0; i < 4; i++) (await sluice.GetAsync("/orders/7?token=geheim")).Status.ShouldBe(200);
        for (var i = 0; i < 3; i++) (await sluice.GetAsync("/open")).Status.ShouldBe(200);
        using (var keyed = new HttpRequestMessage(HttpMethod.Get, new Uri(sluice.Proxy[0], "/keyed")) { Headers = { { "apikey", "geheim" } } })
            (await client.SendAsync(keyed)).EnsureSuccessStatusCode();

        var next = File("next.yml", "{name: v1, paths: [/orders]}, {name: v2, paths: [/orders/7]}, {name: keyed, paths: [/keyed], plugins: [{name: key-auth}]}, {name: open, paths: [/open], plugins: [{name: key-auth}]}", ann);
        var said = (await CommandAsync(sluice, "plan", next, "--replay")).Output;

        said.ShouldContain("of 8 recent requests: 1 unchanged, 4 go to another route (v1 -> v2), 3 would now get 401");
        said.ShouldContain("/orders/7");
        said.ShouldNotContain("geheim");
        (await CommandAsync(sluice, "plan", File("gone.yml", ""), "--replay")).Output.ShouldContain("8 would now get 404");
        (await sluice.GetAsync("/open")).Status.ShouldBe(200);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task Rollbacks_under_load_fail_no_request_and_close_no_WebSocket(string transport)
    {
        await using var upstream = await KestrelUpstream.StartAsync(async http =>
        {
            if (!http.WebSockets.IsWebSocketRequest)
            {
                await http.Response.Body.WriteAsync("ok"u8.ToArray());
                return;
            }

            using var accepted = await http.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            while ((await accepted.ReceiveAsync(buffer, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
                await accepted.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        });
        var file = folder.Write("kong.yml", Configurations.OneRoute(upstream.Port));
        await using var sluice = await SluiceProcess.ServeAsync(file, "--transport", transport, "--data", folder.PathOf("data"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(sluice.Proxy[0]) { Scheme = "ws" }.Uri, CancellationToken.None);
        using var client = new HttpClient { Timeout = RawClient.Patience };
        var other = Configurations.OneRoute(upstream.Port) + "\n    tags: [other]\nplugins:\n- name: correlation-id\n";
        (await client.PostAsync(new Uri(sluice.Admin!, "/api/v1/config/releases"), new StringContent(other, null, "application/yaml"))).EnsureSuccessStatusCode();

        using var load = new BackgroundLoad(sluice.Proxy[0]);
        for (var number = 1; number <= 20; number++)
            (await client.PostAsync(new Uri(sluice.Admin!, $"/api/v1/config/releases/{number}/rollback"), null)).EnsureSuccessStatusCode();
        await load.ShouldHaveGoneWellAsync();
        await socket.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        using var limit = new CancellationTokenSource(RawClient.Patience);
        (await socket.ReceiveAsync(new byte[10], limit.Token)).Count.ShouldBe(1);
    }

    private static Task<Finished> CommandAsync(SluiceProcess sluice, params string[] arguments) =>
        SluiceProcess.RunAsync(arguments, new Dictionary<string, string> { ["SLUICE_ADMIN_URL"] = sluice.Admin!.ToString() });
}
