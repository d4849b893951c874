using Sluice.Control.Certificates;
using Sluice.Control.Tests.Identity;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Certificates;

public sealed class StoredAcmeTests
{
    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Two_nodes_keep_and_lock_in_one_database(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using var here = new Database(address);
        await using var there = new Database(address);
        var time = new MovableTime();
        using var one = new StoredAcme(here, time);
        using var other = new StoredAcme(there, time);
        (await one.GetAsync("certificate/../'x")).ShouldBeNull();
        await one.SetAsync("certificate/../'x", "first\nsecond");
        (await other.GetAsync("certificate/../'x")).ShouldBe("first\nsecond");
        await other.SetAsync("certificate/../'x", "third", TimeSpan.FromHours(1));
        (await one.GetAsync("certificate/../'x")).ShouldBe("third");
        await other.DeleteAsync("certificate/../'x");
        (await one.GetAsync("certificate/../'x")).ShouldBeNull();

        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? one : other).TryLockAsync("lock", TimeSpan.FromMinutes(1)).AsTask()));
        asked.Count(got => got).ShouldBe(1);
        await one.DeleteAsync("lock");
        (await other.TryLockAsync("lock", TimeSpan.FromMinutes(1))).ShouldBeTrue();
        await one.SetAsync("proof", "x", TimeSpan.FromMinutes(1));
        time.Move(TimeSpan.FromMinutes(2));
        (await other.GetAsync("proof")).ShouldBeNull();
        (await one.TryLockAsync("lock", TimeSpan.FromMinutes(1))).ShouldBeTrue("the other node is thought to have died");
        (await other.TryLockAsync("lock", TimeSpan.FromMinutes(1))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_database_that_is_away_is_a_store_that_is_away()
    {
        await using var database = new Database(DatabaseAddress.Parse("Host=127.0.0.1;Port=1;Username=x;Database=x"));
        using var store = new StoredAcme(database, TimeProvider.System);
        await Should.ThrowAsync<IOException>(async () => await store.GetAsync("a"));
    }
}
