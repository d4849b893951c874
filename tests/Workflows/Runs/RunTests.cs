using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Runs;

public sealed class RunTests
{
    private const string None = """{"durability": "none"}""";
    private const string Parallel = """{"durability": "none", "parallel": true}""";

    [Fact]
    public async Task A_webhook_is_answered_by_the_node_that_responds()
    {
        var model = Make("hook", "Hook > Set > Respond", None,
            """Hook webhook | {"responseMode": "responseNode", "path": "x"}""",
            """Set set | {"assignments": {"assignments": [{"name": "hello", "value": "={{ $json.body.who }}", "type": "string"}]}}""",
            """Respond respond-to-webhook | {"respondWith": "firstIncomingItem", "options": {"responseCode": 201}}""");
        await using var engine = new WorkflowEngine(new());
        var response = await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = "POST", Body = new JsObject { ["who"] = "Ada" } });
        response.Status.ShouldBe(201);
        JsJson.WriteString(response.Json).ShouldBe("""{"hello":"Ada"}""");
    }

    /// <summary>What comes from a caller must not become header fields of its own.</summary>
    [Theory]
    [InlineData("x-a", "1\r\nInjected: 2", "the header field 'x-a' cannot hold control characters")]
    [InlineData("x-a", "a\0b", "the header field 'x-a' cannot hold control characters")]
    [InlineData("x\r\nInjected", "1", "'x\r\nInjected' cannot be the name of a header field")]
    [InlineData("content-type", "text/plain\n", "the header field 'content-type' cannot hold control characters")]
    [InlineData("a b", "1", "'a b' cannot be the name of a header field")]
    public async Task A_header_field_that_cannot_be_sent_fails_the_node_that_gives_it(string name, string value, string message)
    {
        var model = Make("hook", "Hook > Respond", None, """Hook webhook | {"responseMode": "responseNode"}""",
            """Respond respond-to-webhook | {"respondWith": "text", "responseBody": "x", "options": {"responseHeaders": {"entries": [{"name": "={{ $json.body.name }}", "value": "={{ $json.body.value }}"}]}}}""");
        await using var engine = new WorkflowEngine(new());
        RunError? error = null;
        engine.Watch += (_, happened) => error = (happened as RunFailed)?.Error ?? error;
        (await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = "POST", Body = new JsObject { ["name"] = name, ["value"] = value } })).Failure.ShouldBe(RunPhase.Failed);
        error!.Message.ShouldBe(message);
    }

    [Theory]
    [InlineData("firstEntryJson", """{"n":1}""")]
    [InlineData("allEntries", """[{"n":1}]""")]
    public async Task A_webhook_is_answered_by_the_last_node(string data, string expected)
    {
        var model = Make("hook", "Hook > Set", None,
            $$"""Hook webhook | {"responseMode": "lastNode", "responseData": "{{data}}"}""",
            """Set set | {"assignments": {"assignments": [{"name": "n", "value": 1, "type": "number"}]}}""");
        await using var engine = new WorkflowEngine(new());
        JsJson.WriteString((await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = "GET" })).Json).ShouldBe(expected);
    }

    [Fact]
    public async Task Branches_run_one_after_the_other_from_the_top_to_the_bottom()
    {
        var model = Make("order", "Start > C > D, Start > A > B", None, "Start manual-trigger", "A no-op", "B no-op", "C no-op", "D no-op");
        (await Order(model)).ShouldBe("Start A B C D");
    }

    [Fact]
    public async Task A_merge_waits_for_all_inputs_and_then_runs_at_once()
    {
        var model = Make("merge", "Start > A > M:0, Start > B > M:1, M > E", None, "Start manual-trigger", "A no-op", "B no-op", "M merge", "E no-op");
        (await Order(model)).ShouldBe("Start A B M E");
    }

    [Fact]
    public async Task A_merge_runs_with_what_it_has_when_a_branch_gives_nothing()
    {
        var model = Make("merge", "Start > If, If:0 > M:0, If:1 > M:1, M > E", None, "Start manual-trigger",
            """If if | {"conditions": {"conditions": [{"leftValue": true, "operator": {"type": "boolean", "operation": "true", "singleValue": true}}]}}""", "M merge", "E no-op");
        (await Order(model)).ShouldBe("Start If M E");
    }

    [Fact]
    public async Task A_loop_goes_round_with_a_few_items_at_a_time()
    {
        var model = Make("loop", "Start > Loop, Loop:1 > Body > Loop, Loop:0 > Done", None, "Start manual-trigger", """Loop split-in-batches | {"batchSize": 2}""",
            """Body set | {"assignments": {"assignments": [{"name": "m", "value": "={{ $json.n }}", "type": "number"}]}}""", "Done no-op");
        var (run, result) = await RunAsync(model, """[{"n":1},{"n":2},{"n":3}]""");
        result.Phase.ShouldBe(RunPhase.Succeeded);
        Show(result.Last).ShouldBe("""[{"m":1},{"m":2},{"m":3}]""");
        run.Executions(model.Find("Body")!).Count.ShouldBe(2);
        result.LastNode.ShouldBe("Done");
    }

    [Fact]
    public async Task A_loop_within_a_loop_begins_anew_each_time()
    {
        var model = Make("loops", "Start > Outer, Outer:1 > Inner, Inner:1 > Body > Inner, Inner:0 > Outer, Outer:0 > Done", None,
            "Start manual-trigger", """Outer split-in-batches | {"batchSize": 2}""", """Inner split-in-batches | {"batchSize": 1}""", "Body no-op", "Done no-op");
        var (run, result) = await RunAsync(model, """[{"n":1},{"n":2},{"n":3},{"n":4}]""");
        Show(result.Last).ShouldBe("""[{"n":1},{"n":2},{"n":3},{"n":4}]""");
        run.Executions(model.Find("Body")!).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_disabled_node_passes_on_and_pinned_data_stands_in_in_tests_only()
    {
        var text = Text("pins", "Start > Off > Pinned", None, "Start manual-trigger", """Off stop-and-error | {} | {"disabled": true}""", "Pinned no-op");
        var document = JsJson.Parse(text).AsObject!;
        document.Set("pinData", JsJson.Parse("""{"Pinned": [{"json": {"pinned": true}}]}"""));
        var model = Nodes.NodeFixture.Model(JsJson.WriteString(document));
        Show((await RunAsync(model, """[{"n":1}]""")).Result.Last).ShouldBe("""[{"n":1}]""");
        await using var engine = new WorkflowEngine(new());
        Show((await engine.RunAsync(model, new RunRequest { UsePinData = true })).Last).ShouldBe("""[{"pinned":true}]""");
    }

    [Fact]
    public async Task A_failure_ends_the_run_and_says_where()
    {
        var model = Make("fails", "Start > Bad > Never", None, "Start manual-trigger", """Bad stop-and-error | {"errorMessage": "out of stock"}""", "Never no-op");
        var (run, result) = await RunAsync(model);
        result.Phase.ShouldBe(RunPhase.Failed);
        result.Error!.Message.ShouldBe("out of stock");
        result.Error.Node.ShouldBe("Bad");
        run.Executions(model.Find("Never")!).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("continueRegularOutput", """[{"n":1}]""", "Good")]
    [InlineData("continueErrorOutput", """[{"n":1,"error":"out of stock"}]""", "Failed")]
    public async Task A_run_goes_on_after_a_failure_where_the_node_says_so(string onError, string expected, string last)
    {
        var model = Make("goes-on", "Start > Bad, Bad:0 > Good, Bad:1 > Failed", None, "Start manual-trigger",
            $$"""Bad stop-and-error | {"errorMessage": "out of stock"} | {"onError": "{{onError}}"}""", "Good no-op", "Failed no-op");
        var (_, result) = await RunAsync(model, """[{"n":1}]""");
        result.Phase.ShouldBe(RunPhase.Succeeded);
        Show(result.Last).ShouldBe(expected);
        result.LastNode.ShouldBe(last);
    }

    [Fact]
    public async Task An_error_workflow_is_told_of_the_failure()
    {
        var failing = Make("fails", "Start > Bad", """{"durability": "none", "errorWorkflow": "handler"}""", "Start manual-trigger", """Bad stop-and-error | {"errorMessage": "boom"}""");
        var handler = Make("handler", "On > Note", None, "On error-trigger", "Note no-op");
        await using var engine = new WorkflowEngine(new());
        engine.Use([failing, handler]);
        var told = new TaskCompletionSource<Run>();
        engine.Watch += (run, e) =>
        {
            if (e is RunFinished && run.Model == handler) told.TrySetResult(run);
        };
        await engine.RunAsync(failing, new RunRequest());
        var item = (await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Executions(handler.Find("Note")!)[0].Inputs[0]![0].Json;
        item["execution"].AsObject!["error"].AsObject!["message"].AsString.ShouldBe("boom");
        item["workflow"].AsObject!["name"].AsString.ShouldBe("fails");
    }

    [Fact]
    public async Task Other_workflows_are_run_with_all_items_or_with_each()
    {
        var called = Make("called", "Called > Set", None, "Called execute-workflow-trigger",
            """Set set | {"includeOtherFields": true, "assignments": {"assignments": [{"name": "seen", "value": true, "type": "boolean"}]}}""");
        var caller = Make("caller", "Start > Call > Each", None, "Start manual-trigger", """Call execute-workflow | {"workflowId": "called"}""", """Each execute-workflow | {"workflowId": {"__rl": true, "value": "called", "mode": "list"}, "mode": "each"}""");
        await using var engine = new WorkflowEngine(new() { ConcurrentRuns = 1 });
        engine.Use([called, caller]);
        var result = await engine.RunAsync(caller, new RunRequest { Items = Items("""[{"n":1},{"n":2}]""") });
        Show(result.Last).ShouldBe("""[{"n":1,"seen":true},{"n":2,"seen":true}]""");
    }

    [Fact]
    public async Task A_workflow_that_calls_itself_for_ever_is_stopped()
    {
        var model = Make("itself", "Start > Call", None, "Start execute-workflow-trigger", """Call execute-workflow | {"workflowId": "itself"}""");
        await using var engine = new WorkflowEngine(new());
        engine.Use([model]);
        (await engine.RunAsync(model, new RunRequest())).Error!.Message.ShouldContain("50 deep");
    }

    [Fact]
    public async Task A_wait_lets_go_and_comes_back()
    {
        var model = Make("waits", "Start > Wait > End", None, "Start manual-trigger", """Wait wait | {"amount": 0.05, "unit": "seconds"}""", "End no-op");
        await using var engine = new WorkflowEngine(new() { ConcurrentRuns = 1 });
        var run = await engine.StartAsync(model, new RunRequest { Items = Items("""[{"n":1}]""") });
        var result = await run.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        result.LastNode.ShouldBe("End");
        Show(result.Last).ShouldBe("""[{"n":1}]""");
    }

    [Fact]
    public async Task A_call_wakes_a_run_that_waits_for_it()
    {
        var model = Make("waits", "Start > Wait > End", None, "Start manual-trigger", """Wait wait | {"resume": "webhook", "httpMethod": "POST", "responseMode": "lastNode", "options": {"webhookSuffix": "ok"}}""",
            """End set | {"assignments": {"assignments": [{"name": "answer", "value": "={{ $json.body.yes }}", "type": "boolean"}]}}""");
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(model, new RunRequest());
        result.Phase.ShouldBe(RunPhase.Waiting);
        engine.Load.ShouldBe(new EngineLoad(0, 0, 0, 1, null));
        var call = new WebhookRequest { Method = "POST", Body = new JsObject { ["yes"] = true } };
        (await engine.ResumeAsync(result.Id, "no", call)).ShouldBeNull();
        (await engine.ResumeAsync("no", "ok", call)).ShouldBeNull();
        JsJson.WriteString((await engine.ResumeAsync(result.Id, "ok", call))!.Json).ShouldBe("""{"answer":true}""");
        (await engine.ResumeAsync(result.Id, "ok", call)).ShouldBeNull();
    }

    [Fact]
    public async Task A_caller_that_goes_before_there_is_a_slot_leaves_the_run_waiting()
    {
        var waits = Make("waits", "Start > Wait > End", None, "Start manual-trigger", """Wait wait | {"resume": "webhook", "httpMethod": "POST", "responseMode": "lastNode"}""", "End no-op");
        var free = new TaskCompletionSource();
        using var node = new TestNode(async (_, _) =>
        {
            await free.Task;
            return NodeResult.Nothing;
        });
        await using var engine = new WorkflowEngine(new() { ConcurrentRuns = 1 });
        var result = await engine.RunAsync(waits, new RunRequest());
        var busy = await engine.StartAsync(node.In(None), new RunRequest());
        await node.Entered;
        var call = new WebhookRequest { Method = "POST" };
        using var gone = new CancellationTokenSource();
        var waiting = engine.ResumeAsync(result.Id, "", call, gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);

        free.SetResult();
        await busy.Ended;
        (await engine.ResumeAsync(result.Id, "", call)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(None)]
    [InlineData(Parallel)]
    public async Task A_run_is_cancelled_while_a_node_waits_for_others(string settings)
    {
        using var node = new TestNode(async (_, context) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.Cancellation);
            return NodeResult.Nothing;
        });
        var model = node.In(settings);
        await using var engine = new WorkflowEngine(new());
        var run = await engine.StartAsync(model, new RunRequest());
        await node.Entered;
        (await engine.CancelAsync(run.Id, "enough")).ShouldBeTrue();
        (await run.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Phase.ShouldBe(RunPhase.Cancelled);
    }

    [Theory]
    [InlineData(None)]
    [InlineData(Parallel)]
    public async Task A_node_that_breaks_fails_its_run_only(string settings)
    {
        using var node = new TestNode((_, _) => throw new InvalidOperationException("broken"));
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(node.In(settings), new RunRequest());
        result.Phase.ShouldBe(RunPhase.Failed);
        result.Error!.Unexpected.ShouldBeTrue();
        result.Error.Message.ShouldBe("InvalidOperationException: broken");
        engine.Load.Active.ShouldBe(0);
    }

    [Fact]
    public async Task A_node_is_tried_again_as_often_as_it_says()
    {
        var tries = 0;
        using var node = new TestNode((_, context) => ++tries < 3 ? throw new NodeException("not yet") : ValueTask.FromResult(NodeResult.Of(context.Items)));
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(node.In(None, """{"retryOnFail": true, "maxTries": 3, "waitBetweenTries": 1, "retryBackoff": 2}"""), new RunRequest());
        result.Phase.ShouldBe(RunPhase.Succeeded);
        tries.ShouldBe(3);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(0.001, 1)]
    public async Task It_is_tried_again_not_before_the_other_side_wants_to_be(double asked, double waited)
    {
        var tries = 0;
        using var node = new TestNode((_, context) => ++tries < 2 ? throw new NodeException("too many") { RetryAfter = TimeSpan.FromSeconds(asked) } : ValueTask.FromResult(NodeResult.Of(context.Items)));
        var time = new HastyTime();
        await using var engine = new WorkflowEngine(new() { Services = new NodeServices { Time = time } });
        (await engine.RunAsync(node.In(None, """{"retryOnFail": true, "waitBetweenTries": 1000}"""), new RunRequest())).Phase.ShouldBe(RunPhase.Succeeded);
        time.Waits.ShouldContain(TimeSpan.FromSeconds(waited));
    }

    [Fact]
    public async Task A_mistake_of_the_workflow_is_not_tried_again()
    {
        var tries = 0;
        using var node = new TestNode((_, _) =>
        {
            tries++;
            throw new NodeException("wrong") { Retryable = false };
        });
        await using var engine = new WorkflowEngine(new());
        (await engine.RunAsync(node.In(None, """{"retryOnFail": true, "waitBetweenTries": 1}"""), new RunRequest())).Phase.ShouldBe(RunPhase.Failed);
        tries.ShouldBe(1);
    }

    [Fact]
    public async Task A_node_that_takes_too_long_fails()
    {
        using var node = new TestNode(async (_, context) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.Cancellation);
            return NodeResult.Nothing;
        });
        await using var engine = new WorkflowEngine(new());
        (await engine.RunAsync(node.In(None, """{"timeout": 0.02}"""), new RunRequest())).Error!.Message.ShouldBe("took longer than 0.02 seconds");
    }

    [Fact]
    public async Task A_run_that_takes_too_long_is_cancelled()
    {
        using var node = new TestNode(async (_, context) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.Cancellation);
            return NodeResult.Nothing;
        });
        await using var engine = new WorkflowEngine(new());
        (await engine.RunAsync(node.In("""{"durability": "none", "executionTimeout": 0.02}"""), new RunRequest())).Phase.ShouldBe(RunPhase.Cancelled);
    }

    [Fact]
    public async Task Independent_branches_run_side_by_side_when_the_workflow_says_so()
    {
        var inside = 0;
        var together = new TaskCompletionSource();
        using var node = new TestNode(async (_, context) =>
        {
            if (Interlocked.Increment(ref inside) == 3) together.SetResult();
            await together.Task.WaitAsync(context.Cancellation);
            return NodeResult.Of(context.Items);
        });
        var model = Make("parallel", "Start > A > M:0, Start > B > M:1, Start > C > M:2", Parallel, "Start manual-trigger", $"A {node.Type}", $"B {node.Type}", $"C {node.Type}", """M merge | {"numberInputs": 3}""");
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(model, new RunRequest { Items = Items("""[{"n":1}]""") }).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Show(result.Last).ShouldBe("""[{"n":1},{"n":1},{"n":1}]""");
    }

    [Fact]
    public async Task Side_by_side_a_failure_ends_the_other_branches()
    {
        using var slow = new TestNode(async (_, context) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.Cancellation);
            return NodeResult.Nothing;
        });
        var model = Make("parallel", "Start > A, Start > B", Parallel, "Start manual-trigger", $"A {slow.Type}", "B stop-and-error");
        await using var engine = new WorkflowEngine(new());
        var result = await engine.RunAsync(model, new RunRequest()).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        result.Phase.ShouldBe(RunPhase.Failed);
        result.Error!.Node.ShouldBe("B");
    }

    [Fact]
    public async Task The_first_item_only_and_always_an_item_where_the_node_says_so()
    {
        var model = Make("once", "Start > Once > None > End", None, "Start manual-trigger", """Once no-op | {} | {"executeOnce": true}""",
            """None filter | {"conditions": {"conditions": [{"leftValue": "", "operator": {"type": "string", "operation": "notEmpty", "singleValue": true}}]}} | {"alwaysOutputData": true}""", "End no-op");
        var (run, result) = await RunAsync(model, """[{"n":1},{"n":2}]""");
        Show(run.Executions(model.Find("Once")!)[0].Outputs![0]).ShouldBe("""[{"n":1}]""");
        Show(result.Last).ShouldBe("[{}]");
        result.LastNode.ShouldBe("End");
    }

    private static async Task<string> Order(WorkflowModel model)
    {
        await using var engine = new WorkflowEngine(new());
        var order = new List<string>();
        engine.Watch += (_, e) =>
        {
            if (e is NodeFinished finished) order.Add(model.Nodes[finished.Node].Name);
        };
        (await engine.RunAsync(model, new RunRequest())).Phase.ShouldBe(RunPhase.Succeeded);
        return string.Join(' ', order);
    }

    private static async Task<(Run Run, RunResult Result)> RunAsync(WorkflowModel model, string items = "[{}]")
    {
        await using var engine = new WorkflowEngine(new());
        var run = await engine.StartAsync(model, new RunRequest { Items = Items(items) });
        return (run, await run.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    /// <summary>Lets nobody wait, and remembers how long it should have been.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public System.Collections.Concurrent.ConcurrentBag<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
        }
    }
}
