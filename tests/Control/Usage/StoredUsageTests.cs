using Dapper;
using Sluice.Control.Usage;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Usage;

public sealed class StoredUsageTests
{
    private static readonly Guid Ann = new("11111111-1111-5111-8111-111111111111");
    private static readonly Guid Ben = new("22222222-2222-5222-8222-222222222222");
    private static readonly DateTimeOffset Hour = new(2026, 1, 12, 7, 0, 0, TimeSpan.Zero);

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Nodes_add_up_what_they_have_counted(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using var here = new Database(address);
        await using var there = new Database(address);
        using var one = new StoredUsage(here, TimeProvider.System);
        using var other = new StoredUsage(there, TimeProvider.System);
        await one.AddAsync([new(Ann, "ann", "data", Hour, 3, 1, 100), new(Ann, "ann", "data", Hour.AddHours(1), 5, 0, 50)]);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? one : other).AddAsync([new(Ann, "anne", "data", Hour, 2, 0, 10), new(Ann, "anne", "more", Hour, 1, 1, 0)])));
        var rows = await here.ReadAsync(async c => (await c.QueryAsync<(string, string, long, long, long, long)>("SELECT consumer_name, route, hour, calls, failed, bytes FROM usage ORDER BY route, hour")).AsList());
        rows.ShouldBe(
        [
            ("anne", "data", Hour.ToUnixTimeMilliseconds(), 19, 1, 180),
            ("ann", "data", Hour.AddHours(1).ToUnixTimeMilliseconds(), 5, 0, 50),
            ("anne", "more", Hour.ToUnixTimeMilliseconds(), 8, 8, 0),
        ]);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Counts_are_added_up_as_they_are_asked_for(DatabaseKind kind)
    {
        await using var database = new Database(await BothEngines.AddressAsync(kind));
        using var usage = new StoredUsage(database, TimeProvider.System);
        (await usage.ListAsync(new UsageQuery { ByConsumer = true }, 0, 10)).Total.ShouldBe(0);
        (await usage.ListAsync(new UsageQuery(), 0, 10)).Rows.ShouldBeEmpty();
        (await usage.SumAsync(new UsageQuery())).ShouldBe(new UsageSums(0, 0, 0));
        await usage.AddAsync(
        [
            new(Ann, "ann", "data", Hour, 3, 1, 100), new(Ann, "ann", "data", Hour.AddHours(5), 5, 0, 50), new(Ann, "ann", "more", Hour.AddDays(1), 7, 0, 5), new(Ann, "ann", "data", Hour.AddMonths(1), 11, 0, 1),
            new(Ben, "ben", "data", Hour, 13, 13, 0),
        ]);

        (await ShowAsync(new UsageQuery())).ShouldBe("   39/14/156");
        (await ShowAsync(new UsageQuery { ByConsumer = true })).ShouldBe(" ann  26/1/156; ben  13/13/0");
        (await ShowAsync(new UsageQuery { ByRoute = true })).ShouldBe("  data 32/14/151;  more 7/0/5");
        (await ShowAsync(new UsageQuery { Period = UsagePeriod.Month, ByConsumer = true })).ShouldBe("2026-01-01 00 ann  15/1/155;2026-01-01 00 ben  13/13/0;2026-02-01 00 ann  11/0/1");
        (await ShowAsync(new UsageQuery { Period = UsagePeriod.Day, Consumer = "ann", To = Hour.AddDays(20) })).ShouldBe("2026-01-12 00   8/1/150;2026-01-13 00   7/0/5");
        (await ShowAsync(new UsageQuery { Period = UsagePeriod.Hour, Consumer = Ann.ToString(), Route = "data", From = Hour.AddHours(1), To = Hour.AddDays(20) })).ShouldBe("2026-01-12 12   5/0/50");
        (await ShowAsync(new UsageQuery { Consumer = "' OR 1 = 1 --" })).ShouldBe("");
        var (rows, total) = await usage.ListAsync(new UsageQuery { ByConsumer = true, ByRoute = true, Period = UsagePeriod.Hour }, 1, 2);
        (rows.Count, total).ShouldBe((2, 5));
        rows[0].Consumer.ShouldBe("ben");
        (await usage.SumAsync(new UsageQuery { Route = "more" })).ShouldBe(new UsageSums(7, 0, 5));

        async Task<string> ShowAsync(UsageQuery query) => string.Join(";", (await usage.ListAsync(query, 0, 100)).Rows.Select(r => $"{r.Since:yyyy-MM-dd HH} {r.Consumer} {r.Route} {r.Sums.Calls}/{r.Sums.Failed}/{r.Sums.Bytes}"));
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task What_is_too_old_goes_when_something_is_added(DatabaseKind kind)
    {
        await using var database = new Database(await BothEngines.AddressAsync(kind));
        var time = new ManualTime(Hour.AddDays(10));
        using var usage = new StoredUsage(database, time, TimeSpan.FromDays(9));
        await usage.AddAsync([new(Ann, "ann", "data", Hour, 1, 0, 0), new(Ann, "ann", "data", Hour.AddDays(9), 2, 0, 0)]);
        (await usage.SumAsync(new UsageQuery())).Calls.ShouldBe(2);
        // Once an hour.
        await usage.AddAsync([new(Ann, "ann", "data", Hour, 4, 0, 0)]);
        (await usage.SumAsync(new UsageQuery())).Calls.ShouldBe(6);
        time.Now += TimeSpan.FromHours(1);
        await usage.AddAsync([]);
        (await usage.SumAsync(new UsageQuery())).Calls.ShouldBe(2);
    }

    private sealed class ManualTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
