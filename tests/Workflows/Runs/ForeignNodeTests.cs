using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Runs;

/// <summary>What nodes with n8n's names do in a run, where it is more than a fixture of one node can show.</summary>
public sealed class ForeignNodeTests
{
    private const string None = """{"durability": "none"}""";

    [Theory]
    [InlineData("{\"retryOnFail\": true}", 3, 1000)]
    [InlineData("{\"retryOnFail\": true, \"maxTries\": 0, \"waitBetweenTries\": 0}", 3, 1000)]
    [InlineData("{\"retryOnFail\": true, \"maxTries\": 1, \"waitBetweenTries\": 20}", 2, 20)]
    [InlineData("{\"retryOnFail\": true, \"maxTries\": 10, \"waitBetweenTries\": 60000}", 5, 5000)]
    [InlineData("{\"retryOnFail\": false, \"maxTries\": 4}", 1, 0)]
    public void Tries_are_limited_as_in_n8n(string fields, int tries, double wait)
    {
        var node = Make("tries", "Start > A", None, "Start manual-trigger", $"A n8n-nodes-base.noOp | {{}} | {fields}").Find("A")!;
        (node.Tries, node.WaitBetweenTries).ShouldBe((tries, wait));
    }

    [Fact]
    public void Our_own_nodes_are_tried_as_often_as_they_say()
    {
        var node = Make("tries", "Start > A", None, "Start manual-trigger", """A no-op | {} | {"retryOnFail": true, "maxTries": 10, "waitBetweenTries": 60000}""").Find("A")!;
        (node.Tries, node.WaitBetweenTries).ShouldBe((10, 60000));
    }

    [Fact]
    public async Task A_node_that_goes_on_after_failures_is_tried_again_before_it_does()
    {
        var tries = 0;
        using var node = new TestNode((_, context) => NodeResult.Of([++tries < 3 ? context.Failed(0, new NodeException($"try {tries}")) : context.Same(0)]));
        var (_, result) = await RunAsync(node.In(None, """{"onError": "continueRegularOutput", "retryOnFail": true, "maxTries": 4, "waitBetweenTries": 0}"""), """[{"n":1}]""");
        (tries, Show(result.Last)).ShouldBe((3, """[{"n":1}]"""));
        tries = -10;
        (_, result) = await RunAsync(node.In(None, """{"onError": "continueRegularOutput", "retryOnFail": true, "maxTries": 4, "waitBetweenTries": 0}"""), """[{"n":1}]""");
        (tries, Show(result.Last)).ShouldBe((-6, """[{"error":"try -6"}]"""));
    }

    [Fact]
    public async Task Items_that_say_only_what_went_wrong_take_the_error_output()
    {
        using var node = new TestNode((_, _) => NodeResult.Of(Items("""[{"error":"a"},{"error":"b","message":"m"},{"error":"c","other":1},{"error":null}]""")));
        var model = Make("errors", "Start > Node, Node:0 > Good, Node:1 > Bad", None, "Start manual-trigger", $"Node {node.Type} | {{}} | {{\"onError\": \"continueErrorOutput\"}}", "Good no-op", "Bad no-op");
        var (run, _) = await RunAsync(model, "[{}]");
        Show(run.Executions(model.Find("Good")!)[0].Outputs![0]).ShouldBe("""[{"error":"c","other":1},{"error":null}]""");
        Show(run.Executions(model.Find("Bad")!)[0].Outputs![0]).ShouldBe("""[{"error":"a"},{"error":"b","message":"m"}]""");
    }

    [Fact]
    public async Task A_loop_of_n8n_gives_all_that_ever_came_back_when_it_is_entered_again_without_a_reset()
    {
        string[] nodes = ["Start manual-trigger", """Outer n8n-nodes-base.splitInBatches | {"batchSize": 1} | {"typeVersion": 3}""", """Inner n8n-nodes-base.splitInBatches | {"batchSize": 1, "options": OPTIONS} | {"typeVersion": 3}""", "Body no-op"];
        async Task<int> Bodies(string options)
        {
            var model = Make("loops", "Start > Outer, Outer:1 > Inner, Inner:1 > Body > Inner, Inner:0 > Outer", None, [.. nodes.Select(n => n.Replace("OPTIONS", options))]);
            var (run, result) = await RunAsync(model, """[{"n":1},{"n":2},{"n":3}]""");
            result.Phase.ShouldBe(RunPhase.Succeeded);
            return run.Executions(model.Find("Body")!).Count;
        }

        (await Bodies("{}")).ShouldBe(1);
        (await Bodies("""{"reset": "={{ $node['Inner'].context.done }}"}""")).ShouldBe(3);
    }

