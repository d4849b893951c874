using Sluice.Gateway.Caching;
using Sluice.Gateway.Snapshot;

namespace Sluice.Control.Tests.ConfigApi;

public class CacheTests
{
    private const string File = "_format_version: '3.0'\nplugins: [{name: http-cache, config: {store: pictures}}]\n";

    [Fact]
    public async Task Caches_are_listed_and_emptied_by_url_prefix_tag_or_all()
    {
        await using var app = await ConfigApp.StartAsync(file: File);
        var cache = new Cache();
        using var lease = new SnapshotLease();
        app.Runtime.Shared.Get(typeof(Cache), lease, () => cache);
        (await app.SendAsync("GET", "cache"))["data"]!.AsArray().Select(c => $"{c!["name"]} {c["storage"]} {c["entries"]} {c["bytes"]}").ShouldBe(["pictures memory 0 0", "sounds redis 3 300"]);

        foreach (var (body, expected) in new[] { ("\"url\": \"http://a/b\"", 1), ("\"prefix\": \"http://a/\"", 2), ("\"tag\": \"t\"", 4), ("\"all\": true", 8), ("\"all\": true, \"cache\": \"pictures\"", 0) })
            ((int)(await app.SendAsync("POST", "cache/purge", $"{{{body}}}"))["data"]!["purged"]!).ShouldBe(expected);
        cache.Asked.ShouldBe(["key http://a/b", "prefix http://a/", "tag t", "all"]);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_reached_is_not_said_to_be_emptied()
    {
        await using var app = await ConfigApp.StartAsync(file: File);
        using var lease = new SnapshotLease();
        var cache = new Cache { IsAway = true };
        app.Runtime.Shared.Get(typeof(Cache), lease, () => cache);
        (await app.SendAsync("GET", "cache"))["data"]!.AsArray().Select(c => $"{c!["name"]} {c["entries"]}").ShouldBe(["pictures 0", "sounds "]);
        var refused = await app.SendAsync("POST", "cache/purge", """{"all": true}""", 503);
        ((string?)refused["error"]!["code"]).ShouldBe("CACHE_UNAVAILABLE");
        ((string?)refused["error"]!["message"])!.ShouldContain("sounds");
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("""{"url": "http://a/", "tag": "t"}""", 400)]
    [InlineData("""{"everything": true}""", 400)]
    [InlineData("""{"all": true, "cache": "none"}""", 404)]
    public async Task What_is_not_said_clearly_is_refused(string body, int status)
    {
        await using var app = await ConfigApp.StartAsync(file: File);
        await app.SendAsync("POST", "cache/purge", body, status);
    }

    private sealed class Cache : ICachePurge
    {
        public List<string> Asked { get; } = [];

        public string Name => "sounds";

        public string Storage => "redis";

        public bool IsAway { get; set; }

        public ValueTask<CacheSize?> SizeAsync() => new(IsAway ? null : new CacheSize(300, 3));

        public ValueTask<int?> PurgeKeyAsync(string url) => Note($"key {url}", 1);

        public ValueTask<int?> PurgePrefixAsync(string prefix) => Note($"prefix {prefix}", 2);

        public ValueTask<int?> PurgeTagAsync(string tag) => Note($"tag {tag}", 4);

        public ValueTask<int?> PurgeAllAsync() => Note("all", 8);

        private ValueTask<int?> Note(string what, int purged)
        {
            Asked.Add(what);
            return new(IsAway ? null : purged);
        }
    }
}
