using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.Form;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.Nodes.Form;

public sealed class FormTests
{
    private const string Fields = """
        {"values": [
          {"fieldLabel": "Your name", "placeholder": "A & B", "requiredField": true},
          {"fieldLabel": "Age", "fieldType": "number"},
          {"fieldLabel": "Colours", "fieldType": "checkbox", "fieldOptions": {"values": [{"option": "red"}, {"option": "<blue>"}]}},
          {"fieldLabel": "Size", "fieldType": "dropdown", "fieldOptions": {"values": [{"option": "S"}, {"option": "L"}]}},
          {"fieldLabel": "Photo of it", "fieldType": "file", "acceptFileTypes": ".png"}
        ]}
        """;

    [Fact]
    public void The_page_shows_every_field_and_no_markup_of_texts()
    {
        var shown = ((FormNode)Model().Find("Form")!.Node).Show(new WebhookRequest { Method = "GET" })!;
        shown.Headers.ShouldContain(h => h.Key == "Content-Security-Policy" && h.Value.StartsWith("default-src 'none'"));
        var page = shown.Text!;
        page.ShouldContain("<h1>Ask &amp; tell</h1>");
        page.ShouldContain("<label>Your name *<input type=\"text\" name=\"Your name\" value=\"\" placeholder=\"A &amp; B\" required></label>");
        page.ShouldContain("<input type=\"number\" step=\"any\" name=\"Age\"");
        page.ShouldContain("<input type=\"checkbox\" name=\"Colours\" value=\"&lt;blue&gt;\"> &lt;blue&gt;");
        page.ShouldContain("<select name=\"Size\"><option value=\"\"></option><option>S</option><option>L</option></select>");
        page.ShouldContain("<input type=\"file\" name=\"Photo of it\" accept=\".png\" multiple>");
        page.ShouldNotContain("<blue>");
        page.ShouldNotContain("<script");
    }

    [Fact]
    public async Task What_is_sent_becomes_the_item()
    {
        var (answer, last) = await SendAsync(Model("lastNode"), new JsObject { ["Your name"] = "Ann", ["Age"] = "41.5", ["Colours"] = "red", ["other"] = "left out" },
            new() { ["Photo of it"] = new BinaryData { Content = new byte[] { 1 }, Size = 1, MimeType = "image/png", FileName = "a.png" } });
        answer.Status.ShouldBe(200);
        answer.ContentType.ShouldBe("text/html; charset=utf-8");
        answer.Text!.ShouldContain("Your response has been recorded");
        var item = last.ShouldHaveSingleItem();
        item.Json["Your name"].AsString.ShouldBe("Ann");
        item.Json["Age"].AsNumber.ShouldBe(41.5);
        JsJson.WriteString(item.Json["Colours"]).ShouldBe("""["red"]""");
        item.Json["Size"].IsNull.ShouldBeTrue();
        JsJson.WriteString(item.Json["Photo of it"]).ShouldBe("""[{"filename":"a.png","mimetype":"image/png","size":1}]""");
        item.Json.Contains("other").ShouldBeFalse();
        item.Json["submittedAt"].AsString.ShouldNotBeNull();
        item.Binary!.Keys.ShouldBe(["Photo_of_it"]);
    }

    [Fact]
    public async Task The_sender_can_be_led_to_another_page()
    {
        var (answer, _) = await SendAsync(Model(options: """{"respondWithOptions": {"values": {"respondWith": "redirect", "redirectUrl": "https://x.test/thanks"}}}"""), new JsObject { ["Your name"] = "Ann" }, []);
        answer.Status.ShouldBe(303);
        answer.Headers.ShouldContain(KeyValuePair.Create("Location", "https://x.test/thanks"));
    }

    [Fact]
    public void Expressions_in_its_texts_are_told_of() =>
        NodeFixture.Load(Text(title: "=Hello {{ $json.name }}")).Problems.ShouldContain(p => p.Message.StartsWith("expressions in the texts of a form are shown as they are"));

    private static async Task<(WebhookResponse Answer, IReadOnlyList<Item> Last)> SendAsync(WorkflowModel model, JsObject body, Dictionary<string, BinaryData> files)
    {
        await using var engine = new WorkflowEngine(new EngineOptions());
        var ended = new TaskCompletionSource<IReadOnlyList<Item>>(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Watch += (_, happened) =>
        {
            if (happened is NodeFinished { Outputs: [var items, ..] } done && model.Nodes[done.Node].Name is "End") ended.TrySetResult(items);
        };
        engine.Use([model]);
        var answer = await engine.CallAsync(model, model.Find("Form")!, new WebhookRequest { Method = "POST", Body = body, Files = files.Count > 0 ? files : null });
        return (answer, await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    private static WorkflowModel Model(string mode = "onReceived", string options = "{}") => NodeFixture.Model(Text(mode, options));

    private static string Text(string mode = "onReceived", string options = "{}", string title = "Ask & tell") => $$"""
        {"name": "form", "settings": {"durability": "none"}, "nodes": [
          {"name": "Form", "type": "n8n-nodes-base.formTrigger", "typeVersion": 2.2, "webhookId": "x", "parameters": {"formTitle": "{{title}}", "formDescription": "d", "formFields": {{Fields}}, "responseMode": "{{mode}}", "options": {{options}} } },
          {"name": "End", "type": "no-op"}
        ], "connections": {"Form": {"main": [[{"node": "End", "type": "main", "index": 0}]] } } }
        """;
}
