using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Nodes.Form;

/// <summary>Forms of several pages.</summary>
public sealed class FormPagesTests
{
    private const string Asks = """Form form-trigger | {"formTitle": "Order", "formFields": {"values": [{"fieldLabel": "Name", "requiredField": true}]}}""";

    private const string More = """More form | {"formFields": {"values": [{"fieldLabel": "=Size for {{ $json.Name }}", "requiredField": true}]}, "options": {"formDescription": "a <b>b</b><script>c</script>"}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sender_is_led_from_page_to_page_to_the_end()
    {
        var model = Pages("none", """End form | {"operation": "completion", "completionTitle": "=Thanks, {{ $('Form').first().json.Name }}", "completionMessage": "{{ x }}"}""");
        await using var engine = new WorkflowEngine(new());
        engine.Use([model]);
        var next = await SendAsync(engine, model, new JsObject { ["Name"] = "<Ann>" });
        var (run, token) = Address(engine, next);

        var page = (await engine.CallWaitingAsync(run, token, "", new WebhookRequest { Method = "GET" }, Cancel))!;
        page.Text!.ShouldContain("<h1>Order</h1>");
        page.Text!.ShouldContain("Size for &lt;Ann&gt; *<input");
        page.Text!.ShouldContain("a <b>b</b></div>");

        var refused = (await engine.CallWaitingAsync(run, token, "", new WebhookRequest { Method = "POST" }, Cancel))!;
        refused.Status.ShouldBe(400);
        refused.Text!.ShouldContain("<li>Size for &lt;Ann&gt;: this is missing.</li>");

        var end = (await engine.CallWaitingAsync(run, token, "", new WebhookRequest { Method = "POST", Body = new JsObject { ["Size for <Ann>"] = "L" } }, Cancel))!;
        end.Status.ShouldBe(200);
        end.Text!.ShouldContain("<h1>Thanks, &lt;Ann&gt;</h1>");
        (await engine.CallWaitingAsync(run, token, "", new WebhookRequest { Method = "GET" }, Cancel)).ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"operation": "completion", "respondWith": "redirect", "redirectUrl": "https://x.test/done"}""", 303, null)]
    [InlineData("""{"operation": "completion", "respondWith": "showText", "responseText": "<i>done</i><script>x</script>"}""", 200, "<i>done</i>\n</body>")]
    [InlineData("""{"operation": "completion", "respondWith": "redirect", "redirectUrl": "javascript:x()"}""", 500, null)]
    public async Task The_end_may_be_another_page(string parameters, int status, string? text)
    {
        var model = Make("form", "Form > End", """{"durability": "none"}""", Asks, $"End form | {parameters}");
        await using var engine = new WorkflowEngine(new());
        engine.Use([model]);
        var end = await SendAsync(engine, model, new JsObject { ["Name"] = "Ann" });
        end.Status.ShouldBe(status);
        if (text is not null) end.Text!.ShouldContain(text);
        if (status == 303) end.Headers.ShouldContain(KeyValuePair.Create("Location", "https://x.test/done"));
    }

    [Fact]
    public async Task Without_an_end_the_sender_is_told_that_it_has_arrived()
    {
        var model = Pages("none", "End no-op");
        await using var engine = new WorkflowEngine(new());
        engine.Use([model]);
        var (run, token) = Address(engine, await SendAsync(engine, model, new JsObject { ["Name"] = "Ann" }));
        (await engine.CallWaitingAsync(run, token, "", new WebhookRequest { Method = "POST", Body = new JsObject { ["field-0"] = "L" } }, Cancel))!.Text!.ShouldContain("Your response has been recorded");
    }

    [Fact]
    public async Task A_wait_for_a_form_survives_the_process()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Sqlite);
        var model = Make("form", "Start > Wait > End", """{"durability": "checkpoint"}""", "Start manual-trigger",
            """Wait wait | {"resume": "form", "formTitle": "=For {{ $json.who }}", "formFields": {"values": [{"fieldLabel": "Ok", "fieldType": "radio", "fieldOptions": {"values": [{"option": "yes"}]}}]}, "responseMode": "lastNode"}""", "End no-op");
        string run, token;
        var services = new NodeServices();
        await using (var database = new Database(address))
        await using (var first = new WorkflowEngine(new() { Database = database, Services = services }))
        {
            first.Use([model]);
            await first.StartAsync(Cancel);
            var result = await first.RunAsync(model, new RunRequest { Items = [new Item(new JsObject { ["who"] = "Ann" })] });
            result.Phase.ShouldBe(RunPhase.Waiting);
            (run, token) = (result.Id, services.ResumeAddresses.Token(result.Id, 0));
        }

        await using var again = new Database(address);
        await using var second = new WorkflowEngine(new() { Database = again });
        second.Use([model]);
        await second.StartAsync(Cancel);
        (await second.CallWaitingAsync(run, token, "", new WebhookRequest { Method = "GET" }, Cancel))!.Text!.ShouldContain("<h1>For Ann</h1>");
        var answer = (await second.CallWaitingAsync(run, token, "", new WebhookRequest { Method = "POST", Body = new JsObject { ["Ok"] = "yes" } }, Cancel))!;
        answer.Text!.ShouldContain("Your response has been recorded");
    }

    [Fact]
    public async Task Fields_may_be_given_as_json()
    {
        var model = Make("form", "Form > More", """{"durability": "none"}""", Asks, """More form | {"defineForm": "json", "jsonOutput": "[{\"fieldLabel\": \"Colour\", \"fieldType\": \"dropdown\", \"fieldOptions\": {\"values\": [{\"option\": \"red\"}]}}]"}""");
        await using var engine = new WorkflowEngine(new());
        engine.Use([model]);
        var (run, token) = Address(engine, await SendAsync(engine, model, new JsObject { ["Name"] = "Ann" }));
        (await engine.CallWaitingAsync(run, token, "", new WebhookRequest { Method = "GET" }, Cancel))!.Text!.ShouldContain("<select name=\"Colour\"><option value=\"\"></option><option>red</option></select>");
    }

    [Fact]
    public async Task A_test_shows_the_form_and_takes_what_is_sent_once()
    {
        var model = Make("form", "Form > End", """{"durability": "none"}""", Asks, "End no-op");
        await using var engine = new WorkflowEngine(new());
        engine.Use([model]);
        var call = engine.TestCalls.Expect(model, model.Find("Form")!, "");
        (await engine.CallAsync(call, new WebhookRequest { Method = "GET" }, Cancel))!.Text!.ShouldContain("<h1>Order</h1>");
        (await engine.CallAsync(call, new WebhookRequest { Method = "POST" }, Cancel))!.Status.ShouldBe(400);
        (await engine.CallAsync(call, new WebhookRequest { Method = "POST", Body = new JsObject { ["Name"] = "Ann" } }, Cancel))!.Status.ShouldBe(200);
        (await engine.CallAsync(call, new WebhookRequest { Method = "POST", Body = new JsObject { ["Name"] = "Ann" } }, Cancel)).ShouldBeNull();
    }

    private static WorkflowModel Pages(string durability, string end) => Make("form", "Form > More > End", $$"""{"durability": "{{durability}}"}""", Asks, More, end);

    private static async Task<WebhookResponse> SendAsync(WorkflowEngine engine, WorkflowModel model, JsObject body) => await engine.CallAsync(model, model.Find("Form")!, new WebhookRequest { Method = "POST", Body = body });

    private static (string Run, string Token) Address(WorkflowEngine engine, WebhookResponse next)
    {
        next.Status.ShouldBe(303);
        var address = next.Headers.Single(h => h.Key == "Location").Value;
        address.ShouldStartWith(engine.CallsAddress);
        var parts = address.Split('/');
        return (parts[^2], parts[^1]);
    }
}
