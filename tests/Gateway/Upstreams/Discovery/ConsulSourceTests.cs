using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Discovery;

namespace Sluice.Gateway.Tests.Upstreams.Discovery;

/// <summary>Against a stand-in for an agent that implements the index and wait of blocking queries.</summary>
public sealed class ConsulSourceTests : IAsyncLifetime
{
    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private object[] instances = [];
    private ulong index = 7;
    private int status = 200;
    private StandInServer agent = null!;

    public async ValueTask InitializeAsync() => agent = await StandInServer.StartAsync(AnswerAsync);

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task Changes_arrive_by_blocking_queries()
    {
        Change(Instance("10.0.0.1", 8080), Instance("", 8081, weight: 5));
        using var feed = new FeedFixture(Source());
        await feed.TellsAsync("10.0.0.1:8080*1 192.0.2.1:8081*5");
        Change(Instance("10.0.0.2", 8080));
        await feed.TellsAsync("10.0.0.2:8080*1");
        Change();
        await feed.TellsAsync("");
        agent.Requests.Take(3).Select(r => r.Target).ShouldBe(
        [
            "/v1/health/service/orders%20v2?index=0&wait=10s&passing=1&tag=blue&dc=dc1",
            "/v1/health/service/orders%20v2?index=8&wait=10s&passing=1&tag=blue&dc=dc1",
            "/v1/health/service/orders%20v2?index=9&wait=10s&passing=1&tag=blue&dc=dc1",
        ]);
        agent.Requests.ShouldAllBe(r => r["X-Consul-Token"] == "t0ken");
    }

    [Fact]
    public async Task While_the_agent_is_away_the_last_endpoints_stay()
    {
        Change(Instance("10.0.0.1", 8080));
        using var feed = new FeedFixture(Source());
        await feed.TellsAsync("10.0.0.1:8080*1");
        status = 500;
        Change(Instance("10.0.0.2", 8080));
        await feed.IsUpAsync(false);
        feed.Status.Endpoints.ShouldBe(1);
        feed.Status.Problem!.ShouldContain("answered 500");
        feed.Status.ToString().ShouldNotContain("t0ken");
        await feed.TellsAsync("10.0.0.1:8080*1");
        status = 200;
        await feed.TellsAsync("10.0.0.2:8080*1");
        await feed.IsUpAsync(true);
    }

    [Fact]
    public async Task An_index_that_goes_back_begins_again()
    {
        Change(Instance("10.0.0.1", 8080));
        using var feed = new FeedFixture(Source());
        await feed.TellsAsync("10.0.0.1:8080*1");
        index = 1;
        Change(Instance("10.0.0.3", 8080));
        await feed.TellsAsync("10.0.0.3:8080*1");
        Change(Instance("10.0.0.4", 8080));
        await feed.TellsAsync("10.0.0.4:8080*1");
        agent.Requests.Count(r => r.Target.Contains("index=0", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Instances_that_make_no_sense_are_left_out()
    {
        Change(Instance("bad host", 1), Instance("10.0.0.1", 0), Instance("evil\r\nx: y", 80), new { Service = 7 }, new { }, 7, Instance("api.internal", 80));
        using var feed = new FeedFixture(Source());
        await feed.TellsAsync("api.internal:80*1");
    }

    private static object Instance(string address, int port, int weight = 1) =>
        new { Node = new { Node = "n", Address = "192.0.2.1" }, Service = new { Service = "orders", Address = address, Port = port, Weights = new { Passing = weight, Warning = 1 } }, Checks = Array.Empty<object>() };

    private ConsulSource Source() => new(
        new ConsulDiscovery { Address = agent.Address.ToString(), Service = "orders v2", Tag = "blue", Datacenter = "dc1", Token = "t0ken", Wait = 10 }, TimeProvider.System);

    private void Change(params object[] now)
    {
        lock (gate)
        {
            instances = now;
            index++;
            changed.TrySetResult();
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task AnswerAsync(HttpContext http, StandInServer.Received request)
    {
        var asked = ulong.Parse(http.Request.Query["index"]!, System.Globalization.CultureInfo.InvariantCulture);
        Task change;
        lock (gate) change = asked > 0 && asked == index ? changed.Task : Task.CompletedTask;
        await change.WaitAsync(agent.Stopping);
        http.Response.StatusCode = status;
        string body;
        lock (gate)
        {
            http.Response.Headers["X-Consul-Index"] = $"{index}";
            body = JsonSerializer.Serialize(instances);
        }

        await http.Response.WriteAsync(body);
    }
}
