using System.Net;
using Sluice.Gateway.Tests.Telemetry;
using Sluice.Gateway.Transport;
using Sluice.Gateway.Tests.Upstreams.Http1;

namespace Sluice.Gateway.Tests.Upstreams.Discovery;

/// <summary>Whole gateways whose endpoints come and go.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-discovery-").FullName;

    private string ListFile => Path.Combine(folder, "endpoints.yaml");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(TransportKind.Epoll)]
    [InlineData(TransportKind.Sockets)]
    public async Task Endpoints_come_and_go_under_load_without_a_failed_request(TransportKind kind)
    {
        await using var first = SlowUpstream("first");
        await using var second = SlowUpstream("second");
        Write(first.Address, second.Address);
        await using var gateway = await GatewayUnderTest.StartAsync(Document($"file: {{path: {ListFile}}}"), kind: kind);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{gateway.Port}") };
        using var stop = new CancellationTokenSource();
        var answered = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var response = await http.GetAsync("/", CancellationToken.None);
                response.StatusCode.ShouldBe(HttpStatusCode.OK);
                answered.AddOrUpdate(await response.Content.ReadAsStringAsync(CancellationToken.None), 1, (_, n) => n + 1);
            }
        })).ToArray();

        for (var round = 0; round < 3; round++)
        {
            await ChangeAsync(gateway, first.Address);
            await ChangeAsync(gateway, second.Address);
            await ChangeAsync(gateway, first.Address, second.Address);
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        answered.Keys.Order().ShouldBe(["first", "second"]);
        gateway.Metrics.ShouldContain($"gateway_discovery_up{{source=\"file {ListFile}\"}} 1");
    }

    [Fact]
    public async Task Requests_that_come_before_the_first_answer_wait_for_it()
    {
        var listed = new TaskCompletionSource();
        await using var upstream = SlowUpstream("ok");
        await using var consul = await StandInServer.StartAsync(async (http, _) =>
        {
            await listed.Task;
            http.Response.Headers["X-Consul-Index"] = "1";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                http.Response, $$$"""[{"Service": {"Address": "127.0.0.1", "Port": {{{upstream.Address.Port}}}}}]""");
        });
        await using var gateway = await GatewayUnderTest.StartAsync(Document($"consul: {{address: 'http://127.0.0.1:{consul.Port}', service: s}}"));
        var early = gateway.GetAsync("/");
        await Eventually.HoldsAsync(() => consul.Requests.Count > 0);
        listed.SetResult();
        (await early).ShouldStartWith("HTTP/1.1 200");
    }

    [Fact]
    public async Task A_source_that_is_away_from_the_start_means_503_and_is_told_of()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(Document("consul: {address: 'http://127.0.0.1:1', service: s}"));
        (await gateway.GetAsync("/")).ShouldStartWith("HTTP/1.1 503");
        var status = gateway.Runtime.Current.Services[0].Balancer.GetStatus().Discovery.ShouldNotBeNull();
        status.IsUp.ShouldBeFalse();
        status.Problem!.ShouldContain("refused");
    }

    [Fact]
    public async Task Names_are_found_by_DNS_and_upstreams_join_found_targets_to_their_own()
    {
        await using var upstream = SlowUpstream("ok");
        Write(new IPEndPoint(IPAddress.Loopback, 1));
        await using var gateway = await GatewayUnderTest.StartAsync($$"""
            _format_version: "3.0"
            services:
            - name: s
              host: shop.test
              discovery: {dns: {name: localhost, port: {{upstream.Address.Port}} } }
              routes: [{name: r, paths: [/]}]
            upstreams:
            - name: u
              discovery: {file: {path: {{ListFile}} } }
              targets: [{target: "127.0.0.1:2"}]
            """);
        (await gateway.GetAsync("/")).ShouldStartWith("HTTP/1.1 200");
        var found = gateway.Runtime.Current.Upstreams[0].Balancer;
        await Eventually.HoldsAsync(() => found.Endpoints.Count == 2);
        found.Endpoints.Select(e => e.Key).ShouldBe(["127.0.0.1:2", "127.0.0.1:1"]);
    }

    [Theory]
    [InlineData("discovery: {}", "exactly one of dns, consul, etcd, kubernetes and file must be given")]
    [InlineData("discovery: {consul: {service: s}, file: {path: x}}", "exactly one of dns, consul, etcd, kubernetes and file must be given")]
    [InlineData("discovery: {consul: {service: s, address: 'localhost:8500'}}", "expected an address like http://127.0.0.1:8500")]
    [InlineData("discovery: {etcd: {}}", "prefix: required field missing")]
    [InlineData("discovery: {file: {path: x}}, endpoints: [{address: 'h:1'}]", "discovery: must not be set when there are endpoints")]
    public void Mistakes_are_named(string fields, string problem) =>
        Configuration.Reading.Files.Problems($"_format_version: '3.0'\nservices: [{{name: s, {fields}}}]").ShouldHaveSingleItem().ShouldEndWith(problem);

    private static RawUpstream SlowUpstream(string body) => new(async peer =>
    {
        while (await peer.ReadRequestAsync() is not null)
        {
            // Long enough that some are always under way when the endpoints change.
            await Task.Delay(5);
            await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }
    });

    private static string Document(string discovery) => $$"""
        _format_version: "3.0"
        services:
        - {name: s, discovery: { {{discovery}} }, routes: [{name: r, paths: [/]}]}
        """;

    private void Write(params IPEndPoint[] endpoints)
    {
        File.WriteAllLines(ListFile + ".new", endpoints.Select(e => $"- {e}"));
        File.Move(ListFile + ".new", ListFile, overwrite: true);
    }

    private async Task ChangeAsync(GatewayUnderTest gateway, params IPEndPoint[] endpoints)
    {
        Write(endpoints);
        await Eventually.HoldsAsync(() => gateway.Runtime.Current.Services[0].Balancer.Endpoints.Select(e => e.Key).SequenceEqual(endpoints.Select(e => e.ToString())));
        await Task.Delay(30, TestContext.Current.CancellationToken);
    }
}
