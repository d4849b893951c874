using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Upstreams;

/// <summary>Endpoints that die, come back, or hang, and how little of it clients notice.</summary>
public sealed class FailureTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new() { Timeout = RawClient.Patience };

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        folder.Dispose();
        return default;
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task One_dead_endpoint_among_three_costs_no_client_an_error(string transport)
    {
        await using var a = new ScriptedUpstream("a");
        await using var b = new ScriptedUpstream("b");
        await using var sluice = await ServeAsync(transport, Upstream([FreePorts.Next(), a.Port, b.Port]));
        var answers = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, stop) =>
        {
            using var response = i % 2 == 0 ? await client.GetAsync(sluice.Proxy[0], stop) : await client.PostAsync(sluice.Proxy[0], new StringContent("x"), stop);
            answers.Add(response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(stop) : response.StatusCode.ToString());
        });
        answers.Distinct().Order().ShouldBe(["a", "b"]);
        answers.Count(x => x == "a").ShouldBeInRange(300, 700);
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task An_endpoint_that_dies_under_load_costs_repeatable_requests_no_error(string transport)
    {
        await using var a = new ScriptedUpstream("a");
        await using var b = new ScriptedUpstream("b");
        await using var sluice = await ServeAsync(transport, Upstream([a.Port, b.Port]));
        var wrong = new ConcurrentBag<string>();
        var done = 0;
        var requests = Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, stop) =>
        {
            using var response = await client.GetAsync(sluice.Proxy[0], stop);
            if (!response.IsSuccessStatusCode) wrong.Add(response.StatusCode.ToString());
            if (Interlocked.Increment(ref done) == 500) b.Die();
        });
        await requests;
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Passive_checks_take_an_endpoint_out_and_active_ones_bring_it_back()
    {
        var sick = true;
        await using var a = new ScriptedUpstream("a");
        await using var b = new ScriptedUpstream((_, connection) => sick
            ? connection.WriteAsync("HTTP/1.1 500 Sick\r\nContent-Length: 4\r\n\r\nsick"u8.ToArray()).AsTask()
            : ScriptedUpstream.RespondAsync(connection, "b"));
        await using var sluice = await ServeAsync(
            "auto",
            Upstream([a.Port, b.Port], "healthchecks: {passive: {unhealthy: {http_failures: 2}}, active: {type: http, http_path: /, healthy: {interval: 0, successes: 1}, unhealthy: {interval: 0.2}}}"));
        await Eventually.HoldsAsync(
            async () =>
            {
                for (var i = 0; i < 10; i++)
                    if (await client.GetBodyAsync(sluice.Proxy[0]) != "a")
                        return false;
                return true;
            },
            "the sick endpoint is out");
        sick = false;
        await Eventually.HoldsAsync(async () => await client.GetBodyAsync(sluice.Proxy[0]) == "b", "it is back");
    }

    [Fact]
    public async Task Active_checks_alone_take_an_endpoint_out_and_in()
    {
        await using var a = new ScriptedUpstream("a");
        var port = FreePorts.Next();
        await using var sluice = await ServeAsync(
            "auto",
            "error_format: sluice\n" + Upstream([port], "healthchecks: {active: {type: tcp, healthy: {interval: 0.2, successes: 1}, unhealthy: {interval: 0.2, tcp_failures: 1}}}"));
        await Eventually.HoldsAsync(async () => (await client.GetBodyAsync(sluice.Proxy[0])).Contains("NO_HEALTHY_ENDPOINTS"), "nobody is left");
        await using var back = await KestrelUpstream.StartAsync(http => http.Response.Body.WriteAsync("back"u8.ToArray()).AsTask(), port: port);
        await Eventually.HoldsAsync(async () => await client.GetBodyAsync(sluice.Proxy[0]) == "back", "it is back");
    }

    /// <summary>Kong's own words, which people grep for.</summary>
    [Fact]
    public async Task With_nobody_left_a_Kong_file_says_what_Kong_says()
    {
        await using var sick = new ScriptedUpstream((_, connection) => connection.WriteAsync("HTTP/1.1 500 Sick\r\nContent-Length: 4\r\n\r\nsick"u8.ToArray()).AsTask());
        await using var sluice = await ServeAsync("auto", Upstream([sick.Port], "healthchecks: {passive: {unhealthy: {http_failures: 1}}}"));
        await Eventually.HoldsAsync(async () => (await client.GetBodyAsync(sluice.Proxy[0])).Contains("failure to get a peer from the ring-balancer"), "nobody is left");
        using var response = await client.GetAsync(sluice.Proxy[0]);
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("GET", 3)]
    [InlineData("PUT", 3)]
    [InlineData("POST", 1)]
    [InlineData("PATCH", 1)]
    public async Task Only_what_may_be_repeated_is_repeated_once_it_was_sent(string method, int tries)
    {
        await using var broken = new ScriptedUpstream((_, _) => throw new IOException("dies"));
        await using var sluice = await ServeAsync("auto", Service(broken.Port, "retries: 2"));
        using var request = new HttpRequestMessage(new HttpMethod(method), sluice.Proxy[0]);
        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        broken.Requests.ShouldBe(tries);
    }

    [Theory]
    [InlineData("GET", "retry: {on_statuses: [503]}", 3)]
    [InlineData("GET", "retry: {on_statuses: [502]}", 1)]
    [InlineData("POST", "retry: {on_statuses: [503]}", 1)]
    [InlineData("POST", "retry: {on_statuses: [503], non_idempotent: true}", 3)]
    public async Task Statuses_that_the_service_names_are_tried_again_and_the_last_is_passed_on(string method, string retry, int tries)
    {
        await using var busy = new ScriptedUpstream((_, connection) => connection.WriteAsync("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"u8.ToArray()).AsTask());
        await using var sluice = await ServeAsync("auto", Service(busy.Port, $"retries: 2\n  {retry}"));
        using var request = new HttpRequestMessage(new HttpMethod(method), sluice.Proxy[0]) { Content = method == "POST" ? new StringContent("x") : null };
        using var response = await client.SendAsync(request);
        (await response.Content.ReadAsStringAsync()).ShouldBe("busy");
        busy.Requests.ShouldBe(tries);
    }

    [Fact]
    public async Task An_endpoint_that_hangs_is_a_504_for_what_may_not_be_repeated()
    {
        await using var hangs = new ScriptedUpstream((_, connection) => connection.CopyToAsync(Stream.Null));
        await using var sluice = await ServeAsync("auto", Service(hangs.Port, "read_timeout: 300"));
        using var response = await client.PostAsync(sluice.Proxy[0], new StringContent("x"));
        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        (await response.Content.ReadAsStringAsync()).ShouldContain("The upstream server is timing out");
        hangs.Accepted.ShouldBe(1);
    }

    [Fact]
    public async Task A_circuit_opens_lets_trials_through_and_closes()
    {
        var sick = true;
        await using var upstream = new ScriptedUpstream((_, connection) => sick
            ? connection.WriteAsync("HTTP/1.1 500 Sick\r\nContent-Length: 4\r\n\r\nsick"u8.ToArray()).AsTask()
            : ScriptedUpstream.RespondAsync(connection, "well"));
        await using var sluice = await ServeAsync(
            "auto",
            "error_format: sluice\n" + Service(upstream.Port, "circuit_breaker: {min_requests: 5, error_threshold: 0.5, timeout: 3000, max_requests: 2, interval: 60000}"));
        for (var i = 0; i < 5; i++) (await client.GetBodyAsync(sluice.Proxy[0])).ShouldBe("sick");
        var asked = upstream.Requests;
        using (var open = await client.GetAsync(sluice.Proxy[0]))
        {
            open.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            JsonDocument.Parse(await open.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("code").GetString().ShouldBe("CIRCUIT_OPEN");
        }

        upstream.Requests.ShouldBe(asked);

        // Half open: a trial that fails opens it again.
        await Eventually.HoldsAsync(async () => await client.GetBodyAsync(sluice.Proxy[0]) == "sick", "a trial goes through");
        (await client.GetBodyAsync(sluice.Proxy[0])).ShouldContain("CIRCUIT_OPEN");
        sick = false;
        await Eventually.HoldsAsync(async () => await client.GetBodyAsync(sluice.Proxy[0]) == "well", "a trial goes well");
        for (var i = 0; i < 10; i++) (await client.GetBodyAsync(sluice.Proxy[0])).ShouldBe("well");
    }

    [Fact]
    public async Task Least_connections_spares_the_slow_endpoint()
    {
        await using var fast = new ScriptedUpstream("fast");
        await using var slow = new ScriptedUpstream(async (_, connection) =>
        {
            await Task.Delay(300);
            await ScriptedUpstream.RespondAsync(connection, "slow");
        });
        await using var sluice = await ServeAsync("auto", Upstream([fast.Port, slow.Port], "algorithm: least-connections"));
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, stop) => await client.GetStringAsync(sluice.Proxy[0], stop));
        slow.Requests.ShouldBeLessThan(fast.Requests / 2);
    }

    private static string Service(int port, string more = "retries: 5") =>
        $"services:\n- url: http://127.0.0.1:{port}\n  routes: [{{paths: [/]}}]\n  {more}\n";

    private static string Upstream(int[] ports, string more = "algorithm: round-robin") =>
        $"services:\n- url: http://up.internal\n  routes: [{{paths: [/]}}]\nupstreams:\n- name: up.internal\n  {more}\n  targets: [{string.Join(", ", ports.Select(p => $"{{target: \"127.0.0.1:{p}\"}}"))}]\n";

    private Task<SluiceProcess> ServeAsync(string transport, string document) =>
        SluiceProcess.ServeAsync(folder.Write("kong.yml", "_format_version: '3.0'\n" + document), "--transport", transport);
}

/// <summary>Bodies of answers, whatever their status.</summary>
file static class Bodies
{
    public static async Task<string> GetBodyAsync(this HttpClient client, Uri address)
    {
        using var response = await client.GetAsync(address);
        return await response.Content.ReadAsStringAsync();
    }
}
