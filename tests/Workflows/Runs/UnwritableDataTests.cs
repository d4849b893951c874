using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Runs;

/// <summary>What a node gives that JSON cannot hold, or that is more than anybody could: the node fails, and nothing else does.</summary>
public sealed class UnwritableDataTests
{
    private const string Deep = "Array(60000).fill(0).reduce(a => [a], 0)";

    public static TheoryData<string, string> Values => new()
    {
        { "10n", "the output cannot be passed on: item 0: v is a BigInt, which JSON does not have" },
        { "({a: [1, {b: 10n}]})", "the output cannot be passed on: item 0: v.a[1].b is a BigInt, which JSON does not have" },
        { Deep, "what the expression gives cannot be used: it is nested deeper than 288 levels, or contains itself" },
        { "(() => { const a = {}; a.a = a; return a; })()", "what the expression gives cannot be used: it is nested deeper than 288 levels, or contains itself" },
        // Twice as much with each level, in two kilobytes of memory.
        { "Array(60).fill(0).reduce(a => [a, a], 0)", "what the expression gives cannot be used: it is more than 128 MiB" },
        { "Array(2000).fill('x'.repeat(1000000))", "what the expression gives cannot be used: it is more than 128 MiB" },
    };

    [Theory, MemberData(nameof(Values))]
    public async Task A_value_that_cannot_be_written_fails_its_node(string value, string message)
    {
        var model = Model("none", $$$"""{"assignments": {"assignments": [{"name": "v", "value": "={{ {{{value}}} }}"}]}}""");
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(model, new RunRequest());
        (result.Phase, result.Error?.Node, result.Error?.Message).ShouldBe((RunPhase.Failed, "Set", message));
    }

    [Theory, MemberData(nameof(Values))]
    public async Task The_history_of_its_run_can_be_read_and_other_runs_go_on(string value, string message)
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var model = Model("checkpoint", $$$"""{"assignments": {"assignments": [{"name": "v", "value": "={{ $json.bad ? {{{value}}} : 1 }}"}]}}""");
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database });
        engine.Use([model]);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        var failed = await engine.RunAsync(model, new RunRequest { Items = Items("""[{"bad": true}]""") });
        failed.Error!.Message.ShouldBe(message);
        (await engine.RunAsync(model, new RunRequest())).Phase.ShouldBe(RunPhase.Succeeded);

        var (lines, _) = await engine.History!.LinesAsync(failed.Id, TestContext.Current.CancellationToken);
        lines.Select(l => $"{l["event"]} {l["node"]}").ShouldBe(["started Start", "node finished Start", "node failed Set", "failed undefined"]);
        (await engine.LoadAsync(failed.Id))!.Result().Error.ShouldBe(failed.Error);
    }

    [Fact]
    public async Task A_value_that_grows_from_node_to_node_ends_at_the_same_limit()
    {
        var model = Make("grows", "Start > Wrap, Wrap > Again, Again:0 > Wrap", """{"durability": "none"}""", "Start manual-trigger",
            """Wrap aggregate | {"aggregate": "aggregateAllItemData", "destinationFieldName": "v"}""",
            """Again if | {"conditions": {"conditions": [{"leftValue": true, "operator": {"type": "boolean", "operation": "true", "singleValue": true}}]}}""");
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(model, new RunRequest());
        result.Error!.Node.ShouldBe("Wrap");
        result.Error.Message.ShouldBe("the output cannot be passed on: item 0: it is nested deeper than 288 levels, or contains itself");
    }

    [Theory]
    [InlineData("""{"assignments": {"assignments": [{"name": "v", "value": "={{ DEEP }}", "type": "number"}]}}""")]
    [InlineData("""{"assignments": {"assignments": [{"name": "v", "value": "={{ DEEP }}", "type": "string"}]}}""")]
    [InlineData("""{"mode": "raw", "jsonOutput": "={{ ({v: DEEP}) }}"}""")]
    public async Task What_a_node_does_with_a_deep_value_itself_ends(string parameters)
    {
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(Model("none", parameters.Replace("DEEP", Deep)), new RunRequest());
        (result.Phase, result.Error?.Node).ShouldBe((RunPhase.Failed, "Set"));
    }

    [Fact]
    public async Task A_big_integer_is_text_where_text_is_asked_for()
    {
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(Model("none", """{"assignments": {"assignments": [{"name": "v", "value": "={{ 10n ** 20n }}", "type": "string"}]}}"""), new RunRequest());
        Show(result.Last).ShouldBe("""[{"v":"100000000000000000000"}]""");
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_fails_the_node_that_gives_it()
    {
        var model = Make("answers", "Hook > Respond", """{"durability": "none"}""", """Hook webhook | {"responseMode": "responseNode"}""",
            """Respond respond-to-webhook | {"respondWith": "json", "responseBody": "={{ ({a: 10n}) }}"}""");
        await using var engine = new WorkflowEngine(new());
        (await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = "GET" })).Failure.ShouldBe(RunPhase.Failed);
    }

    [Theory, InlineData("checkpoint"), InlineData("none")]
    public async Task What_a_person_wants_to_say_of_an_error_is_left_out_where_it_cannot_be_written(string durability)
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var model = Make("stops", "Start > Stop", $$"""{"durability": "{{durability}}"}""", "Start manual-trigger", """Stop stop-and-error | {"errorType": "errorObject", "errorObject": "={{ ({message: 'no', n: 10n}) }}"}""");
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database });
        engine.Use([model]);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        var result = await engine.RunAsync(model, new RunRequest());
        (result.Phase, result.Error?.Node, result.Error?.Message).ShouldBe((RunPhase.Failed, "Stop", "no"));
    }

    /// <summary>The deepest body that is taken stands in an item, and that in an event: all of it has to come back.</summary>
    [Fact]
    public async Task The_deepest_body_that_is_taken_is_stored_and_read_back()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var body = JsJson.Parse(new string('[', JsJson.MaximumDepth) + "1" + new string(']', JsJson.MaximumDepth));
        var model = Make("deep", "Hook > End", "{}", """Hook webhook | {"responseMode": "lastNode"}""", "End no-op");
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database });
        engine.Use([model]);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        var answer = await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = "POST", Body = body });
        answer.Json.AsObject!["body"].DeepEquals(body).ShouldBeTrue();
        var id = (await engine.History!.ListAsync(new RunFilter())).ShouldHaveSingleItem().Id;
        (await engine.LoadAsync(id))!.Result().Last[0].Json["body"].DeepEquals(body).ShouldBeTrue();
    }

    private static WorkflowModel Model(string durability, string parameters) =>
        Make("data", "Start > Set > After", $$"""{"durability": "{{durability}}"}""", "Start manual-trigger", $"Set set | {parameters}", "After remove-duplicates");
}
