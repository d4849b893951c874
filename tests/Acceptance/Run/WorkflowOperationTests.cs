using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>Workflows of a running gateway, by its admin API and its own addresses.</summary>
public sealed class WorkflowOperationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new() { Timeout = RawClient.Patience };

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task An_approval_is_given_on_the_proxy_and_the_run_is_seen_in_the_admin_api()
    {
        await using var sluice = await StartAsync();
        var address = await client.GetStringAsync(new Uri(sluice.Proxy[0], "/ask"));
        // What callers see is the public address; here it is the port that was really taken.
        var local = new Uri(sluice.Proxy[0], new Uri(address).PathAndQuery);
        address.ShouldStartWith("https://gateway.example.com/calls/");
        (await client.GetStringAsync(local)).ShouldContain("Approve");
        using (var form = new FormUrlEncodedContent([KeyValuePair.Create("approved", "true")])) (await client.PostAsync(local, form)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var form = new FormUrlEncodedContent([KeyValuePair.Create("approved", "true")])) (await client.PostAsync(local, form)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var run = await EndedAsync(sluice, "ask");
        var whole = (await GetAsync(sluice, $"executions/{run["id"]}"))["data"]!;
        ((string)whole["status"]!).ShouldBe("succeeded");
        whole["nodes"]!.AsArray().Select(n => (string)n!["node"]!).ShouldBe(["Hook", "Respond", "Wait"]);
        ((bool)whole["nodes"]![2]!["outputs"]![0]!["items"]![0]!["json"]!["approved"]!).ShouldBeTrue();
        whole["nodes"]![2]!["inputs"]![0]!["count"]!.GetValue<int>().ShouldBe(1);
        (await client.GetStringAsync(new Uri(sluice.Admin!, "/metrics"))).ShouldContain("workflow_node_duration_seconds_count{node=\"Respond\"");
    }

    [Fact]
    public async Task A_test_call_runs_once_and_is_followed_live()
    {
        await using var sluice = await StartAsync();
        var test = (await PostAsync(sluice, "workflows/double/test-webhook", "{}", 201))["data"]!;
        using var stream = new StreamReader(await client.GetStreamAsync(new Uri(sluice.Admin!, (string)test["events"]!)));
        var local = new Uri(sluice.Proxy[0], new Uri((string)test["url"]!).PathAndQuery);
        (await (await client.PostAsync(local, Json("""{"n": 4}"""))).Content.ReadAsStringAsync()).ShouldBe("""{"total":8}""");
        (await client.PostAsync(local, Json("""{"n": 4}"""))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var events = new List<string>();
        while (await stream.ReadLineAsync() is { } line)
            if (line.StartsWith("event: ", StringComparison.Ordinal)) events.Add(line["event: ".Length..]);
        events.ShouldBe(["execution-started", "node-finished", "node-finished", "execution-succeeded"]);
    }

    [Fact]
    public async Task A_workflow_is_made_run_switched_off_brought_back_and_tried_again()
    {
        await using var sluice = await StartAsync();
        await PostAsync(sluice, "workflows", """{"name": "fails", "nodes": [{"name": "Start", "type": "manual-trigger"}, {"name": "Stop", "type": "stop-and-error", "parameters": {"errorMessage": "no"}}], "connections": {"Start": {"main": [[{"node": "Stop", "type": "main", "index": 0}]]}}}""", 201);
        var run = (await PostAsync(sluice, "workflows/fails/run", """{"input": {"a": 1}, "wait": true}""", 200))["data"]!;
        ((string)run["status"]!).ShouldBe("failed");
        ((string)run["error"]!["node"]!).ShouldBe("Stop");
        var again = (await PostAsync(sluice, $"executions/{run["id"]}/retry", """{"version": "newest"}""", 202))["data"]!;
        ((string)again["id"]!).ShouldNotBe((string)run["id"]!);
        (await PostAsync(sluice, $"executions/{run["id"]}/cancel", null, 409))["error"]!["code"]!.GetValue<string>().ShouldBe("EXECUTION_OVER");

        var refused = await PostAsync(sluice, "workflows", """{"name": "odd", "nodes": [{"name": "X", "type": "nope"}, {"name": "Y", "type": "nope"}]}""", 400);
        refused["error"]!["details"]!["problems"]!.AsArray().Count.ShouldBeGreaterThanOrEqualTo(2);

        (await client.PostAsync(new Uri(sluice.Proxy[0], "/double"), Json("""{"n": 1}"""))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await PostAsync(sluice, "workflows/double/deactivate", null, 200);
        (await client.PostAsync(new Uri(sluice.Proxy[0], "/double"), Json("""{"n": 1}"""))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var versions = (await GetAsync(sluice, "workflows/double/versions"))["data"]!["versions"]!.AsArray();
        versions.Select(v => (string)v!["action"]!).ShouldBe(["updated", "created"]);
        await PostAsync(sluice, $"workflows/double/versions/{versions[1]!["release"]}/restore", null, 200);
        (await client.PostAsync(new Uri(sluice.Proxy[0], "/double"), Json("""{"n": 1}"""))).StatusCode.ShouldBe(HttpStatusCode.OK);

        var listed = await SluiceProcess.RunAsync("workflow", "list", "--admin-url", sluice.Admin!.ToString());
        listed.ExitCode.ShouldBe(0, listed.Errors);
        listed.Output.ShouldContain("double");
        var exported = await SluiceProcess.RunAsync("workflow", "export", "double", "--admin-url", sluice.Admin!.ToString());
        var file = folder.Write("double.json", exported.Output);
        (await SluiceProcess.RunAsync("workflow", "check", file)).ExitCode.ShouldBe(0);
    }

    private async Task<SluiceProcess> StartAsync() => await SluiceProcess.ServeAsync(folder.Write("kong.yml", """
        _format_version: "3.0"
        routes:
        - {name: ask, paths: [/ask], workflow: ask}
        - {name: double, paths: [/double], workflow: double}
        - {name: calls, paths: [/calls], workflow_calls: true}
        workflows:
        - name: ask
          nodes:
          - {name: Hook, type: webhook, parameters: {httpMethod: GET, responseMode: responseNode}}
          - {name: Respond, type: respond-to-webhook, parameters: {respondWith: text, responseBody: "={{ $execution.resumeUrl }}"}}
          - {name: Wait, type: wait, parameters: {resume: approval}}
          connections: {Hook: {main: [[{node: Respond, type: main, index: 0}]]}, Respond: {main: [[{node: Wait, type: main, index: 0}]]}}
        - name: double
          nodes:
          - {name: Hook, type: webhook, parameters: {httpMethod: POST, responseMode: lastNode}}
          - {name: Set, type: set, parameters: {assignments: {assignments: [{name: total, value: "={{ $json.body.n * 2 }}", type: number}]}}}
          connections: {Hook: {main: [[{node: Set, type: main, index: 0}]]}}
        """), "--data", folder.PathOf("data"), "--public-url", "https://gateway.example.com");

    private async Task<JsonNode> EndedAsync(SluiceProcess sluice, string workflow)
    {
        JsonNode? found = null;
        await Eventually.HoldsAsync(async () => (found = (await GetAsync(sluice, $"executions?workflow={workflow}"))["data"]![0])?["ended_at"] is not null, "the run ends");
        return found!;
    }

    private async Task<JsonNode> GetAsync(SluiceProcess sluice, string path) => JsonNode.Parse(await client.GetStringAsync(new Uri(sluice.Admin!, "/api/v1/" + path)))!;

    private async Task<JsonNode> PostAsync(SluiceProcess sluice, string path, string? body, int status)
    {
        using var answer = await client.PostAsync(new Uri(sluice.Admin!, "/api/v1/" + path), body is null ? null : Json(body));
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        return JsonNode.Parse(text)!;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
