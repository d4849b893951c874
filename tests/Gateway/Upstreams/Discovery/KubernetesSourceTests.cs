using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Discovery;

namespace Sluice.Gateway.Tests.Upstreams.Discovery;

/// <summary>Against a stand-in for the API server that lists and watches as Kubernetes documents it.</summary>
public sealed class KubernetesSourceTests : IAsyncLifetime
{
    private readonly Channel<string> events = Channel.CreateUnbounded<string>();
    private readonly string tokenFile = Path.GetTempFileName();
    private object[][] pages = [[]];
    private string version = "100";
    private StandInServer api = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(tokenFile, "first\n", TestContext.Current.CancellationToken);
        api = await StandInServer.StartAsync(AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        File.Delete(tokenFile);
    }

    [Fact]
    public async Task Slices_are_listed_page_by_page_and_then_watched()
    {
        pages = [[Slice("orders-1", "10.0.0.1", "10.0.0.2")], [Slice("orders-2", "10.0.0.3")]];
        using var feed = new FeedFixture(Source("http"));
        await feed.TellsAsync("10.0.0.1:8080*100 10.0.0.2:8080*100 10.0.0.3:8080*100");
        Event("MODIFIED", "101", Slice("orders-1", "10.0.0.2"));
        await feed.TellsAsync("10.0.0.2:8080*100 10.0.0.3:8080*100");
        Event("DELETED", "102", Slice("orders-2", "10.0.0.3"));
        Event("ADDED", "103", Slice("orders-3", "10.0.0.4"));
        await feed.TellsAsync("10.0.0.2:8080*100 10.0.0.4:8080*100");

        const string all = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dorders";
        api.Requests.Take(3).Select(r => r.Target).ShouldBe([$"{all}&limit=500", $"{all}&limit=500&continue=1", $"{all}&watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=100"]);
        api.Requests.ShouldAllBe(r => r["Authorization"] == "Bearer first");
    }

    [Fact]
    public async Task A_watch_that_ends_goes_on_from_the_last_bookmark_with_the_token_as_it_is_then()
    {
        pages = [[Slice("orders-1", "10.0.0.1")]];
        using var feed = new FeedFixture(Source(null));
        await feed.TellsAsync("10.0.0.1:8080*100");
        await File.WriteAllTextAsync(tokenFile, "second", TestContext.Current.CancellationToken);
        events.Writer.TryWrite("""{"type":"BOOKMARK","object":{"kind":"EndpointSlice","metadata":{"resourceVersion":"150"}}}""");
        events.Writer.TryWrite("end");
        await Eventually.HoldsAsync(() => api.Requests.Any(r => r.Target.EndsWith("&resourceVersion=150", StringComparison.Ordinal)));
        api.Requests[^1]["Authorization"].ShouldBe("Bearer second");
        api.Requests.Count(r => r.Target.Contains("limit=", StringComparison.Ordinal)).ShouldBe(1);
        feed.Status.IsUp.ShouldBeTrue();
    }

    [Fact]
    public async Task A_version_that_is_gone_means_a_new_list()
    {
        pages = [[Slice("orders-1", "10.0.0.1")]];
        using var feed = new FeedFixture(Source("8080"));
        await feed.TellsAsync("10.0.0.1:8080*100");
        (pages, version) = ([[Slice("orders-9", "10.0.0.9")]], "900");
        events.Writer.TryWrite("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}""");
        await feed.TellsAsync("10.0.0.9:8080*100");
        await Eventually.HoldsAsync(() => api.Requests.Any(r => r.Target.EndsWith("&resourceVersion=900", StringComparison.Ordinal)));
        feed.Status.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Endpoints_that_are_not_ready_and_slices_without_the_port_are_left_out()
    {
        var slice = new
        {
            metadata = new { name = "x", resourceVersion = "1" },
            addressType = "IPv6",
            endpoints = new object[]
            {
                new { addresses = new[] { "fd00::1" }, conditions = new { ready = true } },
                new { addresses = new[] { "fd00::2" }, conditions = new { ready = false, serving = true, terminating = true } },
                new { addresses = new[] { "fd00::3" }, conditions = new { } },
            },
            ports = new object[] { new { name = "metrics", port = 9090, protocol = "TCP" }, new { name = "http", port = 8080, protocol = "TCP" } },
        };
        pages = [[slice]];
        using var feed = new FeedFixture(Source("http"));
        await feed.TellsAsync("fd00::1:8080*100 fd00::3:8080*100");
        using var none = new FeedFixture(Source("grpc"));
        await none.TellsAsync("");
    }

    private static object Slice(string name, params string[] addresses) => new
    {
        metadata = new { name, resourceVersion = "1" },
        addressType = "IPv4",
        endpoints = addresses.Select(a => new { addresses = new[] { a }, conditions = new { ready = true } }),
        ports = new[] { new { name = "http", port = 8080, protocol = "TCP" } },
    };

    private void Event(string type, string at, object slice)
    {
        var json = JsonSerializer.SerializeToNode(slice)!;
        json["metadata"]!["resourceVersion"] = at;
        events.Writer.TryWrite(JsonSerializer.Serialize(new { type, @object = json }));
    }

    private KubernetesSource Source(string? port) =>
        new(new KubernetesDiscovery { Service = "orders", Namespace = "shop", Port = port, Address = api.Address.ToString(), TokenFile = tokenFile }, TimeProvider.System);

    private async Task AnswerAsync(HttpContext http, StandInServer.Received request)
    {
        if (!http.Request.Query.ContainsKey("watch"))
        {
            var page = http.Request.Query.TryGetValue("continue", out var text) ? int.Parse(text!, System.Globalization.CultureInfo.InvariantCulture) : 0;
            var metadata = new Dictionary<string, string> { ["resourceVersion"] = version };
            if (page + 1 < pages.Length) metadata["continue"] = $"{page + 1}";
            await http.Response.WriteAsync(JsonSerializer.Serialize(new { kind = "EndpointSliceList", metadata, items = pages[page] }));
            return;
        }

        await http.Response.StartAsync(api.Stopping);
        while (await events.Reader.ReadAsync(api.Stopping) is not "end" and var line)
        {
            await http.Response.WriteAsync(line + "\n", api.Stopping);
            await http.Response.Body.FlushAsync(api.Stopping);
        }
    }
}
