using System.Globalization;
using System.Text;
using Sluice.Foundation.Redis;
using Sluice.Gateway.Plugins.HttpCache;
using Sluice.Gateway.Telemetry;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.HttpCache;

/// <summary>What only a store in a Redis server has to hold: budgets that the server knows nothing of, and that it may be away.</summary>
public class RedisResponsesTests
{
    private const int Patient = 60_000;

    [Fact]
    public async Task A_hit_is_one_round_trip_also_where_Vary_tells_responses_apart()
    {
        await using var node = await Node.StartAsync();
        await node.Http.SendAsync("/plain");
        node.Vary = "Accept";
        await node.Http.SendAsync("/varied");
        var before = node.Client.Commands;
        (await node.Http.SendAsync("/plain")).Body.ShouldBe("call 1");
        (node.Client.Commands - before).ShouldBe(1);
        (await node.Http.SendAsync("/varied")).Body.ShouldBe("call 2");
        (node.Client.Commands - before).ShouldBe(2);

        // A node that has not seen the names asks twice, once.
        await using var other = await Node.StartAsync(node.Server);
        (await other.Http.SendAsync("/varied")).Body.ShouldBe("call 2");
        (await other.Http.SendAsync("/varied")).Body.ShouldBe("call 2");
        other.Client.Commands.ShouldBe(3);
    }

    [Fact]
    public async Task What_one_node_stores_or_takes_out_is_so_for_all()
    {
        await using var one = await Node.StartAsync();
        await using var two = await Node.StartAsync(one.Server);
        one.Vary = two.Vary = "Accept";
        (await one.Http.SendAsync("/a", headers: [("Accept", "text/plain")])).Body.ShouldBe("call 1");
        (await two.Http.SendAsync("/a", headers: [("Accept", "text/plain")])).Body.ShouldBe("call 1");
        (await two.Http.SendAsync("/a", headers: [("Accept", "text/html")])).Header("Cache-Status").ShouldBe("sluice; fwd=vary-miss; fwd-status=200; stored");
        (await one.Http.SendAsync("/a", headers: [("Accept", "text/html")])).Header("Cache-Status")!.ShouldStartWith("sluice; hit");
        (await two.Http.SendAsync("/a", "DELETE")).Status.ShouldBe(200);
        (await one.Http.SendAsync("/a", headers: [("Accept", "text/html")])).Header("Cache-Status")!.ShouldStartWith("sluice; fwd=uri-miss");
        (await one.Store.PurgeAllAsync())!.Value.ShouldBeGreaterThan(0);
        (await two.Http.SendAsync("/a", headers: [("Accept", "text/html")])).Header("Cache-Status")!.ShouldStartWith("sluice; fwd=uri-miss");
    }

    [Fact]
    public async Task Many_resources_stay_inside_the_budget_and_so_does_what_is_known_of_them()
    {
        const long budget = 2 * 1024 * 1024;
        const int resources = 12_000;
        await using var node = await Node.StartAsync(budget: budget);
        await node.Http.SendAsync("/0");
        var head = await node.StoredAsync("http://gateway.test/0");
        var before = await node.MemoryAsync();
        await Parallel.ForAsync(0, resources, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            var url = $"http://gateway.test/path/of/usual/length/{i}";
            (await node.Store.PutAsync(head, head.Body, new Variant(url, [], "", null))).ShouldBeTrue();
        });

        var size = (await node.Store.SizeAsync())!.Value;
        size.Bytes.ShouldBeInRange(budget / 2, budget);
        (await node.MemoryAsync() - before).ShouldBeLessThan(budget * 5 / 4);
        (await node.AskAsync("DBSIZE")).Integer.ShouldBe(size.Count + 4);
        foreach (var (command, key) in new[] { ("ZCARD", "ring"), ("ZCARD", "expire"), ("HLEN", "about") })
            (await node.AskAsync(command, node.Prefix + key)).Integer.ShouldBe(size.Count);
        size.Count.ShouldBeLessThan(resources / 2);

