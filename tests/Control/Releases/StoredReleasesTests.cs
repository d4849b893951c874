using System.Text;
using System.Text.Json.Nodes;
using Sluice.Control.Releases;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Releases;

/// <summary>However a release is read, as a whole or as what changed since another, it is the same.</summary>
public sealed class StoredReleasesTests
{
    // One second for all edits: an object that is changed and changed back within a release keeps its time.
    private static readonly ReadOptions Options = ReadOptions.Default with { Time = new StandingTime() };

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_release_read_as_changes_since_another_is_the_one_read_as_a_whole(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        var store = new StoredReleases(database, new ReleaseSettings { CheckpointEvery = 7 }, TimeProvider.System);
        var made = await MakeAsync(store, new Random(20261120), 30);
        var whole = new List<ConfigurationTree>();
        foreach (var release in made)
            whole.Add((await store.ReadAsync(release.Release.Number, Options, null, CancellationToken.None))!);

        var followed = 0;
        for (var to = 0; to < made.Count; to++)
        {
            if (to > 0 && ReleaseDelta.TryApply(whole[to - 1], [ReleaseDelta.Write(made[to].Tree, ConfigurationDiff.Between(made[to - 1].Tree, made[to].Tree))]) is { } next)
            {
                next.ToCanonicalDocument().ShouldBe(whole[to].ToCanonicalDocument());
                followed++;
            }
            ConfigurationDiff.Between(made[to].Tree, whole[to]).ToText().ShouldBe("nothing changes\n");
            for (var from = 0; from < to; from++)
            {
                var read = (await store.ReadAsync(made[to].Release.Number, Options, new CurrentRelease(made[from].Release, whole[from]), CancellationToken.None))!;
                read.ToCanonicalDocument().ShouldBe(whole[to].ToCanonicalDocument());
                Records(read).ShouldBe(Records(whole[to]));
            }
        }

        // Few need the long way: members of a group that is as new as they are.
        followed.ShouldBeGreaterThan(made.Count * 3 / 4);
    }

