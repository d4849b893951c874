using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.Releases;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Releases;

public sealed class ReleaseManagerTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-releases-").FullName;
    private readonly List<GatewayDocument> served = [];
    private readonly List<GatewayDocument> discarded = [];
    private string? unbuildable;

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Changes_become_releases_that_another_start_serves(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using (var database = new Database(address))
        {
            await using var releases = await OpenAsync(database);
            releases.Current.Release.Number.ShouldBe(0);

            var first = await releases.ChangeAsync(new ChangeRequest("ann", "begin"), Insert("services", """{ "name": "s", "host": "a" }"""));
            first.Outcome.ShouldBe(ChangeOutcome.Released);
            first.Current.Number.ShouldBe(1);
            (await releases.ChangeAsync(new ChangeRequest("ann"), Insert("consumers", """{ "username": "bob" }"""))).Current.Number.ShouldBe(2);
            served[^1].Consumers.ShouldHaveSingleItem();
        }

        await using var again = new Database(address);
        await using var restarted = await OpenAsync(again);
        restarted.Current.Release.ShouldSatisfyAllConditions(r => r.Number.ShouldBe(2), r => r.Author.ShouldBe("ann"), r => r.Created.ShouldBe(1));
        restarted.Current.Tree.All(EntityKind.ByName["services"]).ShouldHaveSingleItem().Key.ShouldBe("s");
        served[^1].Services.ShouldHaveSingleItem().Host.ShouldBe("a");
        var (list, total) = await restarted.ListAsync(0, 1);
        (list.Single().Number, total).ShouldBe((2, 2));
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Every_kept_release_can_be_read_and_brought_back(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        await using var releases = await OpenAsync(database, new ReleaseSettings { CheckpointEvery = 4 });
        for (var i = 1; i <= 11; i++)
            (await releases.ChangeAsync(new ChangeRequest("ann"), Insert("consumers", $$"""{ "username": "c{{i}}" }"""))).Outcome.ShouldBe(ChangeOutcome.Released);
        (await releases.ChangeAsync(new ChangeRequest("ann"), tree => tree.Delete(EntityKind.ByName["consumers"], "c3"))).Diff!.Deleted.ShouldBe(1);

        for (var number = 1; number <= 11; number++)
        {
            var tree = (await releases.ReadAsync(number))!;
            tree.All(EntityKind.ByName["consumers"]).Select(c => c.Key).ShouldBe(Enumerable.Range(1, number).Select(i => $"c{i}"));
        }

        (await releases.DiffAsync(11, 12))!.Changes.ShouldHaveSingleItem().Label.ShouldBe("consumer \"c3\"");
        var back = await releases.RollbackAsync(new ChangeRequest("bob", "oops"), 5);
        (back.Outcome, back.Current.Number, back.Current.Restores).ShouldBe((ChangeOutcome.Released, 13, 5));
        (await releases.DiffAsync(5, 13))!.IsEmpty.ShouldBeTrue();
        served[^1].Consumers.Count.ShouldBe(5);
        (await releases.RollbackAsync(new ChangeRequest("bob"), 99)).Outcome.ShouldBe(ChangeOutcome.NotFound);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_lost_race_names_the_newer_release(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        await using var one = new Database(address);
        await using var two = new Database(address);
        await using var first = await OpenAsync(one);
        await using var second = await OpenAsync(two);
        await first.ChangeAsync(new ChangeRequest("ann"), Insert("consumers", """{ "username": "a" }"""));

        // The second node has not heard of it yet: a change that wants release 0 must lose, and one that wants any builds on the newer.
        var lost = await second.ChangeAsync(new ChangeRequest("bob", Expected: 0), Insert("consumers", """{ "username": "b" }"""));
        (lost.Outcome, lost.Current.Number).ShouldBe((ChangeOutcome.Conflict, 1));
        var won = await second.ChangeAsync(new ChangeRequest("bob"), Insert("consumers", """{ "username": "b" }"""));
        (won.Outcome, won.Current.Number).ShouldBe((ChangeOutcome.Released, 2));
        (await first.RefreshAsync()).ShouldBeTrue();
        first.Current.Tree.All(EntityKind.ByName["consumers"]).Count.ShouldBe(2);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Nodes_that_write_at_once_lose_nothing(DatabaseKind kind)
    {
        var address = await BothEngines.AddressAsync(kind);
        var nodes = new List<(Database Database, ReleaseManager Releases)>();
        for (var i = 0; i < 3; i++)
        {
            var database = new Database(address);
            nodes.Add((database, await OpenAsync(database)));
        }
        await Task.WhenAll(nodes.Select((node, n) => Task.Run(async () =>
        {
            for (var i = 0; i < 8; i++)
                (await node.Releases.ChangeAsync(new ChangeRequest($"n{n}"), Insert("consumers", $$"""{ "username": "n{{n}}-{{i}}" }"""))).Outcome.ShouldBe(ChangeOutcome.Released);
        })));

        foreach (var (database, releases) in nodes)
        {
            await releases.RefreshAsync();
            releases.Current.Release.Number.ShouldBe(24);
            releases.Current.Tree.All(EntityKind.ByName["consumers"]).Count.ShouldBe(24);
            await releases.DisposeAsync();
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_refused_or_cannot_be_built_leaves_everything_as_it_was()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        await using var releases = await OpenAsync(database);
        await releases.ChangeAsync(new ChangeRequest("ann"), Insert("services", """{ "name": "s", "host": "a" }"""));
        var before = served.Count;

        (await releases.ChangeAsync(new ChangeRequest("ann"), Insert("services", """{ "name": "s", "host": "a" }"""))).Edit!.Problems.ShouldNotBeEmpty();
        (await releases.ChangeAsync(new ChangeRequest("ann"), Insert("services", """{ "name": "t", "host": "${NOT_SET_ANYWHERE}" }"""))).Problems.ShouldHaveSingleItem().Object.ShouldBe("service \"t\"");
        unbuildable = "no";
        (await releases.ChangeAsync(new ChangeRequest("ann"), Insert("services", """{ "name": "u", "host": "a" }"""))).Outcome.ShouldBe(ChangeOutcome.Refused);
        unbuildable = null;
        (await releases.ChangeAsync(new ChangeRequest("ann"), tree => tree.Patch(EntityKind.ByName["services"], "s", new JsonObject { ["host"] = "a" }))).Outcome.ShouldBe(ChangeOutcome.Unchanged);

        releases.Current.Release.Number.ShouldBe(1);
        served.Count.ShouldBe(before);
        (await releases.ListAsync(0, 10)).Total.ShouldBe(1);
    }

    [Fact]
    public async Task A_node_starts_without_its_database_from_what_it_last_served()
    {
        await using var server = await PostgresServer.StartAsync();
        var address = DatabaseAddress.Parse(await server.CreateDatabaseAsync());
        await using (var database = new Database(address))
        {
            await using var releases = await OpenAsync(database);
            await releases.ChangeAsync(new ChangeRequest("ann"), Insert("services", """{ "name": "s", "host": "a" }"""));
        }
        await server.KillAsync();

        await using var again = new Database(address);
        await using var offline = await OpenAsync(again);
        offline.Current.Release.Number.ShouldBe(1);
        served[^1].Services.ShouldHaveSingleItem();
        await Should.ThrowAsync<DatabaseUnavailableException>(() => offline.ChangeAsync(new ChangeRequest("ann"), Insert("consumers", """{ "username": "a" }""")));
        offline.Current.Release.Number.ShouldBe(1);

        await server.StartAgainAsync();
        (await offline.ChangeAsync(new ChangeRequest("ann"), Insert("consumers", """{ "username": "a" }"""))).Current.Number.ShouldBe(2);
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Old_releases_go_and_the_rest_stays_readable(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        await using var releases = await OpenAsync(database, new ReleaseSettings { CheckpointEvery = 3, Keep = 5 });
        for (var i = 1; i <= 20; i++)
            await releases.ChangeAsync(new ChangeRequest("ann"), Insert("consumers", $$"""{ "username": "c{{i}}" }"""));

        var (list, total) = await releases.ListAsync(0, 100);
        total.ShouldBeLessThan(11);
        foreach (var release in list)
            (await releases.ReadAsync(release.Number))!.Count.ShouldBe((int)release.Number);
        (await releases.ReadAsync(1)).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_is_served_without_a_store_and_can_only_be_replaced_as_a_whole()
    {
        var file = ConfigurationTree.Read(Encoding.UTF8.GetBytes("{_format_version: '3.0', services: [{name: s, host: a}]}")).Tree!;
        await using var releases = await ReleaseManager.FromFileAsync(file, Build, ReadOptions.Default, NullLogger.Instance);

        releases.Current.Release.Number.ShouldBe(1);
        (await releases.ChangeAsync(new ChangeRequest("ann"), Insert("consumers", """{ "username": "a" }"""))).Outcome.ShouldBe(ChangeOutcome.ReadOnly);
        (await releases.ApplyAsync(new ChangeRequest("ann"), ConfigurationTree.Empty())).Diff!.Deleted.ShouldBe(1);
        (await releases.RollbackAsync(new ChangeRequest("ann"), 1)).Current.Number.ShouldBe(3);
        served[^1].Services.ShouldHaveSingleItem();
    }

    private Task<ReleaseManager> OpenAsync(Database database, ReleaseSettings? settings = null) => ReleaseManager.OpenAsync(
        database, Path.Combine(folder, "last-good.json"), settings ?? new ReleaseSettings(), Build, ReadOptions.Default, NullLogger.Instance);

    private BuiltConfiguration Build(ReadResult read)
    {
        if (unbuildable is not null)
            return new BuiltConfiguration { Problems = [new Problem(default, "document", "", unbuildable)] };
        return new BuiltConfiguration
        {
            Serve = () => { lock (served) served.Add(read.Document!); },
            Discard = () => { lock (discarded) discarded.Add(read.Document!); },
        };
    }

    private static Func<ConfigurationTree, EditResult> Insert(string kind, string body) =>
        tree => tree.Insert(EntityKind.ByName[kind], JsonNode.Parse(body)!.AsObject());
}
