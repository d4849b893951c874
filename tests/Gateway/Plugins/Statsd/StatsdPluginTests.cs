using System.Net;
using System.Net.Sockets;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Statsd;
using Sluice.Gateway.Tests.Plugins.Logging;

namespace Sluice.Gateway.Tests.Plugins.Statsd;

public sealed class StatsdPluginTests : IDisposable
{
    private static readonly ConsumerConfig Consumer = new() { Id = Guid.NewGuid(), Username = "jo", CustomId = "c7" };

    private static readonly string Host = Environment.MachineName.Replace('.', '_');

    private readonly UdpSink sink = new();

    public void Dispose() => sink.Dispose();

    [Fact]
    public async Task Every_default_metric_is_a_datagram_named_after_the_service()
    {
        await SendAsync(new StatsdConfig { Host = "127.0.0.1", Port = sink.Port, Metrics = [.. new StatsdConfig().Metrics.Where(m => m.Name != "shdict_usage")] });
        var lines = await sink.ReceiveAsync(12);
        lines.Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)] + l[l.IndexOf('|', StringComparison.Ordinal)..]).ShouldBe(
        [
            "kong.service.service.request.count|c",
            "kong.service.service.latency|ms",
            "kong.service.service.request.size|c",
            "kong.service.service.status.200|c",
            "kong.service.service.response.size|c",
            "kong.service.service.user.uniques|s",
            "kong.service.service.user.c7.request.count|c",
            "kong.service.service.upstream_latency|ms",
            "kong.service.service.kong_latency|ms",
            "kong.service.service.user.c7.status.200|c",
            "kong.service.service.workspace.0dc6f45b-8f8d-40d2-a504-473544ee190b.status.200|c",
            "kong.route.22222222-2222-5222-8222-222222222222.user.c7.status.200|c",
        ]);
        lines[0].ShouldBe("kong.service.service.request.count:1|c");
        lines[4].ShouldBe("kong.service.service.response.size:8|c");
        lines[5].ShouldBe("kong.service.service.user.uniques:c7|s");
    }

    [Theory]
    [InlineData("service_id", "consumer_id", "workspace_name", "service.11111111-1111-5111-8111-111111111111")]
    [InlineData("service_name", "username", "workspace_id", "service.service")]
    [InlineData("service_host", "custom_id", "workspace_id", "service.upstream_test")]
    public async Task Identifiers_choose_what_things_are_called(string service, string consumer, string workspace, string scope)
    {
        var metrics = new[] { "status_count", "status_count_per_user", "status_count_per_workspace" }.Select(name => new StatsdMetricConfig
        {
            Name = name,
            StatType = "counter",
            SampleRate = 0.25,
            ServiceIdentifier = service,
            ConsumerIdentifier = consumer,
            WorkspaceIdentifier = workspace,
        });
        await SendAsync(new StatsdConfig { Host = "127.0.0.1", Port = sink.Port, Prefix = "p", HostnameInPrefix = true, Metrics = [.. metrics] });
        var user = consumer switch { "consumer_id" => Consumer.Id.ToString(), "username" => "jo", _ => "c7" };
        var place = workspace == "workspace_name" ? "default" : "0dc6f45b-8f8d-40d2-a504-473544ee190b";
        (await sink.ReceiveAsync(3)).ShouldBe(
        [
            $"p.node.{Host}.{scope}.status.200:1|c|@0.25",
            $"p.node.{Host}.{scope}.user.{user}.status.200:1|c|@0.25",
            $"p.node.{Host}.{scope}.workspace.{place}.status.200:1|c|@0.25",
        ]);
    }

    [Theory]
    [InlineData("dogstatsd", "kong.request.count:1|c|#service:service,route:route,workspace:0dc6f45b-8f8d-40d2-a504-473544ee190b,consumer:c7,node:{0},status:200")]
    [InlineData("influxdb", "kong.request.count,service=service,route=route,workspace=0dc6f45b-8f8d-40d2-a504-473544ee190b,consumer=c7,node={0},status=200:1|c")]
    [InlineData("librato", "kong.request.count#service=service,route=route,workspace=0dc6f45b-8f8d-40d2-a504-473544ee190b,consumer=c7,node={0},status=200:1|c")]
    [InlineData("signalfx", "kong.request.count[service=service,route=route,workspace=0dc6f45b-8f8d-40d2-a504-473544ee190b,consumer=c7,node={0},status=200]:1|c")]
    public async Task Tags_are_written_in_four_ways(string style, string expected)
    {
        StatsdMetricConfig[] metrics =
        [
            new() { Name = "status_count", StatType = "counter", SampleRate = 1 },
            new() { Name = "request_count", StatType = "counter", SampleRate = 1 },
        ];
        await SendAsync(new StatsdConfig { Host = "127.0.0.1", Port = sink.Port, TagStyle = style, Metrics = metrics });
        (await sink.ReceiveAsync()).ShouldBe(string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, Host));
    }

    [Fact]
    public async Task Metrics_share_a_datagram_up_to_its_size()
    {
        StatsdMetricConfig[] metrics = [.. Enumerable.Repeat(new StatsdMetricConfig { Name = "request_count", StatType = "counter", SampleRate = 1 }, 3)];
        await SendAsync(new StatsdConfig { Host = "127.0.0.1", Port = sink.Port, UdpPacketSize = 80, Metrics = metrics });
        const string line = "kong.service.service.request.count:1|c";
        (await sink.ReceiveAsync(2)).ShouldBe([$"{line}\n{line}", line]);
    }

    [Fact]
    public async Task Over_tcp_every_line_has_an_end()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        StatsdMetricConfig[] metrics = [.. Enumerable.Repeat(new StatsdMetricConfig { Name = "request_count", StatType = "counter", SampleRate = 1 }, 2)];
        await SendAsync(new StatsdConfig { Host = "127.0.0.1", Port = ((IPEndPoint)server.LocalEndpoint).Port, UseTcp = true, Metrics = metrics });
        using var client = await server.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        using var reader = new StreamReader(client.GetStream());
        for (var i = 0; i < 2; i++)
            (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("kong.service.service.request.count:1|c");
    }

    [Fact]
    public async Task Only_allowed_statuses_are_measured_and_memory_is_told_once_a_minute()
    {
        var harness = Harness(new StatsdConfig
        {
            Host = "127.0.0.1",
            Port = sink.Port,
            AllowStatusCodes = ["200-299", "500-500"],
            Metrics = [new() { Name = "shdict_usage", StatType = "gauge", SampleRate = 1 }, new() { Name = "status_count", StatType = "counter", SampleRate = 1 }],
        });
        await harness.SendAsync();
        (await sink.ReceiveAsync(23))[..2].Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)])
            .ShouldBe([$"kong.node.{Host}.shdict.kong.free_space", $"kong.node.{Host}.shdict.kong.capacity"]);
        var status = 404;
        harness.Upstream = exchange =>
        {
            exchange.Response.StatusCode = status;
            return [];
        };
        await harness.SendAsync();
        status = 500;
        await harness.SendAsync();
        (await sink.ReceiveAsync()).ShouldBe("kong.service.service.status.500:1|c");
        harness.Time.Advance(TimeSpan.FromMinutes(1));
        await harness.SendAsync();
        (await sink.ReceiveAsync()).ShouldContain("free_space");
    }

    [Fact]
    public void Counters_and_gauges_need_a_rate()
    {
        var problems = new List<string>();
        new StatsdMetricConfig { Name = "latency", StatType = "gauge" }.Check((field, message) => problems.Add($"{field}: {message}"));
        new StatsdMetricConfig { Name = "latency", StatType = "timer" }.Check((field, message) => problems.Add($"{field}: {message}"));
        problems.ShouldBe(["sample_rate: required field missing"]);
    }

    private static PluginHarness Harness(StatsdConfig config) => new PluginHarness(new GatewayDocument { Consumers = [Consumer] }).Use("statsd", config);

    private static async Task SendAsync(StatsdConfig config)
    {
        var harness = Harness(config);
        await harness.SendAsync(prepare: exchange =>
        {
            exchange.Authenticated(harness.Snapshot.Consumers[Consumer.Id], null);
            exchange.Timings.UpstreamStarted = exchange.Timings.Started = System.Diagnostics.Stopwatch.GetTimestamp();
            exchange.Timings.UpstreamAnswered = exchange.Timings.Started + 1;
        });
    }
}