    /// <summary>Counted, not timed: what a release did not change is not made again.</summary>
    [Fact]
    public async Task Only_what_changed_is_read()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var store = new StoredReleases(database, new ReleaseSettings(), TimeProvider.System);
        var people = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"{{username: c{i}}}"));
        var first = await AddAsync(store, null, ConfigurationTree.Read(Encoding.UTF8.GetBytes($"{{_format_version: '3.0', consumers: [{people}]}}")).Tree!);
        var second = await AddAsync(store, first, first.Tree.Insert(EntityKind.ByName["consumers"], new JsonObject { ["username"] = "new" }).Tree!);
        var before = first.Tree.All(EntityKind.ByName["consumers"]).ToHashSet(ReferenceEqualityComparer.Instance);

        var read = (await store.ReadAsync(2, Options, first, CancellationToken.None))!;

        read.Sha256().ShouldBe(second.Release.Sha256);
        read.All(EntityKind.ByName["consumers"]).Count(c => !before.Contains(c)).ShouldBe(1);
    }

    [Fact]
    public async Task What_does_not_come_to_the_release_is_read_as_a_whole()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var store = new StoredReleases(database, new ReleaseSettings(), TimeProvider.System);
        var made = await MakeAsync(store, new Random(1), 3);

        // As after a database was brought back from a copy: the number is known, what it stood for is not.
        var foreign = new CurrentRelease(made[1].Release, ConfigurationTree.Empty().Insert(EntityKind.ByName["consumers"], new JsonObject { ["username"] = "ghost" }).Tree!);
        var read = (await store.ReadAsync(3, Options, foreign, CancellationToken.None))!;

        read.Sha256().ShouldBe(made[2].Release.Sha256);
    }

    [Fact]
    public void Middleware_follows_its_pipeline_to_another_name()
    {
        const string content = """
            { "_format_version": "3.0", "pipelines": [{ "id": "0f4f9d39-7b0f-4ac2-9e2c-3b6d6a1a3f10", "name": "NAME", "plugins": [{ "name": "key-auth" }] }],
              "routes": [{ "name": "r", "paths": ["/"], "pipeline": "NAME" }] }
            """;
        var old = ConfigurationTree.Read(Encoding.UTF8.GetBytes(content.Replace("NAME", "old", StringComparison.Ordinal)), "x.json").Tree!;
        var wanted = ConfigurationTree.Read(Encoding.UTF8.GetBytes(content.Replace("NAME", "new", StringComparison.Ordinal)), "x.json").Tree!;

        var replaced = old.ReplacedBy(wanted);
        PipelineOf(replaced).ShouldBe("new");
        PipelineOf(old.TryReadSimilar(replaced.ToCanonicalDocument())!).ShouldBe("new");
        PipelineOf(ReleaseDelta.TryApply(old, [ReleaseDelta.Write(replaced, ConfigurationDiff.Between(old, replaced))])!).ShouldBe("new");

        static string? PipelineOf(ConfigurationTree tree) => tree.ToDocument().Document!.Plugins.ShouldHaveSingleItem().Pipeline;
    }

    /// <summary>Releases of a few edits each: objects come, change, swap their names and go.</summary>
    private static async Task<List<CurrentRelease>> MakeAsync(StoredReleases store, Random random, int count)
    {
        var made = new List<CurrentRelease>();
        while (made.Count < count)
        {
            var tree = made.Count == 0 ? ConfigurationTree.Empty(Options) : made[^1].Tree;
            var edited = tree;
            for (var edits = random.Next(1, 6); edits > 0; edits--)
                edited = Edit(edited, random).Tree ?? edited;
            if (random.Next(4) == 0)
                edited = SwapNames(edited);
            if (!ConfigurationDiff.Between(tree, edited).IsEmpty)
                made.Add(await AddAsync(store, made.LastOrDefault(), edited));
        }
        return made;
    }

    private static EditResult Edit(ConfigurationTree tree, Random random)
    {
        var name = "n" + random.Next(6);
        var kind = EntityKind.ByName[new[] { "services", "routes", "consumers", "keyauth_credentials", "plugins", "pipelines", "consumer_groups", "upstreams", "targets" }[random.Next(9)]];
        if (random.Next(5) == 0 && tree.All(kind) is { Count: > 0 } all)
            return tree.Delete(all[random.Next(all.Count)]);
        JsonNode Any(string of) => tree.All(EntityKind.ByName[of]) is { Count: > 0 } some ? new JsonObject { ["id"] = some[random.Next(some.Count)].Id.ToString() } : new JsonObject();
        return kind.Name switch
        {
            "services" => tree.Upsert(kind, name, new JsonObject { ["host"] = "h" + random.Next(9) }),
            "routes" => tree.Upsert(kind, name, new JsonObject { ["paths"] = new JsonArray("/" + random.Next(9)), ["service"] = Any("services") }),
            "consumers" => tree.Upsert(kind, name, new JsonObject { ["custom_id"] = "x" + random.Next(9), ["groups"] = random.Next(2) == 0 ? null : new JsonArray(Any("consumer_groups")) }),
            "keyauth_credentials" => tree.Insert(kind, new JsonObject { ["key"] = "k" + random.Next(20), ["consumer"] = Any("consumers") }),
            "plugins" when random.Next(2) == 0 => tree.Insert(kind, new JsonObject { ["name"] = "key-auth", ["pipeline"] = Any("pipelines") }),
            "plugins" => tree.Insert(kind, new JsonObject { ["name"] = "cors", ["route"] = Any("routes") }),
            "pipelines" when random.Next(2) == 0 && tree.All(kind) is { Count: > 0 } some => tree.Patch(kind, some[random.Next(some.Count)].Id.ToString(), new JsonObject { ["name"] = name }),
            "targets" => tree.Insert(kind, new JsonObject { ["target"] = "10.0.0." + random.Next(9), ["upstream"] = Any("upstreams") }),
            _ => tree.Upsert(kind, name, []),
        };
    }

    /// <summary>Two services take each other's names: no order of edits gets there without a third.</summary>
    private static ConfigurationTree SwapNames(ConfigurationTree tree)
    {
        var services = EntityKind.ByName["services"];
        if (tree.All(services) is not { Count: > 1 } all)
            return tree;
        var edited = Named(tree, all[0], "aside");
        edited = Named(edited, all[1], all[0].Key!);
        return Named(edited, all[0], all[1].Key!);

        ConfigurationTree Named(ConfigurationTree on, ConfigurationObject entry, string name) => on.Patch(services, entry.Id.ToString(), new JsonObject { ["name"] = name }).Tree!;
    }

    private static async Task<CurrentRelease> AddAsync(StoredReleases store, CurrentRelease? on, ConfigurationTree tree)
    {
        var old = on?.Tree ?? ConfigurationTree.Empty(Options);
        var diff = ConfigurationDiff.Between(old, tree);
        var release = new Release
        {
            Number = (on?.Release.Number ?? 0) + 1,
            Author = "ann",
            At = DateTimeOffset.UnixEpoch,
            Note = "",
            Sha256 = tree.Sha256(),
            Created = diff.Created,
            Updated = diff.Updated,
            Deleted = diff.Deleted,
        };
        (await store.AddAsync(release, tree, diff, CancellationToken.None)).ShouldBeTrue();
        return new CurrentRelease(release, tree);
    }

    /// <summary>What would be served, with what the canonical form does not say.</summary>
    private static string Records(ConfigurationTree tree)
    {
        var document = tree.ToDocument().Document!;
        return string.Join('\n', [
            .. document.Services.Select(s => $"{s.Id} {s.Name} {s.Host}"),
            .. document.Routes.Select(r => $"{r.Id} {r.Name} {r.Service?.Id}"),
            .. document.Consumers.Select(c => $"{c.Id} {c.Username} {c.CustomId} {string.Join(',', c.Groups.Select(g => g.Id))}"),
            .. document.Credentials.Select(c => $"{c.Id} {c.Consumer?.Id}"),
            .. document.Plugins.Select(p => $"{p.Id} {p.Name} {p.Route?.Id} {p.Pipeline}"),
            .. document.Targets.Select(t => $"{t.Id} {t.Target} {t.Upstream?.Id}"),
        ]);
    }

    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddDays(20_000);
    }
}
