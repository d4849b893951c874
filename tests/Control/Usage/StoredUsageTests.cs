using Dapper;
using Sluice.Control.Usage;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Usage;

public sealed class StoredUsageTests
{
    private static readonly Guid Ann = new("11111111-1111-5111-8111-111111111111");
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
}
