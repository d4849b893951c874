using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Requests;

/// <summary>What is a client's fault counts neither against an endpoint nor against a circuit; what is the upstream's does, and can be seen.</summary>
public sealed class BlameTests(BlameTests.TouchyGateway gateway) : IClassFixture<BlameTests.TouchyGateway>
{
    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_request_that_cannot_be_sent_on_is_the_clients_fault(string transport)
    {
        var sluice = await gateway.On(transport);
        var fine = gateway.Script(async (_, connection) => await ScriptedUpstream.RespondAsync(connection, "ok"));
        foreach (var port in (int[])[80, 81])
        {
            (await AskAsync(sluice, port, $"{fine}", $"X-Long: {new string('x', 9000)}\r\n")).ShouldStartWith("HTTP/1.1 400 ");
            (await AskAsync(sluice, port, fine)).ShouldStartWith("HTTP/1.1 200 ");
        }
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_client_that_goes_away_does_not_open_the_circuit(string transport)
    {
        var sluice = await gateway.On(transport);
        var asked = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        var slow = gateway.Script(async (_, connection) =>
        {
            asked.TrySetResult();
            try
            {
                if (await connection.ReadAsync(new byte[1]) == 0) throw new IOException("The gateway has closed.");
            }
            finally
            {
                gone.TrySetResult();
            }
        });
        using (var client = await RawClient.ConnectAsync(sluice.Proxy[0]))
        {
            await client.SendAsync($"GET {slow} HTTP/1.1\r\nHost: port81\r\n\r\n");
            await asked.Task.WaitAsync(RawClient.Patience);
        }

        await gone.Task.WaitAsync(RawClient.Patience);
        var fine = gateway.Script(async (_, connection) => await ScriptedUpstream.RespondAsync(connection, "ok"));
        (await AskAsync(sluice, 81, fine)).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Fact]
    public async Task Status_shows_health_circuits_and_what_changed()
    {
        await using var own = new TouchyGateway();
        var sluice = await own.On("epoll");
        var broken = own.Script("nonsense\r\n\r\n", close: true);
        (await AskAsync(sluice, 80, broken)).ShouldStartWith("HTTP/1.1 502 ");
        (await AskAsync(sluice, 81, broken)).ShouldStartWith("HTTP/1.1 502 ");

        var status = JsonDocument.Parse((await sluice.AdminAsync("/status")).Body).RootElement;
        var upstreams = status.GetProperty("upstreams").EnumerateArray().ToDictionary(u => u.GetProperty("name").GetString()!);
        upstreams.Keys.ShouldBe(["touchy", "spare"], ignoreOrder: true);
        var endpoint = upstreams["touchy"].GetProperty("targets")[0].GetProperty("endpoints")[0];
        endpoint.GetProperty("address").GetString().ShouldBe($"127.0.0.1:{own.Upstream.Port}");
        endpoint.GetProperty("health").GetString().ShouldBe("unhealthy");
        endpoint.GetProperty("last_error").GetString().ShouldBe("connection failure (passive)");
        upstreams["touchy"].GetProperty("healthy").GetBoolean().ShouldBeFalse();
        upstreams["spare"].GetProperty("targets")[0].GetProperty("endpoints")[0].GetProperty("health").GetString().ShouldBe("healthy");
        var services = status.GetProperty("services").EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!);
        services["watched"].GetProperty("upstream").GetString().ShouldBe("touchy");
        services["guarded"].GetProperty("circuit").GetString().ShouldBe("open");
        services["guarded"].GetProperty("targets")[0].GetProperty("port").GetInt32().ShouldBe(own.Upstream.Port);
        status.GetProperty("health_events").EnumerateArray().Select(e => $"{e.GetProperty("kind")} {e.GetProperty("owner")} {e.GetProperty("state")}")
            .ShouldBe(["endpoint touchy unhealthy", "balancer touchy unhealthy", "circuit guarded open"]);
        (await AskAsync(sluice, 81, broken)).ShouldStartWith("HTTP/1.1 503 ");
    }

    private static async Task<string> AskAsync(SluiceProcess sluice, int port, string path, string fields = "")
    {
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: port{port}\r\n{fields}\r\n");
        return (await client.ReadResponseAsync()).Head;
    }

    /// <summary>One service whose endpoint is out after a single failure, one whose circuit opens after a single one, and an upstream that no service names.</summary>
    public sealed class TouchyGateway : ScriptedGateway
    {
        protected override string Configuration(int port) =>
            $$"""
            _format_version: "3.0"
            upstreams:
            - name: touchy
              targets: [{target: "127.0.0.1:{{port}}" }]
              healthchecks: {passive: {unhealthy: {tcp_failures: 1, timeouts: 1} } }
            - name: spare
              targets: [{target: "127.0.0.1:{{port}}" }]
            services:
            - name: watched
              host: touchy
              retries: 0
              routes: [{hosts: [port80], strip_path: false}]
            - name: guarded
              url: http://127.0.0.1:{{port}}
              retries: 0
              circuit_breaker: {min_requests: 1, error_threshold: 0.01, timeout: 60000}
              routes: [{hosts: [port81], strip_path: false}]
            """;
    }
}
