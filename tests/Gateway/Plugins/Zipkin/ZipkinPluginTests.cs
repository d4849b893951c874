using System.Text.Json;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.Tracing;
using Sluice.Gateway.Plugins.Zipkin;

namespace Sluice.Gateway.Tests.Plugins.Zipkin;

public sealed class ZipkinPluginTests
{
    private const string B3 = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1";

    [Fact]
    public async Task Spans_of_request_and_upstream_are_posted()
    {
        await using var server = await HttpStandIn.StartAsync();
        var harness = new PluginHarness().Use("zipkin", new ZipkinConfig
        {
            HttpEndpoint = server.Url + "api/v2/spans",
            SampleRatio = 1,
            LocalServiceName = "edge",
            HttpSpanName = "method_path",
            StaticTags = [new() { Name = "env", Value = "test" }],
            Queue = new QueueConfig { MaxBatchSize = 2, MaxCoalescingDelay = 60 },
            HttpResponseHeaderForTraceid = "X-Trace",
        });
        var result = await harness.SendAsync("/p?q=1", headers: [("b3", B3), ("Zipkin-Tags", "color=red; bad; size = xl ")]);
        var request = await server.ReceiveAsync();
        (request.Method, request.Target, request.Header("content-type")).ShouldBe(("POST", "/api/v2/spans", "application/json"));
        var spans = JsonDocument.Parse(request.Body).RootElement.EnumerateArray().ToList();
        var (proxy, server1) = (spans[0], spans[1]);
        Text(proxy, "name").ShouldBe("GET /p (proxy)");
        Text(proxy, "kind").ShouldBe("CLIENT");
        Text(proxy, "parentId").ShouldBe("b7ad6b7169203331");
        Text(proxy.GetProperty("remoteEndpoint"), "serviceName").ShouldBe("service");
        Text(server1, "traceId").ShouldBe("0af7651916cd43dd8448eb211c80319c");
        Text(server1, "id").ShouldBe("b7ad6b7169203331");
        Text(server1, "kind").ShouldBe("SERVER");
        Text(server1.GetProperty("localEndpoint"), "serviceName").ShouldBe("edge");
        var tags = server1.GetProperty("tags");
        (Text(tags, "env"), Text(tags, "color"), Text(tags, "size"), Text(tags, "http.method"), Text(tags, "http.path"), Text(tags, "http.status_code"))
            .ShouldBe(("test", "red", "xl", "GET", "/p", "200"));
        server1.GetProperty("annotations").EnumerateArray().Select(a => Text(a, "value")).ShouldBe(["krf", "krs"]);
        result.Sent("b3").ShouldBe($"0af7651916cd43dd8448eb211c80319c-{Text(proxy, "id")}-1-b7ad6b7169203331");
        result.Header("X-Trace").ShouldBe("0af7651916cd43dd8448eb211c80319c");
    }

    [Fact]
    public async Task What_is_not_recorded_is_passed_on_and_not_sent()
    {
        await using var server = await HttpStandIn.StartAsync();
        var harness = new PluginHarness().Use("zipkin", new ZipkinConfig { HttpEndpoint = server.Url, SampleRatio = 0, TraceidByteCount = 8 });
        var unsampled = await harness.SendAsync("/no");
        unsampled.Sent("x-b3-sampled").ShouldBe("0");
        unsampled.Sent("x-b3-traceid").ShouldNotBeNull().ShouldMatch("^0{16}[0-9a-f]{16}$");
        (await harness.SendAsync("/no", headers: [("b3", B3.Replace("-1", "-0", StringComparison.Ordinal))])).Sent("b3").ShouldNotBeNull().ShouldNotContain("-1-");
        await harness.SendAsync("/yes", headers: [("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]);
        var span = JsonDocument.Parse((await server.ReceiveAsync()).Body).RootElement[0];
        Text(span, "name").ShouldBe("GET (proxy)");
        Text(span, "traceId").ShouldBe("0af7651916cd43dd8448eb211c80319c");
    }

    [Fact]
    public async Task Log_entries_show_the_trace()
    {
        using var sink = new Logging.UdpSink();
        var harness = new PluginHarness()
            .Use("zipkin", new ZipkinConfig { Propagation = new PropagationConfig { Inject = ["w3c", "datadog"] } })
            .Use("udp-log", new Sluice.Gateway.Plugins.UdpLog.UdpLogConfig { Host = "127.0.0.1", Port = sink.Port });
        var result = await harness.SendAsync();
        var ids = JsonDocument.Parse(await sink.ReceiveAsync()).RootElement.GetProperty("trace_id");
        result.Sent("traceparent").ShouldNotBeNull().ShouldContain(Text(ids, "w3c")!);
        result.Sent("x-datadog-trace-id").ShouldBe(Text(ids, "datadog"));
    }

    [Fact]
    public void Tags_that_kong_sets_itself_and_repeated_ones_are_refused()
    {
        var problems = new List<string>();
        new ZipkinTag { Name = "http.method", Value = "x" }.Check((field, message) => problems.Add(field));
        new ZipkinConfig { StaticTags = [new() { Name = "a", Value = "1" }, new() { Name = "a", Value = "2" }] }.Check((field, message) => problems.Add(message));
        problems.ShouldBe(["name", "repeated tags are not allowed: a"]);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
