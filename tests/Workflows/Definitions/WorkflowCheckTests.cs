using Sluice.Foundation.Errors;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Tests.Nodes;

namespace Sluice.Workflows.Tests.Definitions;

public sealed class WorkflowCheckTests
{
    [Fact]
    public void All_problems_are_reported_at_once_with_workflow_node_and_field()
    {
        var check = NodeFixture.Load("""
            {
              "name": "wrong",
              "nodes": [
                {"name": "Start", "type": "manual-trigger"},
                {"name": "A", "type": "sett"},
                {"name": "B", "type": "set", "parameters": {"mode": "manul", "assignments": {"assignments": [{"name": "x", "value": "={{ 1 + }}"}]}, "extra": 1}},
                {"name": "C", "type": "n8n-nodes-base.set", "typeVersion": 99},
                {"name": "D", "type": "no-op", "retryOnFail": "yes"},
                {"name": "E", "type": "no-op"},
                {"name": "E", "type": "no-op"}
              ],
              "connections": {"Start": {"main": [[{"node": "E", "type": "main", "index": 0}, {"node": "Nowhere", "type": "main", "index": 0}]], "ai_tool": [[{"node": "E", "type": "ai_tool", "index": 0}]]}},
              "settings": {"timezone": 7},
              "surprise": true
            }
            """);
        check.Model.ShouldBeNull();
        check.Problems.Select(p => $"{(p.Severity == Severity.Warning ? "warning: " : "")}{p.Object}: {p.Field}: {p.Message}").ShouldBe([
            "workflow \"wrong\", node \"D\": retryOnFail: expected a boolean, not a string",
            "workflow \"wrong\": settings.timezone: expected a string, not a number",
            "warning: workflow \"wrong\": surprise: unknown field; kept, without effect",
            "workflow \"wrong\", node \"A\": type: there is no node type 'sett'; did you mean 'set'?",
            "workflow \"wrong\", node \"B\": parameters.mode: expected one of: manual, raw; not 'manul'; did you mean 'manual'?",
            "workflow \"wrong\", node \"B\": parameters.assignments.assignments[0].value: the expression cannot be read: the expression is not complete (at character 8)",
            "workflow \"wrong\", node \"B\": parameters.extra: unknown field",
            "workflow \"wrong\", node \"C\": typeVersion: version 99 of n8n-nodes-base.set is not known; versions 1 to 3.5 are",
            "workflow \"wrong\", node \"E\": name: another node has this name",
            "workflow \"wrong\": connections.Start.main[0]: an edge to 'Nowhere', which is not there",
            "workflow \"wrong\", node \"Start\": connections.Start.ai_tool[0]: edges of the kind 'ai_tool' are not supported",
        ], ignoreOrder: true);
        check.Problems.ShouldAllBe(p => p.Place.Line > 0);
    }

    [Fact]
    public void Circles_without_a_loop_node_unreachable_nodes_and_missing_triggers_are_found()
    {
        Problems(Runs.Workflows.Text("circle", "Start > A > B > A", "{}", "Start manual-trigger", "A no-op", "B no-op"))
            .ShouldBe(["A: goes round in a circle that no loop, if or switch node can end: A -> B -> A"]);
        Problems(Runs.Workflows.Text("loop", "Start > Loop, Loop:1 > A > Loop", "{}", "Start manual-trigger", "Loop split-in-batches", "A no-op")).ShouldBeEmpty();
        Problems(Runs.Workflows.Text("lost", "Start > A", "{}", "Start manual-trigger", "A no-op", "B no-op")).ShouldBe(["B: no trigger leads to this node: it never runs"]);
        Problems(Runs.Workflows.Text("none", "A > B", "{}", "A no-op", "B no-op")).ShouldContain("workflow \"none\": no node is a trigger: nothing starts a run, except a person who says with which node to begin");
    }

    [Fact]
    public void Edges_to_inputs_that_are_not_there_are_found() =>
        Problems(Runs.Workflows.Text("edges", "Start > A:1", "{}", "Start manual-trigger", "A no-op")).ShouldContain("Start: 'A' has 1 inputs, not one with the index 1");