        // Emptied, nothing is left of it.
        (await node.Store.PurgeAllAsync()).ShouldBe((int)size.Count);
        (await node.Store.SizeAsync())!.Value.ShouldBe(new Sluice.Gateway.Caching.CacheSize(0, 0));
        (await node.AskAsync("KEYS", "*")).Items.Select(k => k.Text).ShouldBe([node.Prefix + "bytes"]);
    }

    [Fact]
    public async Task What_was_read_lately_stays_and_what_was_not_makes_room()
    {
        await using var node = await Node.StartAsync(budget: 256 * 1024);
        await node.Http.SendAsync("/read");
        await node.Http.SendAsync("/unread");
        var head = await node.StoredAsync("http://gateway.test/read");

        // The server's own clock counts, in seconds.
        var unread = (await node.AskAsync("KEYS", node.Prefix + "*")).Items.Select(k => k.Text!).Where(k => k.Length == node.Prefix.Length + 24).ToList();
        await Eventually.HoldsAsync(async () =>
        {
            (await node.Http.SendAsync("/read")).Body.ShouldBe("call 1");
            return (await Task.WhenAll(unread.Select(async k => (await node.AskAsync("OBJECT", "IDLETIME", k)).Integer))).Max() >= 4;
        });
        var largest = new byte[200 * 1024];
        (await node.Store.PutAsync(head, largest, new Variant("http://gateway.test/large", [], "", null))).ShouldBeTrue();
        (await node.Store.PutAsync(head, new byte[60 * 1024], new Variant("http://gateway.test/more", [], "", null))).ShouldBeTrue();
        (await node.Http.SendAsync("/read")).Body.ShouldBe("call 1");
        (await node.Http.SendAsync("/unread")).Body.ShouldBe("call 3");
    }

    [Fact]
    public async Task Entries_have_a_time_to_live_in_the_server_and_leave_the_accounts_when_it_is_over()
    {
        await using var node = await Node.StartAsync(control: "max-age=100", config: c => c with { KeepStale = 50 });
        await node.Http.SendAsync("/a");
        var key = node.Prefix + node.IdOf("http://gateway.test/a");
        (await node.AskAsync("TTL", key)).Integer.ShouldBeInRange(120, 150);

        // As when the time is over.
        await node.AskAsync("PEXPIRE", key, 1);
        await node.AskAsync("ZADD", node.Prefix + "expire", 1, node.IdOf("http://gateway.test/a"));
        await Eventually.HoldsAsync(async () => (await node.AskAsync("EXISTS", key)).Integer == 0);
        await node.Http.SendAsync("/b");
        (await node.Store.SizeAsync())!.Value.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_names_live_as_long_as_the_last_of_their_responses()
    {
        await using var node = await Node.StartAsync(control: "max-age=10", config: c => c with { KeepStale = 0 });
        node.Vary = "Accept";
        await node.Http.SendAsync("/a");
        node.Control = "max-age=1000";
        await node.Http.SendAsync("/a", headers: [("Accept", "text/html")]);
        (await node.AskAsync("TTL", node.Prefix + node.IdOf("http://gateway.test/a"))).Integer.ShouldBeInRange(900, 1000);
    }

    [Fact]
    public async Task What_stands_in_an_entrys_place_is_no_entry_and_makes_way_for_one()
    {
        await using var node = await Node.StartAsync();
        await node.Http.SendAsync("/a");
        var key = node.Prefix + node.IdOf("http://gateway.test/a");
        var good = (await node.AskAsync("GET", key)).Bytes.ToArray();
        var calls = 1;
        foreach (var bad in new[] { [], "hello"u8.ToArray(), good[..^1], [.. good, 1], [.. good[..50], (byte)(good[50] ^ 1), .. good[51..]] })
        {
            await node.AskAsync("SET", key, new ReadOnlyMemory<byte>(bad));
            (await node.Http.SendAsync("/a")).Body.ShouldBe($"call {++calls}");
            (await node.Http.SendAsync("/a")).Body.ShouldBe($"call {calls}");
        }

        // A whole entry of another URL.
        await node.Http.SendAsync("/b");
        await node.AskAsync("SET", node.Prefix + node.IdOf("http://gateway.test/b"), new ReadOnlyMemory<byte>(good));
        (await node.Http.SendAsync("/b")).Body.ShouldBe($"call {calls + 2}");
        node.Metric("gateway_http_cache_unreadable_total").ShouldBe(6);

        // Something that is no text at all.
        await node.AskAsync("DEL", key);
        await node.AskAsync("RPUSH", key, "1");
        (await node.Http.SendAsync("/a")).Header("Cache-Status")!.ShouldContain("store-away");
        (await node.Http.SendAsync("/a")).Header("Cache-Status")!.ShouldStartWith("sluice; hit");
    }

    [Fact]
    public async Task While_the_server_is_away_every_request_goes_upstream_and_what_was_to_be_taken_out_is_when_it_is_back()
    {
        await using var node = await Node.StartAsync(timeout: 500);
        await node.Http.SendAsync("/a");
        await node.Http.SendAsync("/b");
        await node.Server.PauseAsync();
        for (var i = 0; i < 20; i++) (await node.Http.SendAsync("/a")).Header("Cache-Status").ShouldBe("sluice; fwd=uri-miss; fwd-status=200; stored; detail=store-away");
        (await node.Http.SendAsync("/a", "POST")).Status.ShouldBe(200);
        (await node.Store.PurgeAllAsync()).ShouldBeNull();
        (await node.Store.SizeAsync()).ShouldBeNull();
        node.Metric("gateway_http_cache_store_failures_total").ShouldBeGreaterThan(20);

        await node.Server.ResumeAsync();
        await Eventually.HoldsAsync(() => node.Client.IsUp);
        (await node.Http.SendAsync("/b")).Body.ShouldBe("call 2");
        await Eventually.HoldsAsync(async () => (await node.AskAsync("EXISTS", node.Prefix + node.IdOf("http://gateway.test/a"))).Integer == 0);

        await node.Server.KillAsync();
        await Eventually.HoldsAsync(() => !node.Client.IsUp);
        (await node.Http.SendAsync("/b")).Status.ShouldBe(200);
        await node.Server.StartAgainAsync();
        await Eventually.HoldsAsync(async () => (await node.Http.SendAsync("/b")).Header("Cache-Status")!.StartsWith("sluice; hit", StringComparison.Ordinal));
    }

    /// <summary>A node with a clock that runs, since that of the server does.</summary>
    private sealed class Node : IAsyncDisposable
    {
        private bool ownsServer;
        private int calls;

        private Node(RedisServer server, PluginHarness http, RedisClient asking)
        {
            Server = server;
            Http = http;
            Asking = asking;
        }

        public RedisServer Server { get; }

        public PluginHarness Http { get; }

        public string Vary { get; set; } = "";

        public string Control { get; set; } = "max-age=3600";

        public string Prefix => "sluice:http-cache:shared:";

        public RedisResponses Store => (RedisResponses)Http.Shared.OfType<IResponseStore>().Single();

        public RedisClient Client => Http.Shared.OfType<Sluice.Gateway.Redis.SharedRedis>().Single().Client;

        private RedisClient Asking { get; }

        public static async Task<Node> StartAsync(
            RedisServer? server = null, long budget = 64 * 1024 * 1024, int timeout = Patient, string control = "max-age=3600", Func<HttpCacheConfig, HttpCacheConfig>? config = null)
        {
            var owns = server is null;
            server ??= await RedisServer.StartAsync();
            Node? node = null;
            var http = new PluginHarness
            {
                Clock = TimeProvider.System,
                AfterEach = h => Eventually.HoldsAsync(() => node!.Store.UnderWay == 0, "what was stored is there"),
                Upstream = e => node!.Answer(e),
            };
            var redis = new Sluice.Gateway.Redis.RedisConfig { Host = "127.0.0.1", Port = server.Port, Timeout = timeout };
            var cache = new HttpCacheConfig { Storage = "redis", Store = "shared", MaxBytes = budget, Redis = redis };
            http.Use("http-cache", config is null ? cache : config(cache));
            node = new Node(server, http, new RedisClient(new RedisSettings { Host = "127.0.0.1", Port = server.Port }, TimeProvider.System)) { ownsServer = owns, Control = control };
            return node;
        }

        public async ValueTask DisposeAsync()
        {
            Http.Snapshot.Lease.Dispose();
            Asking.Dispose();
            if (ownsServer) await Server.DisposeAsync();
        }

        public ValueTask<RedisReply> AskAsync(params ReadOnlySpan<RedisArgument> command) => Asking.ExecuteAsync(command);

        public async Task<long> MemoryAsync() =>
            long.Parse((await AskAsync("INFO", "memory")).Text!.Split("\r\n").Single(l => l.StartsWith("used_memory:", StringComparison.Ordinal))["used_memory:".Length..], CultureInfo.InvariantCulture);

        public async Task<CachedResponse> StoredAsync(string url) =>
            (CachedResponse)StoredBytes.Read((await AskAsync("GET", Prefix + IdOf(url))).Bytes, url, TimeProvider.System)!;

        public string IdOf(string key) => System.Buffers.Text.Base64Url.EncodeToString(StoredBytes.HashOf(key).AsSpan(0, 18));

        public double Metric(string name)
        {
            var text = new PrometheusText();
            Store.WriteTo(text, null!);
            return text.ToString().Split('\n').Where(l => l.StartsWith(name, StringComparison.Ordinal)).Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        }

        private byte[] Answer(Sluice.Gateway.Pipeline.Exchange exchange)
        {
            exchange.Response.StatusCode = 200;
            exchange.Response.Headers.CacheControl = Control;
            if (Vary.Length > 0) exchange.Response.Headers.Vary = Vary;
            return Encoding.UTF8.GetBytes($"call {Interlocked.Increment(ref calls)}");
        }
    }
}
