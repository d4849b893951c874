using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Nodes.RemoveDuplicates;

public sealed class SeenBeforeTests
{
    [Fact]
    public async Task Values_that_earlier_runs_had_leave_by_the_second_output() =>
        (await TwiceAsync("n8n-nodes-base.removeDuplicates", """{"operation": "removeItemsSeenInPreviousExecutions", "dedupeValue": "={{ $json.id }}"}""",
            """[{"id": 3}, {"id": "b"}, {"id": 1}, {"id": 3, "again": true}]""", """[{"id": 4}, {"id": 3}, {"id": "b"}]"""))
        .ShouldBe("""new [{"id":1},{"id":3},{"id":3,"again":true},{"id":"b"}] seen []; new [{"id":4}] seen [{"id":3},{"id":"b"}]""");

    [Fact]
    public async Task Our_own_node_keeps_the_order_of_items() =>
        (await TwiceAsync("remove-duplicates", """{"operation": "removeItemsSeenInPreviousExecutions", "dedupeValue": "={{ $json.id }}"}""", """[{"id": 3}, {"id": 1}]""", """[{"id": 1}]"""))
        .ShouldBe("""new [{"id":3},{"id":1}] seen []; new [] seen [{"id":1}]""");

    [Fact]
    public async Task Numbers_have_to_be_higher_than_all_before() =>
        (await TwiceAsync("remove-duplicates", """{"operation": "removeItemsSeenInPreviousExecutions", "logic": "removeItemsUpToStoredIncrementalKey", "incrementalDedupeValue": "={{ $json.id }}"}""",
            """[{"id": 5}, {"id": "2"}]""", """[{"id": 5}, {"id": 7}, {"id": 6}]"""))
        .ShouldBe("""new [{"id":5},{"id":"2"}] seen []; new [{"id":7},{"id":6}] seen [{"id":5}]""");

    [Fact]
    public async Task Dates_have_to_be_later_than_all_before() =>
        (await TwiceAsync("remove-duplicates", """{"operation": "removeItemsSeenInPreviousExecutions", "logic": "removeItemsUpToStoredDate", "dateDedupeValue": "={{ $json.at }}", "options": {"scope": "workflow"}}""",
            """[{"at": "2026-01-02T00:00:00Z"}]""", """[{"at": "2026-01-02T01:00:00+01:00"}, {"at": "2026-01-02T00:00:01Z"}]"""))
        .ShouldBe("""new [{"at":"2026-01-02T00:00:00Z"}] seen []; new [{"at":"2026-01-02T00:00:01Z"}] seen [{"at":"2026-01-02T01:00:00+01:00"}]""");

    [Fact]
    public async Task What_was_seen_can_be_forgotten()
    {
        var model = Make("seen", "Start > Seen > Clear > New", """{"durability": "none"}""", "Start manual-trigger", """Seen remove-duplicates | {"operation": "removeItemsSeenInPreviousExecutions", "dedupeValue": "={{ $json.id }}", "options": {"scope": "workflow"}}""",
            """Clear remove-duplicates | {"operation": "clearDeduplicationHistory", "mode": "cleanDatabase", "options": {"scope": "workflow"}}""", "New no-op");
        await using var engine = new WorkflowEngine(new());
        for (var i = 0; i < 2; i++) Show((await engine.RunAsync(model, new RunRequest { Items = Items("""[{"id": 1}]""") })).Last).ShouldBe("""[{"id":1}]""");
    }

    private static async Task<string> TwiceAsync(string type, string parameters, string first, string second)
    {
        var model = Make("seen", "Start > Seen, Seen:0 > New, Seen:1 > Old", """{"durability": "none"}""", "Start manual-trigger", $$"""Seen {{type}} | {{parameters}} | {"typeVersion": 2}""", "New no-op", "Old no-op");
        await using var engine = new WorkflowEngine(new());
        var outputs = new List<string>();
        engine.Watch += (_, happened) =>
        {
            if (happened is NodeFinished done && model.Nodes[done.Node].Name is "Seen") outputs.Add($"new {Show(done.Outputs[0])} seen {Show(done.Outputs[1])}");
        };
        await engine.RunAsync(model, new RunRequest { Items = Items(first) });
        await engine.RunAsync(model, new RunRequest { Items = Items(second) });
        return string.Join("; ", outputs);
    }
}
