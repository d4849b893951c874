using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Commands;

public sealed class WorkflowTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Check_says_of_every_node_that_it_runs()
    {
        var ended = await SluiceProcess.RunAsync("workflow", "check", Doubling());
        ended.Output.ShouldMatch(@"Start +n8n-nodes-base\.manualTrigger +runs\n");
        ended.Output.ShouldMatch(@"Double +set +runs\n");
        ended.Output.ShouldEndWith("no problems\n");
        ended.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Check_says_which_node_is_not_supported_and_lists_all_problems()
    {
        var file = folder.Write("broken.json", """
            {
              "name": "broken",
              "nodes": [
                {"name": "Start", "type": "manual-trigger", "parameters": {}},
                {"name": "Odd", "type": "no-such-node", "parameters": {}},
                {"name": "Set", "type": "set", "parameters": {"mode": "raw", "jsonOutput": "={{ 1 + }}"}}
              ],
              "connections": {"Start": {"main": [[{"node": "Odd", "type": "main", "index": 0}, {"node": "Nowhere", "type": "main", "index": 0}]]}}
            }
            """);
        var ended = await SluiceProcess.RunAsync("workflow", "check", file, Doubling(), folder.PathOf("none.json"));
        ended.ExitCode.ShouldBe(1);
        ended.Output.ShouldMatch("Odd +no-such-node +not supported");
        ended.Output.ShouldContain("workflow \"broken\", node \"Odd\"");
        ended.Output.ShouldContain("workflow \"broken\", node \"Set\": parameters.jsonOutput");
        ended.Output.ShouldContain("Nowhere");
        ended.Output.ShouldContain($"{folder.PathOf("none.json")}: file: does not exist");
        ended.Output.ShouldContain("\nno problems\n");
    }

    [Fact]
    public async Task Run_prints_the_result_and_what_each_node_did()
    {
        var ended = await SluiceProcess.RunAsync("workflow", "run", Doubling(), "--input", """[{"n": 3}, {"n": 4}]""");
        ended.Errors.ShouldMatch(@"NODE +STATUS +ITEMS +TIME\nStart +succeeded +2 +\d+\.\d ms\nDouble +succeeded +2 +\d+\.\d ms\n");
        JsonDocument.Parse(ended.Output).RootElement.EnumerateArray().Select(i => i.GetProperty("twice").GetInt32()).ShouldBe([6, 8]);
        ended.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task The_whole_run_can_be_had_as_json()
    {
        var ended = await SluiceProcess.RunAsync("workflow", "run", Doubling(), "--json", "--input", """[{"n": 3}, {"n": 4}]""");
        var run = JsonDocument.Parse(ended.Output).RootElement;
        run.GetProperty("status").GetString().ShouldBe("succeeded");
        var item = run.GetProperty("nodes").GetProperty("Double")[0].GetProperty("outputs")[0][1];
        item.GetProperty("json").GetProperty("twice").GetInt32().ShouldBe(8);
        item.GetProperty("pairedItem")[0].GetProperty("item").GetInt32().ShouldBe(1);
        ended.Errors.ShouldNotContain("NODE");
    }

    [Fact]
    public async Task A_run_that_fails_is_6_and_names_the_node()
    {
        var file = folder.Write("failing.json", """
            {
              "name": "failing",
              "nodes": [
                {"name": "Start", "type": "manual-trigger", "parameters": {}},
                {"name": "Stop", "type": "stop-and-error", "parameters": {"errorMessage": "no such order"}}
              ],
              "connections": {"Start": {"main": [[{"node": "Stop", "type": "main", "index": 0}]]}}
            }
            """);
        var ended = await SluiceProcess.RunAsync("workflow", "run", file);
        ended.Errors.ShouldMatch(@"Stop +failed +\d+\.\d ms +no such order");
        ended.Output.ShouldBe("");
        ended.ExitCode.ShouldBe(6);
    }

    [Fact]
    public async Task A_workflow_calls_others_that_are_given()
    {
        var file = folder.Write("outer.json", """
            {
              "name": "outer",
              "nodes": [
                {"name": "Start", "type": "manual-trigger", "parameters": {}},
                {"name": "Call", "type": "execute-workflow", "parameters": {"workflowId": "doubling"}}
              ],
              "connections": {"Start": {"main": [[{"node": "Call", "type": "main", "index": 0}]]}}
            }
            """);
        var ended = await SluiceProcess.RunAsync("workflow", "run", file, "--with", Doubling(), "--input", """{"n": 5}""");
        ended.Output.ShouldContain("\"twice\": 10");
        ended.Errors.ShouldNotContain("Double");
        ended.ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("--input", "{")]
    [InlineData("--input", "[1]")]
    [InlineData("--trigger", "Nobody")]
    public async Task Input_and_trigger_must_make_sense(string option, string value)
    {
        var ended = await SluiceProcess.RunAsync("workflow", "run", Doubling(), option, value);
        ended.Errors.ShouldContain(option);
        ended.ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task A_workflow_with_problems_is_not_run()
    {
        var ended = await SluiceProcess.RunAsync("workflow", "run", folder.Write("none.json", """{"name": "none"}"""));
        ended.Errors.ShouldContain("workflow \"none\": nodes: required field missing");
        ended.ExitCode.ShouldBe(1);
    }

    private string Doubling() => folder.Write("doubling.json", """
        {
          "name": "doubling",
          "nodes": [
            {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {}},
            {"name": "Double", "type": "set", "position": [200, 0], "parameters": {"mode": "raw", "jsonOutput": "={{ {twice: $json.n * 2} }}"}}
          ],
          "connections": {"Start": {"main": [[{"node": "Double", "type": "main", "index": 0}]]}}
        }
        """);
}
