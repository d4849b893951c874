using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Runs;

/// <summary>Which item of an earlier node belongs to an item, through everything that can be on the way.</summary>
public sealed class PairingTests
{
    private const string None = """{"durability": "none"}""";
    private const string Three = """[{"n":1},{"n":2},{"n":3}]""";

    private const string Odd = """{"conditions": {"conditions": [{"leftValue": "={{ $json.n }}", "rightValue": 2, "operator": {"type": "number", "operation": "notEquals"}}]}}""";

    [Theory]
    [InlineData("Pass no-op")]
    [InlineData("Pass no-op | {} | {\"disabled\": true}")]
    [InlineData("Pass wait | {\"amount\": 0, \"unit\": \"seconds\"}")]
    public async Task Nodes_that_pass_items_on_keep_them_apart(string pass)
    {
        var model = Make("pass", "Start > Odd > Pass > See", None, "Start manual-trigger", $"Odd filter | {Odd}", pass, See("={{ $('Start').item.json.n }}"));
        (await LastAsync(model, Three)).ShouldBe("""[{"v":1},{"v":3}]""");
    }

    [Fact]
    public async Task A_loop_gives_items_that_came_in_when_it_began()
    {
        var model = Make("loop", "Start > Odd > Loop, Loop:1 > See > Loop, Loop > After", None, "Start manual-trigger", $"Odd filter | {Odd}", "Loop split-in-batches | {\"batchSize\": 1}",
            See("={{ $('Start').item.json.n }}"), See("={{ $('Start').item.json.n + 10 * $('See').item.json.v }}", "After"));
        (await LastAsync(model, Three)).ShouldBe("""[{"v":11},{"v":33}]""");
    }

    [Fact]
    public async Task Several_items_that_match_are_a_failure()
    {
        var model = Make("several", "Start > All > See", None, "Start manual-trigger", "All aggregate | {\"aggregate\": \"aggregateAllItemData\"}", See("={{ $('Start').item.json.n }}"));
        var (_, result) = await RunAsync(model, Three);
        result.Error!.Message.ShouldContain("several items of 'Start' belong to item 0");
    }

    [Fact]
    public async Task An_item_from_elsewhere_has_no_match_and_is_no_failure()
    {
        var model = Make("elsewhere", "Start > A > Merge, Start > Merge:1, Merge > See", None, "Start manual-trigger", "A limit | {\"maxItems\": 1}", "Merge merge | {\"mode\": \"append\"}",
            See("={{ $('A').item.json.n }}"));
        (await LastAsync(model, """[{"n":1},{"n":2}]""")).ShouldBe("""[{"v":1},{"v":null},{"v":null}]""");
    }

    [Fact]
    public async Task One_item_of_many_belongs_to_none_unless_the_node_says_so()
    {
        var model = Make("code", "Start > Code > See", None, "Start manual-trigger", """Code code | {"jsCode": "return [{ json: { total: items.length } }];"}""", See("={{ $('Start').item.json.n }}"));
        (await RunAsync(model, Three)).Result.Error!.Message.ShouldContain("which item of 'Start' belongs to item 0 is not known");
    }

    [Fact]
    public async Task The_older_syntax_means_the_same_place_and_the_last_run()
    {
        var model = Make("older", "Start > Odd > See", None, "Start manual-trigger", $"Odd filter | {Odd}", See("={{ [$node['Start'].json.n, $node['Start'].runIndex, $node['See'].runIndex] }}"));
        (await LastAsync(model, Three)).ShouldBe("""[{"v":[1,0,-1]},{"v":[2,0,-1]}]""");
    }

    [Fact]
    public async Task A_run_that_never_was_is_a_failure()
    {
        var model = Make("runs", "Start > See", None, "Start manual-trigger", See("={{ $('Start').all(0, 5).length }}"));
        (await RunAsync(model, Three)).Result.Error!.Message.ShouldContain("the node 'Start' has no run 5");
    }

    [Fact]
    public async Task A_node_that_runs_once_still_sees_all_items()
    {
        var model = Make("once", "Start > See", None, "Start manual-trigger", See("={{ $input.all().length }}") + """ | {"executeOnce": true}""");
        (await LastAsync(model, Three)).ShouldBe("""[{"v":3}]""");
    }

    [Fact]
    public async Task Pinned_items_are_paired_and_keep_their_files()
    {
        var text = Text("pinned", "Start > Ask > See", None, "Start manual-trigger", "Ask no-op", See("={{ $('Start').item.json.n + $binary.data.fileName }}"));
        var pinned = text[..^1] + ""","pinData": {"Ask": [{"json": {}, "binary": {"data": {"data": "aGk=", "mimeType": "text/plain", "fileName": "a.txt"}}}, {"json": {}, "binary": {"data": {"data": "aG8=", "mimeType": "text/plain", "fileName": "b.txt"}}}]}}""";
        var (run, result) = await RunAsync(Nodes.NodeFixture.Model(pinned), """[{"n":1},{"n":2}]""", usePinData: true);
        Show(result.Last).ShouldBe("""[{"v":"1a.txt"},{"v":"2b.txt"}]""");
        run.Executions(run.Model.Find("Ask")!)[0].Outputs![0][0].Binary!["data"].Content!.Value.ToArray().ShouldBe("hi"u8.ToArray());
    }

    [Fact]
    public async Task Code_that_fails_gives_only_what_went_wrong_where_the_run_goes_on()
    {
        var model = Make("fails", "Start > Code", None, "Start manual-trigger", """Code code | {"jsCode": "throw new Error('no');"} | {"onError": "continueRegularOutput"}""");
        var (_, result) = await RunAsync(model, Three);
        result.Last.ShouldHaveSingleItem().Json["error"].AsString!.ShouldContain("no");
    }

    [Fact]
    public async Task A_merge_that_chooses_needs_its_first_two_inputs()
    {
        var model = Make("choose", "Start > Merge, Start > Merge:2", None, "Start manual-trigger", """Merge merge | {"mode": "chooseBranch", "numberInputs": 3}""");
        (await RunAsync(model, Three)).Result.LastNode.ShouldBe("Start");
    }

    [Fact]
    public async Task A_switch_without_items_gives_one_where_it_always_has_to()
    {
        var model = Make("always", "Start > Switch > End", None, "Start manual-trigger",
            """Switch switch | {"rules": {"values": [{"conditions": {"conditions": [{"leftValue": "={{ $json.n }}", "rightValue": 9, "operator": {"type": "number", "operation": "equals"}}]}}]}} | {"alwaysOutputData": true}""", "End no-op");
        (await LastAsync(model, Three)).ShouldBe("[{}]");
    }

    private static string See(string value, string name = "See") => name + """ set | {"assignments": {"assignments": [{"name": "v", "type": "any", "value": """ + "\"" + value + "\"}]}}";

    private static async Task<string> LastAsync(WorkflowModel model, string items)
    {
        var (_, result) = await RunAsync(model, items);
        result.Error.ShouldBeNull();
        return Show(result.Last);
    }

    private static async Task<(Run Run, RunResult Result)> RunAsync(WorkflowModel model, string items, bool usePinData = false)
    {
        await using var engine = new WorkflowEngine(new());
        var run = await engine.StartAsync(model, new RunRequest { Items = Items(items), UsePinData = usePinData, Mode = usePinData ? RunMode.Test : RunMode.Production });
        return (run, await run.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }
}
