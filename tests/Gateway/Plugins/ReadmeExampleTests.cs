using System.Text.RegularExpressions;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>What a plugin's page shows can be copied into a configuration.</summary>
public partial class ReadmeExampleTests
{
    public static TheoryData<string> Plugins => [.. PluginCatalog.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Plugins))]
    public void Every_yaml_example_of_a_plugins_page_is_read_without_a_problem(string plugin)
    {
        var folder = PluginCatalog.Find(plugin)!.ConfigType.Namespace!.Split('.')[^1];
        var page = File.ReadAllText(Path.Combine(Golden.Root(), "src/Gateway/Plugins", folder, "README.md"));
        var examples = Example().Matches(page).Select(m => m.Groups[1].Value).ToList();
        examples.ShouldNotBeEmpty();
        examples.ShouldContain(e => e.Contains($"name: {plugin}", StringComparison.Ordinal));
        foreach (var example in examples) Files.Problems(Whole(example)).ShouldBeEmpty(example);
    }

    /// <summary>Examples leave out what every file has.</summary>
    private static string Whole(string example) =>
        (example.Contains("_format_version", StringComparison.Ordinal) ? "" : "_format_version: '3.0'\n") + example;

    [GeneratedRegex("^```yaml\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
