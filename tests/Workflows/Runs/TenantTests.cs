using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Runs;

/// <summary>Runs of one tenant and the workflows of others: what they call, by name, by an id that was made to fit, and when they fail.</summary>
public sealed class TenantTests
{
    private const string None = """{"durability": "none"}""";

    [Theory]
    [InlineData("acme", "helper of acme", true)]
    [InlineData("acme", "helper of other", false)]
    [InlineData("acme", "helper of nobody", false)]
    [InlineData("acme", "lent", true)]
    [InlineData("other", "lent", false)]
    [InlineData("", "helper of acme", true)]
    [InlineData("", "helper of nobody", true)]
    public async Task A_run_calls_workflows_of_its_tenant_and_those_that_are_lent_to_it(string tenant, string called, bool runs)
    {
        var caller = Caller($"caller of {tenant}", called);
        await using var engine = Engine(caller, Helper("helper of acme"), Helper("helper of other"), Helper("helper of nobody"), Helper("lent", """{"callerPolicy": "workflowsFromAList", "callerIds": "caller of acme"}"""));
        var result = await engine.RunAsync(caller, new RunRequest { Tenant = tenant });
        result.Phase.ShouldBe(runs ? RunPhase.Succeeded : RunPhase.Failed);
        if (!runs) result.Error!.Message.ShouldBe($"there is no workflow '{called}'");
    }

    [Fact]
    public async Task What_is_called_runs_for_whom_it_belongs_to()
    {
        // The operator's workflow must not lend its rights to what a tenant wrote.
        var (operators, tenants) = (Caller("operators", "helper of acme"), Caller("caller of acme", "lent"));
        await using var engine = Engine(operators, tenants, Helper("helper of acme"), Helper("lent", """{"callerPolicy": "workflowsFromAList", "callerIds": "caller of acme"}"""));
        var seen = new List<(string, string)>();
        engine.Watch += (run, e) =>
        {
            if (e is RunStarted && run.Request.Mode == RunMode.SubWorkflow)
                lock (seen) seen.Add((run.Model.Name, run.Request.Tenant));
        };
        await engine.RunAsync(operators, new RunRequest());
        await engine.RunAsync(tenants, new RunRequest { Tenant = "acme" });
        seen.ShouldBe([("helper of acme", "acme"), ("lent", "acme")]);
    }

    [Fact]
    public async Task An_id_that_another_tenant_wrote_into_its_document_leads_nowhere()
    {
        var caller = Caller("caller of acme", "7");
        await using var engine = Engine(caller, Helper("trap of other", id: "7"));
        (await engine.RunAsync(caller, new RunRequest { Tenant = "acme" })).Error!.Message.ShouldBe("there is no workflow '7'");
        var operators = Caller("operators", "7");
        await using var second = Engine(operators, Helper("trap of other", id: "7"), Helper("meant", id: "7"));
        var ran = new List<string>();
        second.Watch += (run, e) =>
        {
            if (e is RunStarted) ran.Add(run.Model.Name);
        };
        (await second.RunAsync(operators, new RunRequest())).Phase.ShouldBe(RunPhase.Succeeded);
        ran.ShouldBe(["operators", "meant"]);
    }

    [Fact]
    public async Task A_workflow_inside_a_node_is_not_taken_for_the_one_whose_name_it_bears()
    {
        var inside = JsJson.WriteString(JsJson.Parse(Text("caller of acme", "Start > Call", "{}", "Start execute-workflow-trigger", """Call execute-workflow | {"workflowId": "lent"}""")));
        var spoof = Make("spoof of other", "Start > Inside", None, "Start manual-trigger", $$"""Inside execute-workflow | {"source": "parameter", "workflowJson": {{JsJson.WriteString(inside)}} }""");
        await using var engine = Engine(spoof, Caller("caller of acme", "lent"), Helper("lent", """{"callerPolicy": "workflowsFromAList", "callerIds": "caller of acme"}"""));
        (await engine.RunAsync(spoof, new RunRequest { Tenant = "other" })).Error!.Message.ShouldContain("there is no workflow 'lent'");
    }

    [Fact]
    public async Task What_a_workflow_keeps_is_its_tenants()
    {
        var store = new Sluice.Workflows.History.StaticDataStore(null);
        var workflow = Helper("same name").Definition;
        await store.WriteAsync(workflow, "acme", "global", new JsObject { ["key"] = "secret" }, TestContext.Current.CancellationToken);
        (await store.ReadAsync(workflow, "acme", "global", TestContext.Current.CancellationToken))["key"].AsString.ShouldBe("secret");
        foreach (var other in (string[])["", "other"]) (await store.ReadAsync(workflow, other, "global", TestContext.Current.CancellationToken))["key"].IsUndefined.ShouldBeTrue();
    }

    [Theory]
    [InlineData("handler of acme", true)]
    [InlineData("handler of other", false)]
    [InlineData("handler of nobody", false)]
    public async Task A_failure_is_told_to_its_tenants_error_workflow_only(string handler, bool told)
    {
        var failing = Make("fails of acme", "Start > Bad", $$"""{"durability": "none", "errorWorkflow": "{{handler}}"}""", "Start manual-trigger", """Bad stop-and-error | {"errorMessage": "boom"}""");
        var handlers = ((string[])["acme", "other", "nobody"]).Select(t => Make($"handler of {t}", "On > Note", None, "On error-trigger", "Note no-op")).ToArray();
        var started = new TaskCompletionSource<Run>();
        await using (var engine = Engine([failing, .. handlers]))
        {
            engine.Watch += (run, e) =>
            {
                if (e is RunStarted && run.Request.Mode == RunMode.Error) started.TrySetResult(run);
            };
            await engine.RunAsync(failing, new RunRequest { Tenant = "acme" });
            if (told) (await started.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Request.Tenant.ShouldBe("acme");
        }

        started.Task.IsCompleted.ShouldBe(told);
    }

    [Fact]
    public async Task The_guard_of_addresses_is_on_for_tenants_and_nobody_else()
    {
        var model = Make("calls of acme", "Start > Call", None, "Start manual-trigger", """Call http-request | {"url": "http://127.0.0.1:9/"}""");
        await using var engine = Engine(model);
        (await engine.RunAsync(model, new RunRequest { Tenant = "acme" })).Error!.Message.ShouldBe("'127.0.0.1' is not a public address");
        (await engine.RunAsync(model, new RunRequest())).Error!.Message.ShouldNotContain("public address");
    }

    /// <summary>An engine in which a workflow belongs to the tenant that its name says.</summary>
    private static WorkflowEngine Engine(params WorkflowModel[] models)
    {
        var engine = new WorkflowEngine(new());
        engine.Use(models, null, m => m.Name.Split(" of ") is [_, not "nobody" and var tenant] ? tenant : "");
        return engine;
    }

    private static WorkflowModel Caller(string name, string called) => Make(name, "Start > Call", None, "Start manual-trigger", $$"""Call execute-workflow | {"workflowId": "{{called}}"}""");

    private static WorkflowModel Helper(string name, string settings = "{}", string? id = null)
    {
        var document = JsJson.Parse(Text(name, "On > Note", settings, "On execute-workflow-trigger", "Note no-op")).AsObject!;
        document["settings"].AsObject!.Set("durability", "none");
        if (id is not null) document.Set("id", id);
        return Sluice.Workflows.Tests.Nodes.NodeFixture.Model(JsJson.WriteString(document));
    }
}
