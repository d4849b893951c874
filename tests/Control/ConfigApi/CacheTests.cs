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
        (await app.SendAsync("GET", "cache"))["data"]!.AsArray().Select(c => $"{c!["name"]} {c["entries"]} {c["bytes"]}").ShouldBe(["pictures 0 0", "sounds 3 300"]);

        foreach (var (body, expected) in new[] { ("\"url\": \"http://a/b\"", 1), ("\"prefix\": \"http://a/\"", 2), ("\"tag\": \"t\"", 4), ("\"all\": true", 8), ("\"all\": true, \"cache\": \"pictures\"", 0) })
            ((int)(await app.SendAsync("POST", "cache/purge", $"{{{body}}}"))["data"]!["purged"]!).ShouldBe(expected);
        cache.Asked.ShouldBe(["key http://a/b", "prefix http://a/", "tag t", "all"]);
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

        public long Bytes => 300;

        public int Count => 3;

        public int PurgeKey(string url) => Note($"key {url}", 1);

        public int PurgePrefix(string prefix) => Note($"prefix {prefix}", 2);

        public int PurgeTag(string tag) => Note($"tag {tag}", 4);

        public int Purge() => Note("all", 8);

        private int Note(string what, int purged)
        {
            Asked.Add(what);
            return purged;
        }
    }
}
