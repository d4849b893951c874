using System.Net;
using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Jwt;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.Webhook;

public sealed class WebhookGuardTests
{
    [Theory]
    [InlineData(null, 401)]
    [InlineData("Bearer x", 401)]
    [InlineData("Basic YTp3cm9uZw==", 403)]
    [InlineData("Basic YTpzZWNyZXQgd29yZA==", 0)]
    public async Task A_user_and_password(string? given, int refusal)
    {
        var entry = await AdmitAsync("basicAuth", "httpBasicAuth", """{"user": "a", "password": "secret word"}""", ("Authorization", given));
        entry.Refusal.ShouldBe(refusal);
        entry.SecretHeader.ShouldBe(refusal == 0 ? "authorization" : null);
    }

    [Theory]
    [InlineData(null, 403)]
    [InlineData("wrong", 403)]
    [InlineData("key of mine", 0)]
    public async Task A_header_field(string? given, int refusal) =>
        (await AdmitAsync("headerAuth", "httpHeaderAuth", """{"name": "X-Key", "value": "key of mine"}""", ("X-Key", given))).Refusal.ShouldBe(refusal);

    [Theory]
    [InlineData("Bearer wrong", 403)]
    [InlineData("Bearer token of mine", 0)]
    public async Task A_bearer_token(string given, int refusal) =>
        (await AdmitAsync("bearerAuth", "httpBearerAuth", """{"token": "token of mine"}""", ("Authorization", given))).Refusal.ShouldBe(refusal);

    [Fact]
    public async Task A_token_with_its_claims()
    {
        const string Fields = """{"key_type": "passphrase", "secret": "a secret of some length"}""";
        var head = new JsObject { ["alg"] = "HS256" };
        using var key = JwtKey.Of(new() { Secret = "a secret of some length" }, null, forSigning: true);
        (await AdmitAsync("jwtAuth", "jwtAuth", Fields)).Refusal.ShouldBe(401);
        (await AdmitAsync("jwtAuth", "jwtAuth", Fields, ("Authorization", "Bearer a.b.c"))).Refusal.ShouldBe(403);
        (await AdmitAsync("jwtAuth", "jwtAuth", Fields, ("Authorization", $"Bearer {JwtToken.Sign(key, head, new JsObject { ["exp"] = 1 })}"))).Refusal.ShouldBe(403);
        (await AdmitAsync("jwtAuth", "jwtAuth", Fields, ("Authorization", $"Bearer {JwtToken.Sign(key, new JsObject { ["alg"] = "none" }, new JsObject())}"))).Refusal.ShouldBe(403);
        var entry = await AdmitAsync("jwtAuth", "jwtAuth", Fields, ("Authorization", $"Bearer {JwtToken.Sign(key, head, new JsObject { ["sub"] = "ann" })}"));
        entry.Refusal.ShouldBe(0);
        JsJson.WriteString(new Sluice.Workflows.Runs.WebhookRequest { Method = "GET", JwtPayload = entry.JwtPayload }.ToItem().Json["jwtPayload"]).ShouldBe("""{"sub":"ann"}""");
    }

    [Theory]
    [InlineData("10.1.2.3, 192.0.2.0/24", "10.1.2.3", 0)]
    [InlineData("10.1.2.3, 192.0.2.0/24", "::ffff:10.1.2.3", 0)]
    [InlineData("10.1.2.3, 192.0.2.0/24", "192.0.2.77", 0)]
    [InlineData("10.1.2.3, 192.0.2.0/24", "10.1.2.4", 403)]
    [InlineData("nonsense", "10.1.2.3", 403)]
    [InlineData("", "10.1.2.3", 0)]
    public async Task Addresses_that_may_call(string list, string address, int refusal) =>
        (await Hook($$"""{"options": {"ipWhitelist": "{{list}}"} }""", null).Guard.AdmitAsync(new(IPAddress.Parse(address), _ => null), new NodeServices(), "", default)).Refusal.ShouldBe(refusal);

    [Theory]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1)", 403)]
    [InlineData("Slackbot-LinkExpanding 1.0", 403)]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", 0)]
    [InlineData(null, 0)]
    public async Task Robots_are_ignored_where_it_says_so(string? agent, int refusal)
    {
        (await Hook("""{"options": {"ignoreBots": true}}""", null).Guard.AdmitAsync(new(IPAddress.Loopback, _ => agent), new NodeServices(), "", default)).Refusal.ShouldBe(refusal);
        (await Hook("{}", null).Guard.AdmitAsync(new(IPAddress.Loopback, _ => agent), new NodeServices(), "", default)).Refusal.ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_connection_nobody_is_let_in()
    {
        var hook = Hook("""{"authentication": "headerAuth"}""", null);
        (await hook.Guard.AdmitAsync(new(IPAddress.Loopback, _ => "anything"), new NodeServices(), "", default)).Refusal.ShouldBe(500);
        NodeFixture.Load(JsJson.Parse("""{"name": "Hook", "type": "webhook", "parameters": {"authentication": "headerAuth"}}""").AsObject!).Problems.ShouldContain(p => p.Severity == Severity.Error);
    }

    private static ValueTask<WebhookEntry> AdmitAsync(string authentication, string kind, string fields, params (string Name, string? Value)[] headers) =>
        Hook($$"""{"authentication": "{{authentication}}"}""", kind).Guard.AdmitAsync(
            new(IPAddress.Loopback, name => headers.FirstOrDefault(h => h.Name == name).Value), new NodeServices { Connections = new OneConnection(ConnectionKinds.Find(kind)!.Name, fields) }, "", default);

    private static WebhookNode Hook(string parameters, string? kind)
    {
        var text = $$"""{"name": "Hook", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "parameters": {{parameters}}, "credentials": {{{(kind is null ? "" : $"\"{kind}\": {{\"name\": \"mine\"}}")}}} }""";
        return (WebhookNode)NodeFixture.Load(JsJson.Parse(Encoding.UTF8.GetBytes(text)).AsObject!).Model!.Find("Hook")!.Node;
    }
}
