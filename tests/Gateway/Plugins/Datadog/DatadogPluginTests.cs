using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Datadog;
using Sluice.Gateway.Tests.Plugins.Logging;

namespace Sluice.Gateway.Tests.Plugins.Datadog;

public sealed class DatadogPluginTests : IDisposable
{
    private readonly UdpSink sink = new();

    public void Dispose() => sink.Dispose();

    [Fact]
    public async Task Each_metric_is_a_tagged_datagram()
    {
        await new PluginHarness().Use("datadog", new DatadogConfig { Host = "127.0.0.1", Port = sink.Port }).SendAsync();
        var lines = await sink.ReceiveAsync(6);
        lines[0].ShouldBe("kong.request.count:1|c|#name:service,status:200,app:kong");
        lines[3].ShouldBe("kong.response.size:8|ms|#name:service,status:200,app:kong");
        lines[4].ShouldBe("kong.upstream_latency:-1|ms|#name:service,status:200,app:kong");
    }

    [Theory]
    [InlineData("username", "jo")]
    [InlineData("custom_id", "c7")]
    [InlineData("consumer_id", "33333333_3333_5333_8333_333333333333")]
    public async Task Consumers_and_tags_are_named_as_configured(string identifier, string expected)
    {
        var consumer = new ConsumerConfig { Id = new Guid("33333333-3333-5333-8333-333333333333"), Username = "jo", CustomId = "c7" };
        var config = new DatadogConfig
        {
            Host = "127.0.0.1",
            Port = sink.Port,
            Prefix = "shop",
            ServiceNameTag = "svc",
            StatusTag = "code",
            ConsumerTag = "who",
            Metrics = [new() { Name = "request_size", StatType = "distribution", SampleRate = 0.5, ConsumerIdentifier = identifier, Tags = ["a:b", "c"] }],
        };
        var harness = new PluginHarness(new GatewayDocument { Consumers = [consumer] }).Use("datadog", config);
        await harness.SendAsync(prepare: e => e.Authenticated(harness.Snapshot.Consumers[consumer.Id], null));
        (await sink.ReceiveAsync()).ShouldMatch($@"^shop\.request\.size:\d+\|d\|@0\.5\|#svc:service,code:200,who:{expected},a:b,c$");
    }
}
