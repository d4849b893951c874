using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Commands;

/// <summary>Beginning, checking, testing and listing plugins of one's own.</summary>
public sealed class PluginTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_new_plugin_works_as_it_is_and_is_listed()
    {
        var made = await SluiceProcess.RunAsync("plugin", "new", "require-team", "--plugins", folder.PathOf("plugins"));
        made.ExitCode.ShouldBe(0, made.Errors);
        var file = folder.PathOf("plugins/require-team.cs");

        var tested = await SluiceProcess.RunAsync("plugin", "test", file);
        tested.Output.ShouldEndWith("\n3 passed, 0 failed\n");
        tested.ExitCode.ShouldBe(0);

        var again = await SluiceProcess.RunAsync("plugin", "new", "require-team", "--plugins", folder.PathOf("plugins"));
        again.ExitCode.ShouldBe(2);
        again.Errors.ShouldContain("exists already");

        var listed = await SluiceProcess.RunAsync("plugins", "--plugins", folder.PathOf("plugins"), "--json");
        var plugins = JsonDocument.Parse(listed.Output).RootElement.EnumerateArray().ToList();
        var own = plugins.Single(p => p.GetProperty("name").GetString() == "require-team");
        own.GetProperty("source").GetString().ShouldBe(file);
        own.GetProperty("stages").EnumerateArray().Select(s => s.GetString()).ShouldBe(["Accept"]);
        plugins.Single(p => p.GetProperty("name").GetString() == "key-auth").GetProperty("authenticates").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_wrong_with_a_plugin_is_said_with_its_place()
    {
        await SluiceProcess.RunAsync("plugin", "new", "require-team", "--plugins", folder.PathOf("plugins"));
        var file = folder.PathOf("plugins/require-team.cs");
        File.WriteAllText(file, File.ReadAllText(file).Replace("values.Count", "values.Conut", StringComparison.Ordinal));

        var ended = await SluiceProcess.RunAsync("plugin", "check", file);
        ended.ExitCode.ShouldBe(1);
        ended.Output.ShouldContain($"{file}:36:31: ");
        ended.Output.ShouldContain("Conut");

        // A configuration beside it cannot be checked without it either.
        var checkedFile = await SluiceProcess.RunAsync("check", folder.Write("kong.yml", "_format_version: '3.0'\nplugins: [{name: require-team, config: {header: X}}]\n"));
        checkedFile.ExitCode.ShouldBe(1);
        checkedFile.Output.ShouldContain($"{file}:36:31: ");
    }

    [Fact]
    public async Task A_test_that_fails_says_what_does_not_hold_and_where()
    {
        await SluiceProcess.RunAsync("plugin", "new", "require-team", "--plugins", folder.PathOf("plugins"));
        var tests = folder.PathOf("plugins/require-team.tests.cs");
        File.WriteAllText(tests, File.ReadAllText(tests).Replace("Check.Equal(422, result.Status)", "Check.Equal(423, result.Status)", StringComparison.Ordinal));

        var ended = await SluiceProcess.RunAsync("plugin", "test", folder.PathOf("plugins/require-team.cs"));
        ended.ExitCode.ShouldBe(1);
        ended.Output.ShouldContain($"{tests}:18: result.Status should be 423 and is 422");
        ended.Output.ShouldEndWith("2 passed, 1 failed\n");
    }

    [Fact]
    public async Task The_sample_s_tests_pass()
    {
        var ended = await SluiceProcess.RunAsync("plugin", "test", Repository.PathOf("samples/own-plugin/plugins/team-budget.cs"));
        ended.Output.ShouldEndWith("\n5 passed, 0 failed\n");
        ended.ExitCode.ShouldBe(0);
    }
}
