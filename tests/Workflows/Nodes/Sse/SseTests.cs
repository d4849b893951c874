using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Sse;

namespace Sluice.Workflows.Tests.Nodes.Sse;

public sealed class SseTests
{
    [Fact]
    public async Task Ends_without_failing_when_its_time_is_over()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var server = builder.Build();
        server.Map("/", async (HttpContext c) =>
        {
            c.Response.ContentType = "text/event-stream";
            await c.Response.WriteAsync("data: a\n\n");
            await Task.Delay(Timeout.Infinite, c.RequestAborted);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        var node = JsJson.Parse($$$"""{"name": "Node", "type": "sse", "parameters": {"url": "{{{server.Urls.First()}}}", "maxEvents": 5, "timeout": 500}}""").AsObject!;
        var check = NodeFixture.Load(node);
        var items = (await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [[new Item(new JsObject())]]))[0];
        items.Count.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Takes_a_stream_apart_wherever_it_is_cut()
    {
        var stream = Encoding.UTF8.GetBytes("\uFEFFid:7\r\ndata: ä\r\ndata\r\n\r\nevent: x\n\ndata: [1]\r\rdata: end");
        for (var cut = 0; cut < stream.Length; cut++)
        {
            var parser = new SseParser(1000);
            var events = parser.Add(stream.AsMemory(0, cut)).Concat(parser.Add(stream.AsMemory(cut))).Select(e => JsJson.WriteString(e)).ToList();
            events.ShouldBe(["""{"event":"message","id":"7","data":"ä\n"}""", """{"event":"message","id":"7","data":[1]}"""], $"cut at {cut}");
        }
    }

    [Fact]
    public void Holds_no_event_that_does_not_end() =>
        Should.Throw<NodeException>(() => new SseParser(100).Add(new byte[200].Select(_ => (byte)'x').ToArray()).ToList()).Message.ShouldBe("an event is longer than 100 bytes");
}