    [Fact]
    public void Each_node_gets_its_verdict()
    {
        var check = NodeFixture.Load("""
            {
              "name": "verdicts",
              "nodes": [
                {"name": "Hook", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "parameters": {"path": "x", "options": {"ipWhitelist": "1.2.3.4", "unheardOf": 1}}},
                {"name": "Note", "type": "n8n-nodes-base.stickyNote", "parameters": {"content": "hi", "color": 3}},
                {"name": "Off", "type": "n8n-nodes-base.unheardOf", "disabled": true},
                {"name": "Http", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "parameters": {"url": "=https://x/{{ $json.a }}", "options": {}}},
                {"name": "Set", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "parameters": {"assignments": {"assignments": []}, "options": {}}}
              ],
              "connections": {"Hook": {"main": [[{"node": "Off", "type": "main", "index": 0}]]}, "Off": {"main": [[{"node": "Http", "type": "main", "index": 0}]]}, "Http": {"main": [[{"node": "Set", "type": "main", "index": 0}]]}},
              "active": false, "tags": [], "meta": {"instanceId": "x"}, "settings": {"executionOrder": "v1", "saveManualExecutions": true}
            }
            """);
        check.Model.ShouldNotBeNull();
        check.Nodes.Select(n => (n.Name, n.Verdict)).ShouldBe([("Hook", NodeVerdict.RunsWithDifferences), ("Note", NodeVerdict.Runs), ("Off", NodeVerdict.RunsWithDifferences), ("Http", NodeVerdict.Runs), ("Set", NodeVerdict.Runs)]);
        check.Nodes[0].Reasons.ShouldBe(["parameters.options.unheardOf: unknown field"]);
    }

    [Fact]
    public void What_exports_of_any_age_write_is_taken()
    {
        var check = NodeFixture.Load("""
            {
              "id": 114, "name": "Grüße \u2018alt\u2019", "active": false, "createdAt": "2021-01-01T00:00:00.000Z", "updatedAt": null, "versionId": "", "triggerCount": 0, "meta": null, "pinData": null,
              "tags": [{"id": 1, "name": "x"}], "shared": [{"role": "workflow:owner"}], "staticData": {"node:Cron": {"recurrencyRules": []}}, "settings": [],
              "nodes": [
                {"parameters": {}, "name": "Start", "type": "n8n-nodes-base.start", "typeVersion": 1, "position": [250, 300]},
                {"parameters": {"triggerTimes": {"item": [{"mode": "everyX", "value": "3", "unit": "minutes"}]}}, "name": "Cron", "type": "n8n-nodes-base.cron", "typeVersion": "1", "position": [250, 500], "credentials": {}},
                {"parameters": {"interval": 5, "unit": "minutes"}, "name": "Interval", "type": "n8n-nodes-base.interval", "position": [250, 700]},
                {"parameters": null, "name": "Frage 🚀 \"a\" > b", "type": "n8n-nodes-base.noOp", "typeVersion": 1, "position": [450, 300], "id": null, "notes": null, "notesInFlow": null, "disabled": null,
                 "onError": null, "continueOnFail": true, "retryOnFail": null, "maxTries": null, "waitBetweenTries": null, "alwaysOutputData": null, "executeOnce": null, "webhookId": null, "color": "#ff0000",
                 "credentials": {"httpBasicAuth": "the name of old", "slackApi": {"id": null, "name": "x"}}},
                {"parameters": {"functionCode": "return items;"}, "name": "Function", "type": "n8n-nodes-base.function", "typeVersion": 1, "position": [650, 300]},
                {"parameters": {"functionCode": "item.a = 1;\nreturn item;"}, "name": "FunctionItem", "type": "n8n-nodes-base.functionItem", "typeVersion": 1, "position": [850, 300]},
                {"parameters": {"content": "## old", "height": 80, "width": 150, "color": 7}, "name": "Note", "type": "n8n-nodes-base.stickyNote", "typeVersion": 1, "position": [0, 0]},
                {"parameters": {"content": "again"}, "name": "Note", "type": "n8n-nodes-base.stickyNote", "typeVersion": 1, "position": [0, 0]},
                {"parameters": {"errorMessage": "first"}, "name": "Stop", "type": "n8n-nodes-base.stopAndError", "typeVersion": 1, "position": [1050, 300]},
                {"parameters": {"errorMessage": "last"}, "name": "Stop", "type": "n8n-nodes-base.stopAndError", "typeVersion": 1, "position": [1050, 300]}
              ],
              "connections": {
                "Start": {"main": [[{"node": "Frage 🚀 \"a\" > b", "type": "main", "index": 0}], null]},
                "Cron": {"main": [[{"node": "Frage 🚀 \"a\" > b", "type": "main"}]]},
                "Interval": {"main": [[{"node": "Frage 🚀 \"a\" > b", "type": "main", "index": 0}]]},
                "Frage 🚀 \"a\" > b": {"main": [[{"node": "Function", "type": "main", "index": 0}]]},
                "Function": {"main": [[{"node": "FunctionItem", "type": "main", "index": 0}]], "error": null},
                "FunctionItem": {"main": [[{"node": "Stop", "type": "main", "index": 0}]]},
                "Gone": {"main": [[{"node": "Gone, too", "type": "main", "index": 0}]]}
              }
            }
            """);
        check.Problems.Where(p => p.Severity == Severity.Error).ShouldBeEmpty();
        check.Problems.Select(p => p.Message).ShouldBe(["a later node has this name: this one never runs", "a later node has this name: this one never runs", "an edge from a node that is not there: it carries nothing"], ignoreOrder: true);
        check.Model!.Find("Stop")!.ParametersAsData["errorMessage"].AsString.ShouldBe("last");
        check.Model.Definition.Id.ShouldBe("114");
    }

