using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.Definitions;

/// <summary>Nodes of n8n's files that do not run here: what is said of them, and workflows that are used in spite of them.</summary>
public sealed class ForeignNodesTests
{
    private const string Mixed = """
        {
          "name": "mixed",
          "nodes": [
            {"name": "Mail", "type": "n8n-nodes-base.gmailTrigger", "typeVersion": 1, "parameters": {}},
            {"name": "Ask", "type": "@n8n/n8n-nodes-langchain.agent", "typeVersion": 1.7, "parameters": {}},
            {"name": "Model", "type": "@n8n/n8n-nodes-langchain.lmChatOpenAi", "typeVersion": 1, "parameters": {}},
            {"name": "Out", "type": "no-op"}
          ],
          "connections": {
            "Mail": {"main": [[{"node": "Ask", "type": "main", "index": 0}]]},
            "Model": {"ai_languageModel": [[{"node": "Ask", "type": "ai_languageModel", "index": 0}]]},
            "Ask": {"main": [[{"node": "Out", "type": "main", "index": 0}]]}
          },
          "pinData": {"Ask": [{"json": {"output": "pinned"}}]}
        }
        """;

    [Theory]
    [InlineData("n8n-nodes-base.gmail", "Gmail has no node of its own: http-request at https://gmail.googleapis.com/gmail/v1 with a connection of the kind oauth2")]
    [InlineData("n8n-nodes-base.executeCommand", "workflows do not reach commands of the machine: put a service in front that http-request can call")]
    [InlineData("n8n-nodes-base.calendlyTrigger", "is not registered with the service: give the service the address of a webhook node, or ask it on a schedule with http-request")]
    [InlineData("n8n-nodes-base.postgresTool", "is a tool of an AI agent, which are not supported; the node of the same name without 'Tool' may be")]
    [InlineData("@n8n/n8n-nodes-langchain.memoryBufferWindow", "is a part of an AI agent or chain, which are not supported: the openai node asks a model, http-request any other")]
    [InlineData("n8n-nodes-base.raindrop", "has no node here: what has an HTTP API is reached by http-request, with a connection for its authorisation")]
    [InlineData("n8n-nodes-weather.forecast", "is a community node: packages of n8n do not run here; http-request, code or sub-workflows do what most of them do")]
    public void Each_type_is_told_why_and_what_does_its_work(string type, string why)
    {
        var (descriptor, refusal, isAlias) = NodeCatalog.Find(type, 1);
        descriptor.ShouldBeNull();
        refusal.ShouldBe(("type", $"{type}: {why}"));
        isAlias.ShouldBeTrue();
    }

    [Fact]
    public void A_workflow_with_such_nodes_is_refused_once_per_node()
    {
        var check = Check(Mixed);
        check.Model.ShouldBeNull();
        check.Nodes.Select(n => (n.Name, n.Verdict, n.Reasons.Count)).ShouldBe([("Mail", NodeVerdict.NotSupported, 1), ("Ask", NodeVerdict.NotSupported, 1), ("Model", NodeVerdict.NotSupported, 1), ("Out", NodeVerdict.Runs, 0)]);
    }

    [Fact]
    public async Task With_stand_ins_the_rest_runs_until_it_reaches_one()
    {
        var check = Check(Mixed, standIns: true);
        check.Nodes.Count(n => n.Verdict == NodeVerdict.NotSupported).ShouldBe(3);
        var result = await RunAsync(check.Model!, pinned: false);
        result.Succeeded.ShouldBeFalse();
        result.Error!.Node.ShouldBe("Ask");
        result.Error.Message.ShouldStartWith("the node is not supported: @n8n/n8n-nodes-langchain.agent: AI agents are not supported");
    }

    [Fact]
    public async Task Pinned_data_stands_in_for_what_is_not_supported()
    {
        var result = await RunAsync(Check(Mixed, standIns: true).Model!, pinned: true);
        result.Succeeded.ShouldBeTrue();
        result.Last.Select(i => i.Json["output"].AsString).ShouldBe(["pinned"]);
    }

    [Fact]
    public void Stand_ins_do_not_hide_what_is_wrong_with_the_workflow_itself() =>
        Check(Mixed.Replace("\"node\": \"Out\"", "\"node\": \"Nowhere\""), standIns: true).Model.ShouldBeNull();

    [Fact]
    public void Edges_from_nothing_carry_nothing_but_keep_nobody_from_running()
    {
        var check = Check("""
            {"name": "leftover", "nodes": [{"name": "Start", "type": "manual-trigger"}], "connections": {"Gone": {"main": [[{"node": "Gone too", "type": "main", "index": 0}]]}}}
            """);
        check.Model.ShouldNotBeNull();
        check.Problems.ShouldHaveSingleItem().Message.ShouldBe("an edge from a node that is not there: it carries nothing");
    }

    private static WorkflowCheck Check(string text, bool standIns = false)
    {
        var problems = new List<Problem>();
        var definition = DefinitionReader.Read("test.json", Encoding.UTF8.GetBytes(text), DocumentFormat.Json, problems);
        return ModelBuilder.Build(definition!, problems, standIns);
    }

    private static async Task<RunResult> RunAsync(WorkflowModel model, bool pinned)
    {
        await using var engine = new WorkflowEngine(new EngineOptions());
        var run = await engine.StartAsync(model, new RunRequest { Trigger = "Mail", Items = [new Item(new JsObject { ["from"] = "ann" })], Mode = RunMode.Test, UsePinData = pinned });
        return await run.Ended;
    }
}
