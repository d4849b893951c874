using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Jwt;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Tests.Connections;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.Nodes.RespondToWebhook;

public sealed class RespondToWebhookTests
{
    [Theory]
    [InlineData("1.3", "{}")]
    [InlineData("1.4", """{"enableResponseOutput": true}""")]
    public async Task The_second_output_gives_the_answer(string version, string more)
    {
        var parameters = JsJson.Parse("""{"respondWith": "json", "responseBody": "={{ {a: $json.body.n} }}", "options": {"responseCode": 201, "responseHeaders": {"entries": [{"name": "X-One", "value": "1"}]}}}""").AsObject!;
        foreach (var (name, value) in JsJson.Parse(more).AsObject!) parameters.Set(name, value);
        var (answer, last) = await AnswerAsync(JsJson.WriteString(parameters), version);
        answer.Status.ShouldBe(201);
        JsJson.WriteString(answer.Json).ShouldBe("""{"a":7}""");
        last.ShouldBe("""[{"response":{"body":{"a":7},"headers":{"x-one":"1"},"statusCode":201}}]""");
    }

    [Fact]
    public async Task A_token_is_signed_with_the_connection_of_the_node()
    {
        var (answer, _) = await AnswerAsync("""{"respondWith": "jwt", "payload": "={{ {sub: 'ann', n: $json.body.n} }}"}""", "1.5");
        var token = JwtToken.Read(answer.Json.AsObject!["token"].AsString!, 0);
        using var key = JwtKey.Of(new() { Secret = "a secret of some length" }, null, forSigning: false);
        token.Verify(key, 0);
        token.Claims.AsObject!["sub"].AsString.ShouldBe("ann");
        token.Claims.AsObject!["n"].AsNumber.ShouldBe(7);
        token.Claims.AsObject!["iat"].IsNumber.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"respondWith": "redirect", "redirectURL": "https://x.test/"}""", 307, "")]
    [InlineData("""{"respondWith": "noData", "options": {"responseCode": 204}}""", 204, "")]
    [InlineData("""{"respondWith": "text", "responseBody": "=n is {{ $json.body.n }}"}""", 200, "n is 7")]
    [InlineData("""{"respondWith": "json"}""", 200, """{"myField":"value"}""")]
    public async Task Other_answers(string parameters, int status, string body)
    {
        var (answer, _) = await AnswerAsync(parameters, "1.1");
        answer.Status.ShouldBe(status);
        (answer.Text ?? (answer.Json.IsUndefined ? "" : JsJson.WriteString(answer.Json))).ShouldBe(body);
    }

    [Theory]
    [InlineData("""{"responsePropertyName": "text", "responseContentType": "text/html"}""", "<b>", null)]
    [InlineData("""{"responsePropertyName": "text"}""", null, "\"<b>\"")]
    public async Task With_a_media_type_a_text_of_the_last_node_is_sent_as_it_is(string options, string? text, string? json)
    {
        var model = Make("hook", "Hook > Set", """{"durability": "none"}""", $$"""Hook webhook | {"responseMode": "lastNode", "options": {{options}} }""",
            """Set set | {"assignments": {"assignments": [{"name": "text", "value": "<b>", "type": "string"}]}}""");
        await using var engine = new WorkflowEngine(new());
        var answer = await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = "GET" });
        answer.Text.ShouldBe(text);
        (answer.Json.IsUndefined ? null : JsJson.WriteString(answer.Json)).ShouldBe(json);
    }

    private static async Task<(WebhookResponse Answer, string Last)> AnswerAsync(string parameters, string version)
    {
        var node = new JsObject { ["typeVersion"] = double.Parse(version, System.Globalization.CultureInfo.InvariantCulture), ["credentials"] = new JsObject { ["jwtAuth"] = new JsObject { ["name"] = "mine" } } };
        var model = Make("hook", "Hook > Respond, Respond:1 > End", """{"durability": "none"}""", """Hook webhook | {"httpMethod": "POST", "responseMode": "responseNode"}""",
            $"Respond n8n-nodes-base.respondToWebhook | {parameters} | {JsJson.WriteString(node)}", "End no-op");
        await using var engine = new WorkflowEngine(new() { Services = new() { Connections = new OneConnection("jwt", """{"secret": "a secret of some length"}""") } });
        var last = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Watch += (_, happened) =>
        {
            if (happened is NodeFinished { Outputs: var outputs } done && model.Nodes[done.Node].Name is "Respond") last.TrySetResult(outputs.Length > 1 ? Show(outputs[1]) : "");
        };
        var answer = await engine.CallAsync(model, model.Find("Hook")!, new WebhookRequest { Method = "POST", Body = new JsObject { ["n"] = 7 } });
        return (answer, await last.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }
}
