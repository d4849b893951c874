using System.Runtime.CompilerServices;
using Sluice.Gateway.Plugins.ProxyCache;

namespace Sluice.Gateway.Tests.Plugins.ProxyCache;

public sealed class ResponseStoreTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void The_budget_is_kept_and_what_was_served_lately_stays()
    {
        var store = new ResponseStore(time, budget: 20_000);
        for (var i = 0; i < 100; i++)
        {
            store.Put(Entry($"k{i}", 1000));
            store.Find("k0", time.GetTimestamp()).ShouldNotBeNull();
            store.Bytes.ShouldBeLessThanOrEqualTo(20_000);
        }

        store.Count.ShouldBeGreaterThan(8);
        store.Find("k99", time.GetTimestamp()).ShouldNotBeNull();
        store.Find("k1", time.GetTimestamp()).ShouldBeNull();
    }

    [Fact]
    public void Expired_entries_leave_as_others_come()
    {
        var store = new ResponseStore(time, budget: 1_000_000);
        for (var i = 0; i < 50; i++) store.Put(Entry($"old{i}", 10));
        time.Advance(TimeSpan.FromSeconds(61));
        for (var i = 0; i < 50; i++) store.Put(Entry($"new{i}", 10));
        store.Count.ShouldBe(50);
    }

    [Fact]
    public void Replacing_an_entry_gives_its_bytes_back()
    {
        var store = new ResponseStore(time);
        for (var i = 0; i < 100; i++) store.Put(Entry("k", 1000));
        store.Count.ShouldBe(1);
        store.Bytes.ShouldBe(Entry("k", 1000).Size);
    }

    [Fact]
    public void A_replaced_body_is_let_go_of_at_once()
    {
        var store = new ResponseStore(time);
        for (var i = 0; i < 1000; i++) store.Put(Entry($"other{i}", 1));
        var first = PutAndForget(store);
        store.Put(Entry("k", 1_000_000));
        GC.Collect();
        first.IsAlive.ShouldBeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference PutAndForget(ResponseStore store)
    {
        var entry = Entry("k", 1_000_000);
        store.Put(entry);
        return new WeakReference(entry.Body);
    }

    [Fact]
    public void Entries_are_found_and_deleted_by_their_public_key()
    {
        var store = new ResponseStore(time);
        store.Put(Entry("a", 1));
        store.Put(Entry("b", 1));
        store.Get("public-a")!.Key.ShouldBe("a");
        store.Delete("public-a").ShouldBeTrue();
        store.Delete("public-a").ShouldBeFalse();
        store.Find("a", time.GetTimestamp()).ShouldBeNull();
        store.Purge();
        store.Count.ShouldBe(0);
        store.Bytes.ShouldBe(0);
    }

    private StoredResponse Entry(string key, int bytes) => new()
    {
        Key = key,
        PublicKey = "public-" + key,
        Status = 200,
        ContentType = null,
        Headers = [],
        Body = new byte[bytes],
        StoredAt = time.GetTimestamp(),
        Ttl = 60,
        KeptUntil = time.GetTimestamp() + (60 * time.TimestampFrequency),
    };
}
