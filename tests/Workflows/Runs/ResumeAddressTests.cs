using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Runs;

public sealed class ResumeAddressTests
{
    private static readonly WebhookRequest Get = new() { Method = "GET" };

    [Fact]
    public async Task An_address_is_good_for_one_call_and_the_next_wait_has_another()
    {
        var model = Make("two", "Start > Ask > Wait > Again > Second > End", """{"durability": "none"}""", "Start manual-trigger",
            """Ask set | {"assignments": {"assignments": [{"name": "url", "value": "={{ $execution.resumeUrl }}", "type": "string"}]}}""", """Wait wait | {"resume": "webhook"}""",
            """Again set | {"assignments": {"assignments": [{"name": "url", "value": "={{ $execution.resumeUrl }}", "type": "string"}]}}""", """Second wait | {"resume": "webhook"}""", "End no-op");
        await using var engine = new WorkflowEngine(new EngineOptions());
        engine.Use([model]);
        var run = (await engine.StartAsync(model, new RunRequest()));
        var first = await AddressAsync(engine, run, "Ask");
        (await CallAsync(engine, first[..^1] + (first[^1] == 'A' ? 'B' : 'A'))).ShouldBeNull("another signature");
        (await CallAsync(engine, first.Replace("/0-", "/1-", StringComparison.Ordinal))).ShouldBeNull("another turn");
        (await CallAsync(engine, first.Replace(run.Id, new string('0', 32), StringComparison.Ordinal))).ShouldBeNull("another run");
        (await CallAsync(engine, first)).ShouldNotBeNull();
        var second = await AddressAsync(engine, run, "Again");
        second.ShouldNotBe(first);
        (await CallAsync(engine, first)).ShouldBeNull("it was used");
        (await CallAsync(engine, second)).ShouldNotBeNull();
        (await run.Ended.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).Succeeded.ShouldBeTrue();
        (await CallAsync(engine, second)).ShouldBeNull();
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task An_approval_is_asked_for_on_a_page_and_survives_a_restart(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var model = Make("approve", "Start > Ask > Wait > End", "{}", "Start manual-trigger",
            """Ask set | {"assignments": {"assignments": [{"name": "url", "value": "={{ $execution.resumeUrl }}", "type": "string"}]}}""",
            """Wait wait | {"resume": "approval", "message": "Pay <7>?"}""", "End no-op");
        string id, address;
        await using (var engine = await StartAsync(database, model))
        {
            var run = await engine.StartAsync(model, new RunRequest());
            (id, address) = (run.Id, await AddressAsync(engine, run, "Ask"));
        }

        await using var second = await StartAsync(database, model);
        for (var i = 0; i < 2; i++) (await CallAsync(second, address))!.Text!.ShouldContain("Pay &lt;7&gt;?");
        (await CallAsync(second, address, new WebhookRequest { Method = "POST", Body = new JsObject { ["approved"] = "perhaps" } })).ShouldBeNull();
        (await second.History!.FindAsync(id))!.Phase.ShouldBe(RunPhase.Waiting);
        var form = new WebhookRequest { Method = "POST", Body = new JsObject { ["approved"] = "false", ["comment"] = "too much" } };
        (await CallAsync(second, address, form))!.Text!.ShouldContain("Thank you");
        (await CallAsync(second, address, form)).ShouldBeNull();
        for (var i = 0; (await second.History.FindAsync(id))!.EndedAt is null; i++)
        {
            i.ShouldBeLessThan(3000);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Show((await second.LoadAsync(id))!.Result().Last).ShouldBe("""[{"approved":false,"comment":"too much"}]""");
    }

    private static ValueTask<WebhookResponse?> CallAsync(WorkflowEngine engine, string address, WebhookRequest? request = null)
    {
        var parts = new Uri(address).AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return engine.CallWaitingAsync(parts[1], parts[2], "", request ?? Get, TestContext.Current.CancellationToken);
    }

    /// <summary>What the node wrote, when the run waits.</summary>
    private static async Task<string> AddressAsync(WorkflowEngine engine, Run run, string node)
    {
        for (var i = 0; engine.Load.Waiting == 0 || !run.AllExecutions().Any(n => n.Node.Name == node && n.Outputs is not null); i++)
        {
            i.ShouldBeLessThan(3000);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return run.AllExecutions().Last(n => n.Node.Name == node).Outputs![0][0].Json["url"].AsString!;
    }

    private static async Task<WorkflowEngine> StartAsync(Database database, WorkflowModel model)
    {
        var engine = new WorkflowEngine(new EngineOptions { Database = database });
        engine.Use([model]);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        return engine;
    }
}
