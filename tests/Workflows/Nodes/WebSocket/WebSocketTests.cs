using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.WebSocket;

/// <summary>A server that greets, then gives back what it gets: text as JSON with the header fields, binary as it is; "close" closes it, "wait" is not answered.</summary>
public sealed class WebSocketTests : IAsyncLifetime
{
    private WebApplication _server = null!;
    private string _url = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.UseWebSockets();
        _server.Map("/plain", () => Results.StatusCode(403));
        _server.Map("/", (Delegate)ServeAsync);
        await _server.StartAsync();
        _url = _server.Urls.First().Replace("http", "ws");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Sends_a_message_and_waits_for_the_answer()
    {
        var items = await RunAsync("""{"url": "=URL/?n={{ $json.n }}", "authenticate": true, "headerParameters": {"parameters": [{"name": "X-Own", "value": "o"}]}, "subprotocols": ["v2", "v1"], "message": {"n": "={{ $json.n }}"}, "skipMessages": 1}""", """[{"n": 1}, {"n": 2}]""");
        items.Select(i => JsJson.WriteString(i.Json)).ShouldBe(
        [
            """{"got":"{\"n\":1}","query":"?n=1","own":"o","authorization":"Bearer t","protocol":"v1"}""",
            """{"got":"{\"n\":2}","query":"?n=2","own":"o","authorization":"Bearer t","protocol":"v1"}""",
        ]);
        items[1].PairedItems.ShouldBe([new PairedItem(1)]);
    }

    [Fact]
    public async Task Text_binary_and_silence()
    {
        (await RunAsync("""{"url": "URL"}"""))[0].Json["data"].AsString.ShouldBe("welcome");
        var file = (await RunAsync("""{"url": "URL", "inputDataFieldName": "f", "skipMessages": 1}""", """[{"$binary": {"f": "bytes"}}]"""))[0].Binary!["data"];
        Encoding.UTF8.GetString(file.Content!.Value.Span).ShouldBe("bytes");
        JsJson.WriteString((await RunAsync("""{"url": "URL", "message": "wait", "waitForAnswer": false}"""))[0].Json).ShouldBe("""{"success":true}""");
    }

    [Theory]
    [InlineData("""{"url": "URL", "message": "close", "skipMessages": 1}""", "the server closed before it answered: enough", "1008")]
    [InlineData("""{"url": "URL", "message": "wait", "skipMessages": 1, "timeout": 300}""", "127.0.0.1 did not answer within 300 ms", null)]
    [InlineData("""{"url": "URL/plain"}""", "127.0.0.1: ", "403")]
    [InlineData("""{"url": "https://x"}""", "'https://x' is no address that begins with wss:// or ws://", null)]
    public async Task Fails_with_what_happened(string parameters, string message, string? code)
    {
        var failure = await Should.ThrowAsync<NodeException>(() => RunAsync(parameters));
        failure.Message.ShouldStartWith(message);
        failure.Code.ShouldBe(code);
    }

    [Fact]
    public async Task Runs_for_tenants_reach_public_addresses_only() =>
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL"}""", guarded: true))).Message.ShouldBe("'127.0.0.1' is not a public address");

    private static async Task ServeAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.Contains("v1") ? "v1" : null);
        await SendAsync("welcome"u8.ToArray(), WebSocketMessageType.Text);
        var buffer = new byte[1000];
        var got = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
        var text = Encoding.UTF8.GetString(buffer, 0, got.Count);
        if (text is "close") await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, "enough", context.RequestAborted);
        else if (text is "wait") await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        else if (got.MessageType is WebSocketMessageType.Binary) await SendAsync(buffer[..got.Count], WebSocketMessageType.Binary);
        else if (got.MessageType is WebSocketMessageType.Text)
            await SendAsync(JsJson.WriteUtf8(new JsObject { ["got"] = text, ["query"] = context.Request.QueryString.Value, ["own"] = context.Request.Headers["X-Own"].ToString(), ["authorization"] = context.Request.Headers.Authorization.ToString(), ["protocol"] = socket.SubProtocol }), WebSocketMessageType.Text);

        Task SendAsync(byte[] bytes, WebSocketMessageType type) => socket.SendAsync(bytes, type, endOfMessage: true, context.RequestAborted);
    }

    private async Task<IReadOnlyList<Item>> RunAsync(string parameters, string items = "[{}]", bool guarded = false)
    {
        var node = JsJson.Parse("""{"name": "Node", "type": "websocket", "credentials": {"httpBearerAuth": {"name": "mine"}}}""").AsObject!;
        node.Set("parameters", JsJson.Parse(parameters.Replace("URL", _url)));
        var check = NodeFixture.Load(node);
        check.Problems.ShouldBeEmpty();
        var services = new NodeServices { Connections = new OneConnection("bearer", """{"token": "t"}"""), GuardsAddresses = _ => guarded };
        return (await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], services))[0];
    }
}
