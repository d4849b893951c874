using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.Releases;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Releases;

public sealed class ConfigurationFileTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-file-").FullName;

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_new_content_becomes_a_release_once(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        await using var releases = await OpenAsync(database);
        var file = new ConfigurationFile(releases, database, FileLead.File, TimeProvider.System, NullLogger.Instance);

        (await file.OfferAsync(Content("a"), "1", "kong.yml"))!.Outcome.ShouldBe(ChangeOutcome.Released);
        releases.Current.Release.ShouldSatisfyAllConditions(r => r.Author.ShouldBe("file"), r => r.Note.ShouldBe("kong.yml"));
        (await file.OfferAsync(Content("a"), "1", "kong.yml")).ShouldBeNull();

        await releases.ChangeAsync(new ChangeRequest("ann"), tree => tree.Patch(EntityKind.ByName["services"], "s", new JsonObject { ["host"] = "b" }));
        var restarted = new ConfigurationFile(releases, database, FileLead.File, TimeProvider.System, NullLogger.Instance);
        (await restarted.OfferAsync(Content("a"), "1", "kong.yml")).ShouldBeNull();
        releases.Current.Release.Number.ShouldBe(2);
        restarted.Drift()!.Changes.ShouldHaveSingleItem().Fields.ShouldHaveSingleItem().Path.ShouldBe("host");
    }

    [Theory, InlineData(DatabaseKind.Sqlite, FileLead.File), InlineData(DatabaseKind.Postgres, FileLead.File), InlineData(DatabaseKind.Sqlite, FileLead.Api)]
    public async Task Where_both_changed_the_one_that_leads_is_right(DatabaseKind kind, FileLead lead)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        await using var releases = await OpenAsync(database);
        var file = new ConfigurationFile(releases, database, lead, TimeProvider.System, NullLogger.Instance);
        await file.OfferAsync(Content("a"), "1", "kong.yml");
        await releases.ChangeAsync(new ChangeRequest("ann"), tree => tree.Patch(EntityKind.ByName["services"], "s", new JsonObject { ["host"] = "b" }));

        var result = await file.OfferAsync(Content("c"), "2", "kong.yml");

        if (lead == FileLead.File)
        {
            result!.Current.Number.ShouldBe(3);
            file.Drift()!.IsEmpty.ShouldBeTrue();
        }
        else
        {
            result.ShouldBeNull();
            releases.Current.Release.Number.ShouldBe(2);
            file.Drift()!.ToText().ShouldBe("~ service \"s\"\n    host: \"b\" -> \"c\"\n1 updated\n");
        }
    }

    private Task<ReleaseManager> OpenAsync(Database database) => ReleaseManager.OpenAsync(
        database, Path.Combine(folder, "last-good.json"), new ReleaseSettings(), _ => new BuiltConfiguration(), ReadOptions.Default, NullLogger.Instance);

    private static ConfigurationTree Content(string host) =>
        ConfigurationTree.Read(Encoding.UTF8.GetBytes($$"""{_format_version: "3.0", services: [{name: s, host: {{host}}}]}""")).Tree!;
}
