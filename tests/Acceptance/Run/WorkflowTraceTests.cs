using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Run;

/// <summary>The spans of a request whose route runs a workflow, as a collector gets them.</summary>
public sealed class WorkflowTraceTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new() { Timeout = RawClient.Patience };

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_request_its_run_and_its_nodes_are_one_trace_which_goes_on_after_a_wait_and_says_what_failed()
    {
        await using var collector = TraceCollector.Start();
        var environment = new Dictionary<string, string> { ["OTEL_BSP_SCHEDULE_DELAY"] = "100" };
        await using var sluice = await SluiceProcess.ServeAsync(folder.Write("kong.yml", """
            _format_version: "3.0"
            routes:
            - {name: ask, paths: [/ask], workflow: ask}
            - {name: calls, paths: [/calls], workflow_calls: true}
            workflows:
            - name: ask
              tags: [tenant:acme]
              nodes:
              - {name: Hook, type: webhook, parameters: {httpMethod: GET, responseMode: responseNode}}
              - {name: Respond, type: respond-to-webhook, parameters: {respondWith: text, responseBody: "={{ $execution.resumeUrl }}"}}
              - {name: Wait, type: wait, parameters: {resume: webhook}}
              - {name: Bad, type: stop-and-error, parameters: {errorMessage: out of stock}}
              connections:
                Hook: {main: [[{node: Respond, type: main, index: 0}]]}
                Respond: {main: [[{node: Wait, type: main, index: 0}]]}
                Wait: {main: [[{node: Bad, type: main, index: 0}]]}
            """), environment, "--otlp", collector.Url, "--data", folder.PathOf("data"));

        using var asking = new HttpRequestMessage(HttpMethod.Get, new Uri(sluice.Proxy[0], "/ask"));
        asking.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
        using var asked = await client.SendAsync(asking);
        var resume = new Uri(await asked.Content.ReadAsStringAsync());
        await Eventually.HoldsAsync(() => collector.Spans.Any(s => s.Name == "workflow ask"), "the run's span arrives");
        (await client.GetAsync(new Uri(sluice.Proxy[0], resume.PathAndQuery))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.HoldsAsync(() => collector.Spans.Count(s => s.Name == "workflow ask") == 2, "the span of the rest arrives");

        var server = collector.Spans.Single(s => s.Name == "GET ask");
        (server.TraceId, server.Parent, server.Kind).ShouldBe((Trace, Caller, SpanKind.Server));
        var runs = collector.Spans.Where(s => s.Name == "workflow ask").ToList();
        var first = runs.Single(s => s.Parent == server.Id);
        first.TraceId.ShouldBe(Trace);
        first.Attributes["sluice.workflow"].ShouldBe("ask");
        first.Attributes["sluice.tenant"].ShouldBe("acme");
        first.Attributes["sluice.run.phase"].ShouldBe("waiting");
        first.Attributes["sluice.run"].Length.ShouldBe(32);
        first.Attributes["sluice.workflow.version"].ShouldNotBeEmpty();
        (first.Failed, first.Links.Count).ShouldBe((false, 0));
        collector.Spans.Where(s => s.Parent == first.Id && s.Name != "workflow ask").Select(s => (s.Name, s.TraceId, s.Attributes["sluice.node.type"], s.Attributes["sluice.node"], s.Failed))
            .ShouldBe([("Hook", Trace, "webhook", "Hook", false), ("Respond", Trace, "respond-to-webhook", "Respond", false), ("Wait", Trace, "wait", "Wait", false)], ignoreOrder: true);

        var second = runs.Single(s => s != first);
        (second.TraceId, second.Parent).ShouldBe((Trace, first.Id));
        second.Links.ShouldBe([(Trace, first.Id)]);
        second.Attributes["sluice.run"].ShouldBe(first.Attributes["sluice.run"]);
        second.Attributes["sluice.run.phase"].ShouldBe("failed");
        (second.Failed, second.Failure).ShouldBe((true, "out of stock"));
        var bad = collector.Spans.Single(s => s.Name == "Bad");
        (bad.TraceId, bad.Parent, bad.Failed, bad.Failure).ShouldBe((Trace, second.Id, true, "out of stock"));
        bad.Attributes["sluice.node.attempt"].ShouldBe("1");

        // Tried again it is a run, and a trace, of its own, which says what it is about.
        using var nothing = new StringContent("{}", Encoding.UTF8, "application/json");
        using var retried = await client.PostAsync(new Uri(sluice.Admin!, $"/api/v1/executions/{first.Attributes["sluice.run"]}/retry"), nothing);
        var again = (string)JsonNode.Parse(await retried.Content.ReadAsStringAsync())!["data"]!["id"]!;
        await Eventually.HoldsAsync(() => collector.Spans.Any(s => s.Attributes.GetValueOrDefault("sluice.run") == again), "the span of the new run arrives");
        var third = collector.Spans.Single(s => s.Attributes.GetValueOrDefault("sluice.run") == again);
        third.TraceId.ShouldNotBe(Trace);
        third.Links.ShouldBe([(Trace, first.Id)]);
    }
}
