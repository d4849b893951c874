using System.Net;
using System.Text;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

public sealed class WorkflowRouteTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new() { Timeout = RawClient.Patience };

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_route_runs_its_workflow_behind_the_plugins_of_the_route()
    {
        await using var sluice = await SluiceProcess.ServeAsync(Configuration(Greeting("hello")));
        (await client.PostAsync(new Uri(sluice.Proxy[0], "/greet/7"), Json("""{"name": "Ada"}"""))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sluice.Proxy[0], "/greet/7?mood=fine")) { Content = Json("""{"name": "Ada"}""") };
        request.Headers.Add("apikey", "secret");
        using var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        answer.Headers.GetValues("X-Greeted").ShouldBe(["yes"]);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"text":"hello Ada, 7, fine, ann"}""");

        using var broken = new HttpRequestMessage(HttpMethod.Post, new Uri(sluice.Proxy[0], "/greet/7")) { Content = Json("{") };
        broken.Headers.Add("apikey", "secret");
        (await client.SendAsync(broken)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        using var other = new HttpRequestMessage(HttpMethod.Delete, new Uri(sluice.Proxy[0], "/greet/7"));
        other.Headers.Add("apikey", "secret");
        (await client.SendAsync(other)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);

        var metrics = await client.GetStringAsync(new Uri(sluice.Admin!, "/metrics"));
        metrics.ShouldContain("workflow_executions_total{status=\"succeeded\",workflow=\"greet\"} 1\n");
        metrics.ShouldContain("execution_duration_seconds_count{status=\"succeeded\",workflow=\"greet\"} 1\n");
    }

    [Fact]
    public async Task Code_runs_in_a_process_of_its_own_and_schedules_begin_runs_by_themselves()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", """
            _format_version: "3.0"
            routes:
            - {name: code, paths: [/code], workflow: code}
            workflows:
            - name: code
              settings: {durability: none}
              nodes:
              - {name: Hook, type: webhook, parameters: {httpMethod: GET, responseMode: lastNode}}
              - {name: Code, type: code, parameters: {jsCode: "return [{ json: { twice: await Promise.resolve($json.query.n * 2) } }]"}}
              connections: {Hook: {main: [[{node: Code, type: main, index: 0}]]}}
            - name: tick
              settings: {durability: none}
              nodes:
              - {name: Every, type: schedule, parameters: {rule: {interval: [{field: seconds, secondsInterval: 1}]}}}
              connections: {}
            """));
        (await client.GetStringAsync(new Uri(sluice.Proxy[0], "/code?n=21"))).ShouldBe("""{"twice":42}""");
        await Eventually.HoldsAsync(async () => (await client.GetStringAsync(new Uri(sluice.Admin!, "/metrics"))).Contains("workflow_executions_total{status=\"succeeded\",workflow=\"tick\"}", StringComparison.Ordinal),
            "the schedule began a run that ended well");
    }

    [Fact]
    public async Task A_failing_node_is_a_500_in_the_gateways_form()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", """
            _format_version: "3.0"
            error_format: sluice
            routes:
            - {name: fail, paths: [/fail], workflow: fail}
            workflows:
            - name: fail
              nodes:
              - {name: Hook, type: webhook, parameters: {httpMethod: GET, responseMode: lastNode}}
              - {name: Stop, type: stop-and-error, parameters: {errorMessage: internal detail}}
              connections: {Hook: {main: [[{node: Stop, type: main, index: 0}]]}}
            """));
        using var answer = await client.GetAsync(new Uri(sluice.Proxy[0], "/fail"));
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var body = await answer.Content.ReadAsStringAsync();
        body.ShouldContain("WORKFLOW_FAILED");
        body.ShouldNotContain("internal detail");
    }

    [Fact]
    public async Task A_reload_swaps_a_workflow_while_requests_run_on_it()
    {
        var configuration = Configuration(Greeting("hello"));
        await using var sluice = await SluiceProcess.ServeAsync(configuration);
        folder.Write("greet.json", Greeting("good day"));
        folder.Write("kong.yml", Text("a new comment"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await Eventually.HoldsAsync(async () =>
        {
            seen.Add(await GreetAsync(sluice));
            return seen.Contains("""{"text":"good day Ada, 1, undefined, ann"}""");
        }, "the new workflow answers");
        seen.Count.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Workflows_are_part_of_stored_releases_and_runs_can_be_stored()
    {
        var data = folder.PathOf("data");
        await using (var first = await SluiceProcess.ServeAsync(Configuration(Greeting("hello").Replace("none", "checkpoint", StringComparison.Ordinal)), "--data", data))
            (await GreetAsync(first)).ShouldBe("""{"text":"hello Ada, 1, undefined, ann"}""");
        await using var second = await SluiceProcess.StartAsync(["run", "--data", data, "--proxy", "127.0.0.1:0", "--loops", "1"]);
        (await GreetAsync(second)).ShouldBe("""{"text":"hello Ada, 1, undefined, ann"}""");
    }

    [Fact]
    public async Task Check_reports_all_problems_of_workflows_and_their_routes()
    {
        var file = folder.Write("kong.yml", """
            _format_version: "3.0"
            services:
            - name: both
              url: http://127.0.0.1:1
              routes:
              - {name: both, paths: [/both], workflow: silent}
            routes:
            - {name: nowhere, paths: [/nowhere], workflow: silnt}
            workflows:
            - {name: silent, nodes: [{name: Start, type: manual-trigger}]}
            - {name: missing, file: missing.json}
            """);
        var ended = await SluiceProcess.RunAsync("check", file);
        ended.ExitCode.ShouldBe(1);
        ended.Output.ShouldContain("there is no workflow 'silnt'");
        ended.Output.ShouldContain("a route has a service or a workflow, not both");
        ended.Output.ShouldContain("workflow \"missing\": file:");

        file = folder.Write("kong.yml", """
            _format_version: "3.0"
            routes:
            - {name: silent, paths: [/silent], workflow: silent}
            workflows:
            - {name: silent, nodes: [{name: Start, type: manual-trigger}]}
            - {name: odd, nodes: [{name: Odd, type: no-such-node}, {name: Set, type: set, parameters: {mode: 7}}]}
            """);
        ended = await SluiceProcess.RunAsync("check", file);
        ended.ExitCode.ShouldBe(1);
        ended.Output.ShouldContain("route \"silent\": workflow: the workflow 'silent' has no webhook node");
        ended.Output.ShouldContain("workflow \"odd\", node \"Odd\": type");
        ended.Output.ShouldContain("workflow \"odd\", node \"Set\": parameters.mode");
    }

    [Fact]
    public async Task A_webhook_keeps_its_own_rules_and_reads_every_kind_of_body()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", """
            _format_version: "3.0"
            routes:
            - {name: echo, paths: [/echo], workflow: echo}
            workflows:
            - name: echo
              file: echo.json
            """ + Beside("echo.json", """
            {"data": {"workflow": {"name": "echo", "settings": {"durability": "none"}, "nodes": [
              {"name": "Hook", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "parameters": {"httpMethod": ["POST", "PUT"], "multipleMethods": true, "path": "echo/:id", "responseMode": "lastNode",
                "options": {"rawBody": true, "ignoreBots": true, "allowedOrigins": "https://a.test, https://b.test"}}},
              {"name": "Show", "type": "set", "parameters": {"mode": "raw", "jsonOutput": "={{ {body: $json.body, id: $json.params.id, url: $json.webhookUrl, files: $binary.keys(), keys: $json.keys()} }}"}}
            ], "connections": {"Hook": {"main": [[], [{"node": "Show", "type": "main", "index": 0}]]}}}}}
            """)));
        var address = new Uri(sluice.Proxy[0], "/echo/7?q=1");
        async Task<string> PutAsync(HttpContent content)
        {
            using var answer = await client.PutAsync(address, content);
            var text = await answer.Content.ReadAsStringAsync();
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
            return text;
        }

        var rest = $"""
            "id":"7","url":"{new Uri(sluice.Proxy[0], "/echo/7")}","files":FILES,"keys":["headers","params","query","body","webhookUrl","executionMode"]
            """.Trim();
        string Expect(string body, string files) => "{\"body\":" + body + "," + rest.Replace("FILES", files, StringComparison.Ordinal) + "}";
        (await PutAsync(Json("""{"a": 1}"""))).ShouldBe(Expect("""{"a":1}""", """["data"]"""));
        using var xml = new StringContent("<Order no=\"1\"><Line>a</Line><Line>b</Line></Order>", Encoding.UTF8, "application/xml");
        (await PutAsync(xml)).ShouldBe(Expect("""{"order":{"$":{"no":"1"},"line":["a","b"]}}""", """["data"]"""));
        using var form = new MultipartFormDataContent
        {
            { new StringContent("x"), "one" }, { new StringContent("y"), "tag[]" }, { new StringContent("z"), "tag[]" }, { new ByteArrayContent([1]), "scan", "a.bin" }, { new ByteArrayContent([2]), "photo", "b.bin" }, { new ByteArrayContent([3]), "photo", "c.bin" },
        };
        (await PutAsync(form)).ShouldBe(Expect("""{"one":"x","tag[]":["y","z"]}""", """["scan","photo0","photo1"]"""));

        using var asks = new HttpRequestMessage(HttpMethod.Options, address);
        asks.Headers.Add("Origin", "https://b.test");
        asks.Headers.Add("Access-Control-Request-Method", "PUT");
        asks.Headers.Add("Access-Control-Request-Headers", "x-one");
        using var told = await client.SendAsync(asks);
        told.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        told.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["https://b.test"]);
        told.Headers.GetValues("Access-Control-Allow-Methods").ShouldBe(["OPTIONS, POST, PUT"]);
        told.Headers.GetValues("Access-Control-Allow-Headers").ShouldBe(["x-one"]);

        using var robot = new HttpRequestMessage(HttpMethod.Put, address) { Content = Json("{}") };
        robot.Headers.Add("Origin", "https://c.test");
        robot.Headers.TryAddWithoutValidation("User-Agent", "Googlebot/2.1");
        using var refused = await client.SendAsync(robot);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        refused.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["https://a.test"]);
    }

    [Fact]
    public async Task A_form_is_checked_and_leads_to_its_next_page()
    {
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", """
            _format_version: "3.0"
            routes:
            - {name: form, paths: [/ask], workflow: form}
            - {name: calls, paths: [/calls], workflow_calls: true}
            workflows:
            - name: form
              settings: {durability: none}
              nodes:
              - {name: Form, type: form-trigger, parameters: {formTitle: Order, formFields: {values: [{fieldLabel: Name, requiredField: true}, {fieldLabel: Scan, fieldType: file}]}}}
              - {name: More, type: form, parameters: {formFields: {values: [{fieldLabel: "=Size for {{ $json.Name }}"}]}}}
              - {name: End, type: form, parameters: {operation: completion, completionTitle: "=Got {{ $json.values().first() }} and {{ $('Form').first().json.Scan[0].filename }}"}}
              connections: {Form: {main: [[{node: More, type: main, index: 0}]]}, More: {main: [[{node: End, type: main, index: 0}]]}}
            """));
        var address = new Uri(sluice.Proxy[0], "/ask");
        using var page = await client.GetAsync(new Uri(address, "?Name=Bob"));
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'");
        (await page.Content.ReadAsStringAsync()).ShouldContain("name=\"Name\" value=\"Bob\"");
        using var empty = new MultipartFormDataContent { { new StringContent(""), "Name" } };
        (await client.PostAsync(address, empty)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        using var direct = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = RawClient.Patience };
        using var filled = new MultipartFormDataContent { { new StringContent("<Ann>"), "Name" }, { new ByteArrayContent([1]), "Scan", "a.pdf" } };
        using var next = await direct.PostAsync(address, filled);
        next.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        // The address that the settings say callers use; here it is this process all the same.
        var more = new Uri(sluice.Proxy[0], next.Headers.Location!.AbsolutePath);
        (await client.GetStringAsync(more)).ShouldContain("Size for &lt;Ann&gt;");
        using var second = new MultipartFormDataContent { { new StringContent("L"), "field-0" } };
        using var end = await client.PostAsync(more, second);
        (await end.Content.ReadAsStringAsync()).ShouldContain("<h1>Got L and a.pdf</h1>");
        (await client.GetAsync(more)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>Another file in the folder; nothing of it in the first.</summary>
    private string Beside(string name, string text)
    {
        folder.Write(name, text);
        return "";
    }

    private async Task<string> GreetAsync(SluiceProcess sluice)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sluice.Proxy[0], "/greet/1")) { Content = Json("""{"name": "Ada"}""") };
        request.Headers.Add("apikey", "secret");
        using var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await answer.Content.ReadAsStringAsync();
    }

    private string Configuration(string workflow)
    {
        folder.Write("greet.json", workflow);
        return folder.Write("kong.yml", Text("a comment"));
    }

    private static string Text(string comment) => $"""
        # {comment}

        """ + """
        _format_version: "3.0"
        routes:
        - name: greet
          paths: [/greet]
          workflow: greet
          plugins:
          - name: key-auth
          - name: response-transformer
            config: {add: {headers: ["X-Greeted:yes"]}}
        consumers:
        - username: ann
          keyauth_credentials: [{key: secret}]
        workflows:
        - name: greet
          file: greet.json
        """;

    private static string Greeting(string word) => """
        {
          "name": "whatever it was called where it came from",
          "id": "no-uuid",
          "settings": {"durability": "none"},
          "nodes": [
            {"name": "Hook", "type": "webhook", "parameters": {"httpMethod": "POST", "path": "greet/:id", "responseMode": "responseNode"}},
            {"name": "Set", "type": "set", "parameters": {"mode": "raw", "jsonOutput": "={{ {text: `WORD ${$json.body.name}, ${$json.params.id}, ${$json.query.mood}, ${$json.headers['x-consumer-username']}`} }}"}},
            {"name": "Answer", "type": "respond-to-webhook", "parameters": {"respondWith": "json", "responseBody": "={{ $json }}", "options": {"responseCode": 201}}}
          ],
          "connections": {
            "Hook": {"main": [[{"node": "Set", "type": "main", "index": 0}]]},
            "Set": {"main": [[{"node": "Answer", "type": "main", "index": 0}]]}
          }
        }
        """.Replace("WORD", word, StringComparison.Ordinal);

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
