using System.Text;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.OpenTelemetry;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Plugins.OpenTelemetry;

public sealed class OpenTelemetryPluginTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static readonly GatewaySettings Tracing = new() { TracingInstrumentations = TraceInstrumentations.All, TracingSamplingRate = 1 };

    [Fact]
    public async Task Spans_are_posted_as_protobuf()
    {
        await using var server = await HttpStandIn.StartAsync();
        var harness = Harness(Tracing, new OpenTelemetryConfig
        {
            TracesEndpoint = server.Url + "v1/traces",
            Headers = new Dictionary<string, string> { ["X-Key"] = "k" },
            ResourceAttributes = new Dictionary<string, string> { ["service.name"] = "edge" },
            Queue = new QueueConfig { MaxBatchSize = 1 },
        });
        var result = await harness.SendAsync("/p", headers: [("traceparent", Parent)]);
        var request = await server.ReceiveAsync();
        (request.Target, request.Header("content-type"), request.Header("x-key")).ShouldBe(("/v1/traces", "application/x-protobuf", "k"));
        var resourceSpans = Fields(request.Body).Single(f => f.Number == 1).Value;
        Encoding.UTF8.GetString(Fields(resourceSpans).Single(f => f.Number == 1).Value).ShouldContain("edge");
        var span = Fields(Fields(resourceSpans).Single(f => f.Number == 2).Value).Single(f => f.Number == 2).Value;
        var fields = Fields(span).ToLookup(f => f.Number, f => f.Value);
        Convert.ToHexStringLower(fields[1].Single()).ShouldBe("0af7651916cd43dd8448eb211c80319c");
        Convert.ToHexStringLower(fields[4].Single()).ShouldBe("b7ad6b7169203331");
        Encoding.UTF8.GetString(fields[5].Single()).ShouldBe("kong");
        fields[9].Select(a => Encoding.UTF8.GetString(Fields(a).First().Value)).ShouldContain("http.status_code");
        result.Sent("traceparent").ShouldNotBeNull().ShouldMatch("^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$");
    }

    [Fact]
    public async Task Logs_are_posted_with_the_trace()
    {
        await using var server = await HttpStandIn.StartAsync();
        var harness = Harness(Tracing, new OpenTelemetryConfig { LogsEndpoint = server.Url + "v1/logs", Queue = new QueueConfig { MaxBatchSize = 1 } });
        await harness.SendAsync("/logged", headers: [("traceparent", Parent)]);
        var request = await server.ReceiveAsync();
        var record = Fields(Fields(Fields(request.Body).Single().Value).Single(f => f.Number == 2).Value).Single(f => f.Number == 2).Value;
        var fields = Fields(record).ToLookup(f => f.Number, f => f.Value);
        Encoding.UTF8.GetString(fields[3].Single()).ShouldBe("INFO");
        Encoding.UTF8.GetString(Fields(fields[5].Single()).Single().Value).ShouldContain("\"uri\":\"/logged\"");
        Convert.ToHexStringLower(fields[9].Single()).ShouldBe("0af7651916cd43dd8448eb211c80319c");
    }

    [Fact]
    public async Task Without_instrumentations_traces_are_only_passed_on()
    {
        var harness = Harness(new GatewaySettings(), new OpenTelemetryConfig { TracesEndpoint = "http://127.0.0.1:1/", SamplingRate = 1, HttpResponseHeaderForTraceid = "X-T" });
        var result = await harness.SendAsync(headers: [("traceparent", Parent)]);
        result.Sent("traceparent").ShouldNotBeNull().ShouldMatch("^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$");
        result.Header("X-T").ShouldBe("0af7651916cd43dd8448eb211c80319c");
        (await harness.SendAsync()).Sent("traceparent").ShouldNotBeNull().ShouldMatch("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$");
    }

    [Theory]
    [InlineData("01", "parent_drop_probability_fallback", 0.0, "00")]
    [InlineData("01", "parent_probability_fallback", 0.0, "01")]
    [InlineData("01", "parent_drop_probability_fallback", 1.0, "01")]
    [InlineData("00", "parent_drop_probability_fallback", 1.0, "00")]
    [InlineData("00", "parent_probability_fallback", 1.0, "00")]
    public async Task The_caller_and_the_rate_decide(string caller, string strategy, double rate, string expected)
    {
        var config = new OpenTelemetryConfig { TracesEndpoint = "http://127.0.0.1:1/", SamplingRate = rate, SamplingStrategy = strategy };
        var result = await Harness(Tracing, config).SendAsync(headers: [("traceparent", Parent[..^2] + caller)]);
        result.Sent("traceparent").ShouldNotBeNull().ShouldEndWith("-" + expected);
    }

    [Fact]
    public async Task B3_keeps_the_callers_span_as_parent()
    {
        var result = await Harness(new GatewaySettings(), new OpenTelemetryConfig { TracesEndpoint = "http://127.0.0.1:1/" })
            .SendAsync(headers: [("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1")]);
        result.Sent("b3").ShouldNotBeNull().ShouldMatch("^0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-0-b7ad6b7169203331$");
    }

    [Fact]
    public void An_endpoint_is_needed()
    {
        var problems = new List<string>();
        new OpenTelemetryConfig().Check((field, message) => problems.Add(message));
        problems.Single().ShouldContain("at least one");
    }

    private static PluginHarness Harness(GatewaySettings settings, OpenTelemetryConfig config) => new PluginHarness(settings: settings).Use("opentelemetry", config);

    /// <summary>The fields of a message; for numbers only their field numbers.</summary>
    private static List<(int Number, byte[] Value)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var length = (tag & 7) switch { 1 => 8, 5 => 4, 2 => (int)Varint(message, ref at), _ => 0 };
            if ((tag & 7) == 0) Varint(message, ref at);
            fields.Add(((int)(tag >> 3), message[at..(at + length)]));
            at += length;
        }

        return fields;
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
    }
}