    [Fact]
    public void A_document_keeps_everything_and_the_same_document_has_the_same_version()
    {
        var text = Runs.Workflows.Text("keep", "Start > A", "{}", "Start manual-trigger", "A no-op | {} | {\"whatever\": {\"x\": 1}}");
        var model = NodeFixture.Model(text);
        Sluice.Workflows.Data.JsJson.WriteString(model.Definition.Document).ShouldBe(text);
        NodeFixture.Model(text).Definition.Version.ShouldBe(model.Definition.Version);
        NodeFixture.Model(text.Replace("keep", "kept")).Definition.Version.ShouldNotBe(model.Definition.Version);
    }

    [Theory]
    [InlineData("[]", "expected a map, not a list")]
    [InlineData("{\"name\": \"x\"}", "required field missing")]
    [InlineData("{\"name\": \"x\", \"nodes\": 7}", "expected a list, not a number")]
    [InlineData("{\"name\": \"x\", \"nodes\": [7]}", "expected a map, not a number")]
    [InlineData("{", "is not valid JSON")]
    public void What_is_no_workflow_is_refused(string text, string message) => NodeFixture.Load(text).Problems.ShouldContain(p => p.Message.Contains(message));

    [Fact]
    public void Whatever_a_document_holds_is_reported_and_never_thrown()
    {
        // Every page's node, with its parts exchanged at random.
        var random = new Random(20240501);
        var seeds = NodeFixture.All().Select(f => f.Case).Where(c => c["parameters"].AsObject is not null).ToList();
        string[] values = ["null", "true", "7", "-1e300", "\"\"", "\"={{ $json.a }}\"", "\"={{\"", "[]", "[null]", "{}", "{\"__rl\": true}", "[[{}]]"];
        for (var i = 0; i < 3000; i++)
        {
            var seed = seeds[random.Next(seeds.Count)];
            var node = new Sluice.Workflows.Data.JsObject { ["name"] = "Node", ["type"] = seed["type"].IsUndefined ? "set" : seed["type"], ["typeVersion"] = seed["version"].IsNumber ? seed["version"] : 1, ["parameters"] = seed["parameters"] };
            if (seed["type"].IsUndefined) node.Set("type", Sluice.Workflows.Nodes.NodeCatalog.All[random.Next(Sluice.Workflows.Nodes.NodeCatalog.All.Count)].Type);
            var text = Sluice.Workflows.Data.JsJson.WriteString(node);
            var parts = System.Text.RegularExpressions.Regex.Matches(text, @":(""[^""]*""|true|false|[0-9.]+|\[\]|\{\})");
            if (parts.Count > 0)
            {
                var part = parts[random.Next(parts.Count)];
                text = text[..(part.Index + 1)] + values[random.Next(values.Length)] + text[(part.Index + part.Length)..];
            }

            Should.NotThrow(() => NodeFixture.Load($$"""{"name": "x", "nodes": [{"name": "Start", "type": "manual-trigger"}, {{text}}], "connections": {"Start": {"main": [[{"node": "Node", "index": {{values[random.Next(values.Length)]}} }]]} } }"""), text);
        }
    }

    private static IEnumerable<string> Problems(string workflow) =>
        NodeFixture.Load(workflow).Problems.Select(p => $"{(p.Object.Contains(", node ") ? p.Object.Split('"')[3] : p.Object)}: {p.Message}");
}