    [Fact]
    public async Task The_second_version_of_n8ns_loop_gives_ten_items_by_its_first_output()
    {
        var model = Make("loop", "Start > Loop, Loop:0 > Body > Loop, Loop:1 > Done", None, "Start manual-trigger", """Loop n8n-nodes-base.splitInBatches | {} | {"typeVersion": 2}""", "Body no-op", "Done no-op");
        var (run, result) = await RunAsync(model, JsJson.WriteString(new JsArray([.. Enumerable.Range(0, 12).Select(n => (JsValue)new JsObject { ["n"] = n })])));
        run.Executions(model.Find("Body")!).Select(e => e.Outputs![0].Count).ShouldBe([10, 2]);
        (result.LastNode, result.Last.Count).ShouldBe(("Done", 12));
    }

    [Theory]
    [InlineData(1, 3600)]
    [InlineData(1.1, 5)]
    public async Task A_wait_that_does_not_say_how_long_waits_as_n8ns_of_that_version(double version, int seconds)
    {
        await using var engine = new WorkflowEngine(new());
        var run = await engine.StartAsync(Make("wait", "Start > Wait", None, "Start manual-trigger", $$"""Wait n8n-nodes-base.wait | {} | {"typeVersion": {{version.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}"""), new RunRequest());
        for (var i = 0; i < 3000 && run.Phase is not RunPhase.Waiting; i++) await Task.Delay(20, TestContext.Current.CancellationToken);
        var waiting = run.WaitingExecutions().ShouldHaveSingleItem();
        (waiting.Waiting!.Until!.Value - waiting.Waiting.At).TotalSeconds.ShouldBe(seconds, 1);
    }

    [Fact]
    public async Task A_webhook_with_several_methods_has_an_output_for_each()
    {
        var model = Make("hook", "Hook:0 > Read, Hook:1 > Write", None,
            """Hook n8n-nodes-base.webhook | {"path": "x", "multipleMethods": true, "httpMethod": ["GET", "PUT"], "responseMode": "lastNode"} | {"typeVersion": 2}""",
            """Read set | {"assignments": {"assignments": [{"name": "by", "value": "read"}]}}""", """Write set | {"assignments": {"assignments": [{"name": "by", "value": "write"}]}}""");
        await using var engine = new WorkflowEngine(new());
        foreach (var (method, by) in ((string, string)[])[("GET", "read"), ("PUT", "write")])
            (await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = method })).Json.ToString().ShouldBe($"{{\"by\":\"{by}\"}}");
    }

    [Fact]
    public void Version_1_3_of_n8ns_answer_always_has_two_outputs() =>
        ((double[])[1.2, 1.3, 1.4]).Select(v => Make("answer", "Start > A", None, "Start manual-trigger", $$"""A n8n-nodes-base.respondToWebhook | {"respondWith": "noData"} | {"typeVersion": {{v.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}""").Find("A")!.OutputCount).ShouldBe([1, 2, 1]);

    [Fact]
    public async Task A_workflow_that_is_called_gets_the_items_with_the_chosen_fields_and_without_the_removed()
    {
        var inner = Text("inner", "Trigger > End", None, "Trigger n8n-nodes-base.executeWorkflowTrigger", "End no-op");
        var parameters = new JsObject
        {
            ["source"] = "parameter",
            ["workflowJson"] = inner,
            ["workflowInputs"] = JsJson.Parse("""{"mappingMode": "defineBelow", "value": {"b": "={{ $json.a + 1 }}"}, "schema": [{"id": "b", "displayName": "b"}, {"id": "c", "displayName": "c", "removed": true}]}"""),
        };
        var model = Make("outer", "Start > Call", None, "Start manual-trigger", $"Call n8n-nodes-base.executeWorkflow | {JsJson.WriteString(parameters).Replace('|', ' ')} | {{\"typeVersion\": 1.2}}");
        var (_, result) = await RunAsync(model, """[{"a":1,"c":3}]""");
        Show(result.Last).ShouldBe("""[{"a":1,"b":2}]""");
    }

    [Fact]
    public void A_circle_may_end_by_an_error_output_or_by_code_that_gives_nothing()
    {
        Nodes.NodeFixture.Load(Text("retry", "Start > Http > Next, Http:1 > Pause > Http", None, "Start manual-trigger", """Http http-request | {"url": "https://example.com"} | {"onError": "continueErrorOutput"}""", "Next no-op", "Pause no-op")).Problems.ShouldBeEmpty();
        Nodes.NodeFixture.Load(Text("pages", "Start > Page > Code > Page", None, "Start manual-trigger", "Page no-op", """Code code | {"jsCode": "return [];"}""")).Problems.ShouldBeEmpty();
    }

    private static async Task<(Run Run, RunResult Result)> RunAsync(WorkflowModel model, string items)
    {
        await using var engine = new WorkflowEngine(new());
        var run = await engine.StartAsync(model, new RunRequest { Items = Items(items) });
        return (run, await run.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }
}
