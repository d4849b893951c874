using Dapper;
using Sluice.Control.Audit;
using Sluice.Control.Tests.Identity;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Audit;

public sealed class AuditLogTests
{
    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_write_is_one_entry_with_its_outcome(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        using var audit = new AuditLog(database, new MovableTime());
        var begun = await audit.AppendAsync(Entry("alice", "routes.create"));
        (await audit.ListAsync(new AuditFilter(), 0, 10)).Entries.Single().Outcome.ShouldBe(AuditOutcome.Unknown);
        await audit.AnswerAsync(begun, "id", 201, "orders", "release 12");
        var (entries, total) = await audit.ListAsync(new AuditFilter(), 0, 10);
        total.ShouldBe(1);
        (entries[0].Actor, entries[0].Status, entries[0].Outcome, entries[0].Object, entries[0].Detail).ShouldBe(("alice", 201, "success", "orders", "release 12"));
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Entries_are_found_by_each_filter(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var time = new MovableTime();
        using var audit = new AuditLog(database, time);
        await audit.AppendAsync(Entry("alice", "routes.create") with { Object = "orders", Outcome = "success" });
        time.Move(TimeSpan.FromHours(1));
        var later = time.GetUtcNow();
        await audit.AppendAsync(Entry("bob", "routes_x.create") with { Outcome = "refused", Detail = "100% OUT_OF_SCOPE" });
        await audit.AppendAsync(Entry("bob", "routes.delete") with { Object = "orders", Outcome = "failure", Address = "10.0.0.1" });

        (await Actions(new AuditFilter { Actor = "alice" })).ShouldBe(["routes.create"]);
        (await Actions(new AuditFilter { Action = "routes" })).ShouldBe(["routes.delete", "routes.create"]);
        (await Actions(new AuditFilter { Action = "routes.delete" })).ShouldBe(["routes.delete"]);
        (await Actions(new AuditFilter { Object = "orders" })).ShouldBe(["routes.delete", "routes.create"]);
        (await Actions(new AuditFilter { Outcome = "refused" })).ShouldBe(["routes_x.create"]);
        (await Actions(new AuditFilter { Text = "00% out_of" })).ShouldBe(["routes_x.create"]);
        (await Actions(new AuditFilter { Text = "0.0.0.1" })).ShouldBe(["routes.delete"]);
        (await Actions(new AuditFilter { From = later })).ShouldBe(["routes.delete", "routes_x.create"]);
        (await Actions(new AuditFilter { To = later })).ShouldBe(["routes.create"]);
        (await audit.ListAsync(new AuditFilter(), 1, 1)).Entries.Single().Action.ShouldBe("routes_x.create");
        var read = new List<string>();
        await foreach (var entry in audit.ReadAsync(new AuditFilter { Actor = "bob" })) read.Add(entry.Action);
        read.ShouldBe(["routes_x.create", "routes.delete"]);

        async Task<IEnumerable<string>> Actions(AuditFilter filter) => (await audit.ListAsync(filter, 0, 10)).Entries.Select(e => e.Action);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "UPDATE audit SET actor = 'mallory' WHERE actor = 'a5'", true)]
    [InlineData(DatabaseKind.Postgres, "UPDATE audit SET actor = 'mallory' WHERE actor = 'a5'", true)]
    [InlineData(DatabaseKind.Sqlite, "DELETE FROM audit WHERE actor = 'a0'", true)]
    [InlineData(DatabaseKind.Sqlite, "DELETE FROM audit WHERE actor = 'a5'", true)]
    [InlineData(DatabaseKind.Postgres, "DELETE FROM audit WHERE actor = 'a9'", true)]
    [InlineData(DatabaseKind.Sqlite, "UPDATE audit SET at = at + 1 WHERE actor = 'a3'", true)]
    [InlineData(DatabaseKind.Sqlite, "DELETE FROM audit", true)]
    [InlineData(DatabaseKind.Sqlite, "UPDATE audit SET actor = actor", false)]
    public async Task What_was_changed_afterwards_shows(DatabaseKind kind, string tampering, bool shows)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        using var audit = new AuditLog(database, new MovableTime());
        for (var i = 0; i < 10; i++) await audit.AppendAsync(Entry($"a{i}", "x"));
        (await audit.VerifyAsync()).ShouldBe(new AuditVerdict(10, null, null));
        await database.WriteAsync((c, t) => c.ExecuteAsync(tampering, transaction: t));
        ((await audit.VerifyAsync()).BrokenAt is not null).ShouldBe(shows);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Nodes_that_write_side_by_side_make_one_chain(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using var databaseA = new Database(address);
        await using var databaseB = new Database(address);
        using var a = new AuditLog(databaseA, TimeProvider.System);
        using var b = new AuditLog(databaseB, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? a : b).AppendAsync(Entry($"{i}", "x")))));
        (await a.VerifyAsync()).ShouldBe(new AuditVerdict(40, null, null));
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task What_is_too_old_goes_and_the_rest_is_still_a_chain(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var time = new MovableTime();
        using var audit = new AuditLog(database, time);
        await audit.AppendAsync(Entry("old", "x"));
        await audit.AppendAsync(Entry("old", "y"));
        time.Move(TimeSpan.FromDays(10));
        await audit.AppendAsync(Entry("new", "z"));
        (await audit.PruneAsync(TimeSpan.FromDays(5))).ShouldBe(2);
        (await audit.PruneAsync(TimeSpan.FromDays(5))).ShouldBe(0);
        (await audit.VerifyAsync()).ShouldBe(new AuditVerdict(1, null, null));
        (await audit.ListAsync(new AuditFilter(), 0, 10)).Entries.Single().Actor.ShouldBe("new");
        (await audit.PruneAsync(TimeSpan.Zero - TimeSpan.FromDays(1))).ShouldBe(1);
        (await audit.VerifyAsync()).ShouldBe(new AuditVerdict(0, null, null));
    }

    private static AuditEntry Entry(string actor, string action) => new() { Actor = actor, ActorKind = "user", Action = action, Path = "/x", Address = "127.0.0.1" };
}
